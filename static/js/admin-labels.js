// On a phone the rows of a table are shown as cards; each cell then says what its column is. So does
// each control in a cell, which Django leaves without a name of its own.
for (const table of document.querySelectorAll(".results table, .tabular table, .home table")) {
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.innerText.trim());
  for (const row of table.tBodies[0]?.rows ?? []) {
    if (row.cells.length !== heads.length) continue;
    heads.forEach((label, index) => {
      if (!label) return;
      row.cells[index].dataset.label = label;
      for (const control of row.cells[index].querySelectorAll("input, select, textarea"))
        if (control.labels?.length === 0) control.ariaLabel = label;
    });
  }
}
