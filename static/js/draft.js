// Keeps what was typed while the client looks for another time: in this tab, for half an hour, and
// until a booking is made.
(() => {
  const KEY = "draft";
  const MINUTES = 30;
  const form = () => document.querySelector("form[data-draft]");
  const isOurs = (field) => field.name && field.type !== "hidden" && field.type !== "radio";

  const save = () => {
    const fields = [...form().elements].filter(isOurs);
    const values = fields.map((field) => [
      field.name,
      field.type === "checkbox" ? field.checked : field.value,
    ]);
    const draft = { until: Date.now() + MINUTES * 60_000, values };
    memory.write("sessionStorage", KEY, JSON.stringify(draft));
  };

  // Only what is empty is filled in: words from the address or a returned form come first.
  const restore = () => {
    if (document.querySelector("[data-draft-ends]")) memory.write("sessionStorage", KEY, null);
    const draft = JSON.parse(memory.read("sessionStorage", KEY) || "null");
    if (!form() || !draft || draft.until < Date.now()) return;
    for (const [name, value] of draft.values) {
      const field = form().elements[name];
      if (!field) continue;
      if (field.type === "checkbox") field.checked ||= value;
      else if (!field.value) field.value = value;
    }
  };

  document.addEventListener("DOMContentLoaded", restore);
  document.addEventListener("htmx:load", restore);
  document.addEventListener("input", (event) => {
    if (form()?.contains(event.target)) save();
  });
})();
