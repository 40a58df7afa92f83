// On a phone the rows of a table are shown as cards; each cell then says what its column is.
for (const table of document.querySelectorAll(".results table, .tabular table, .home table")) {
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.innerText.trim());
  for (const row of table.tBodies[0]?.rows ?? []) {
    if (row.cells.length !== heads.length) continue;
    heads.forEach((label, index) => label && (row.cells[index].dataset.label = label));
  }
}
