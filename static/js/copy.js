// A button with `data-copy` copies that text and says so. Without a secure context browsers have
// no clipboard, so the text beside it is selected and copied the older way, or left selected.
const copied = async (button) => {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    return true;
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling);
    return document.execCommand("copy");
  }
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button || !(await copied(button))) return;
  button.dataset.label ??= button.textContent;
  button.textContent = "Copied";
  clearTimeout(button.reset);
  button.reset = setTimeout(() => (button.textContent = button.dataset.label), 2000);
});
