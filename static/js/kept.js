// Counts down quietly for how long the chosen time is kept. Without this script the page says until
// when instead.
(() => {
  const minutesAndSeconds = (seconds) =>
    `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

  const tick = () => {
    const line = document.querySelector("[data-kept-until]");
    if (!line) return;
    const seconds = Math.ceil((Date.parse(line.dataset.keptUntil) - Date.now()) / 1000);
    const words = line.querySelector("[data-kept-words]");
    if (seconds > 0) {
      words.textContent = `This time is kept for you for ${minutesAndSeconds(seconds)} minutes.`;
      return;
    }
    words.textContent = line.dataset.keptOver;
    line.querySelector("button")?.remove();
    line.removeAttribute("data-kept-until");
  };

  setInterval(tick, 1000);
  document.addEventListener("DOMContentLoaded", tick);
  document.addEventListener("htmx:load", tick);
})();
