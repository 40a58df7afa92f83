// The look that this visitor chose, before the first paint; by default the system's own. The key
// and its values are those of Django's admin, so one choice holds for both.
(() => {
  const root = document.documentElement;
  const chosen = () => memory.read("localStorage", "theme") || "auto";
  const show = () => {
    root.dataset.theme = chosen();
    const radio = document.querySelector(`.theme input[value="${chosen()}"]`);
    if (radio) radio.checked = true;
  };

  show();
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:load", show);
  document.addEventListener("change", (event) => {
    if (event.target.name !== "theme") return;
    memory.write("localStorage", "theme", event.target.value);
    root.dataset.theme = event.target.value;
  });
})();
