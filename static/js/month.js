// Makes the month a grid: one tab stop, arrow keys, and a focus that survives the swap. Without
// this script every day is a plain link.
(() => {
  const STEPS = { ArrowUp: -7, ArrowDown: 7, ArrowLeft: -1, ArrowRight: 1 };
  const calendar = () => document.getElementById("calendar");
  const days = () => [...calendar().querySelectorAll(".day")];

  // What gets the focus after the swap: the times' heading, or the day of a date.
  let wanted = null;
  let hadFocus = false;

  const makeGrid = () => {
    const table = calendar()?.querySelector(".days");
    if (!table) return;
    table.setAttribute("role", "grid");
    days().forEach((day) => {
      day.tabIndex = -1;
      day.closest("td").setAttribute("aria-selected", day.hasAttribute("aria-current"));
    });
    const entry = table.querySelector("[aria-current]") || table.querySelector("[href].day") || days()[0];
    entry.tabIndex = 0;
  };

  const focusDay = (day) => {
    days().forEach((other) => (other.tabIndex = other === day ? 0 : -1));
    day.focus();
  };

  const dayOf = (date) => days().find((day) => day.dataset.date === date);

  const dateAfter = (date, count) => {
    const moment = new Date(`${date}T00:00Z`);
    moment.setUTCDate(moment.getUTCDate() + count);
    return moment.toISOString().slice(0, 10);
  };

  // The same day of the month before or after, or that month's last day.
  const dateInMonth = (date, months) => {
    const [year, month, day] = date.split("-").map(Number);
    const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
    const moment = new Date(Date.UTC(year, month - 1 + months, Math.min(day, last)));
    return moment.toISOString().slice(0, 10);
  };

  const turnTo = (date, months) => {
    const link = document.getElementById(months > 0 ? "month-next" : "month-previous");
    if (!link.hasAttribute("href")) return;
    wanted = date;
    link.click();
  };

  const moveTo = (day, date) => {
    const target = dayOf(date);
    if (target) focusDay(target);
    else turnTo(date, date > day.dataset.date ? 1 : -1);
  };

  const press = (event, day) => {
    const { date } = day.dataset;
    const row = [...day.closest("tr").querySelectorAll(".day")];
    const direction = getComputedStyle(day).direction === "rtl" ? -1 : 1;
    if (event.key in STEPS) {
      const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
      moveTo(day, dateAfter(date, STEPS[event.key] * (sideways ? direction : 1)));
    } else if (event.key === "Home") focusDay(row[0]);
    else if (event.key === "End") focusDay(row.at(-1));
    else if (event.key === "PageUp") turnTo(dateInMonth(date, -1), -1);
    else if (event.key === "PageDown") turnTo(dateInMonth(date, 1), 1);
    else if (event.key === " ") day.click();
    else return;
    event.preventDefault();
  };

  const choose = (day) => {
    days().forEach((other) => other.removeAttribute("aria-current"));
    day.setAttribute("aria-current", "true");
    makeGrid();
    wanted = "times";
  };

  const restoreFocus = () => {
    const heading = document.getElementById("times-title");
    const day = wanted === "day" ? calendar().querySelector(".day[aria-current]") : dayOf(wanted);
    if (wanted === "times") {
      document.getElementById("times").dataset.arrived = "";
      heading.focus();
    } else if (day) focusDay(day);
    // The control that was pressed is gone, as "Next" is in the last month.
    else if (hadFocus && document.activeElement === document.body)
      document.getElementById("month-title").focus();
    wanted = null;
  };

  document.addEventListener("keydown", (event) => {
    const day = event.target.closest?.(".day");
    const held = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
    if (day && !held) press(event, day);
  });

  document.addEventListener("htmx:load", makeGrid);

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target !== calendar()) return;
    hadFocus = calendar().contains(document.activeElement);
    if (detail.elt.matches(".day")) choose(detail.elt);
    else if (detail.elt.matches(".month-choice a, .times a")) wanted = "times";
    if (detail.elt.matches("[data-back]")) wanted = "day";
  });

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target?.id !== "calendar") return;
    document.getElementById("calendar-status").textContent = calendar().dataset.says;
    restoreFocus();
  });
})();
