// A button with `data-copy` copies that text and says so. Without a secure context browsers have
// no clipboard, so the text is then selected for the person to copy.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = label), 2000);
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling);
  }
});
