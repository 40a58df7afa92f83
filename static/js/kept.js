// Counts down quietly for how long the chosen time is kept; without this script the page says until
// when instead. And remembers in this tab what it keeps, so that looking at the times again never
// hides one's own.
const kept = (() => {
  const KEY = "kept";
  const business = () => location.pathname.split("/").slice(0, 3).join("/");

  const minutesAndSeconds = (seconds) =>
    `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

  // The seconds that were left when the page was made count from now on: clocks of visitors differ.
  const remember = () => {
    if (document.querySelector("[data-draft-ends]")) memory.write("sessionStorage", KEY, null);
    const line = document.querySelector("[data-kept-seconds]");
    if (!line || line.dataset.keptEnds) return;
    const left = line.dataset.keptSeconds * 1000;
    line.dataset.keptEnds = performance.now() + left;
    const note = { id: line.dataset.kept, until: Date.now() + left, business: business() };
    memory.write("sessionStorage", KEY, JSON.stringify(note));
  };

  const tick = () => {
    const line = document.querySelector("[data-kept-ends]");
    if (!line) return;
    const seconds = Math.ceil((line.dataset.keptEnds - performance.now()) / 1000);
    const words = line.querySelector("[data-kept-words]");
    if (seconds > 0) {
      words.textContent = `This time is kept for you for ${minutesAndSeconds(seconds)} minutes.`;
      return;
    }
    words.textContent = line.dataset.keptOver;
    line.querySelector("button")?.remove();
    line.removeAttribute("data-kept-ends");
    line.removeAttribute("data-kept-seconds");
  };

  const show = () => {
    remember();
    tick();
  };

  setInterval(tick, 1000);
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:load", show);

  return {
    // The hold of this tab with the business of the page, while it lasts.
    id: () => {
      const note = JSON.parse(memory.read("sessionStorage", KEY) || "null");
      return note && note.business === business() && note.until > Date.now() ? note.id : null;
    },
  };
})();
