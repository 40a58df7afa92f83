// Shows times on the visitor's own clock from the start: the zone chosen last, else the browser's,
// and 12 or 24 hours as chosen last. What an address names is left as it is; without this script the
// choices are sent by hand.
(() => {
  const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

  // What shows a choice: an option of the zones, or one of the two clocks.
  const optionFor = (form, name, value) => {
    const { tz, clock } = form.elements;
    return [...(name === "tz" ? tz.options : clock)].find((option) => option.value === value);
  };

  const isShown = (option) => option.selected || option.checked;

  const show = (option) => (option.name ? (option.checked = true) : (option.selected = true));

  const preset = () => {
    const form = document.getElementById("choices");
    if (!form) return;
    const address = new URL(location.href);
    const wishes = {
      tz: memory.read("localStorage", "zone") || browserZone(),
      clock: memory.read("localStorage", "clock"),
    };
    const shown = [];
    for (const [name, value] of Object.entries(wishes)) {
      const option = value && !address.searchParams.has(name) && optionFor(form, name, value);
      if (!option || isShown(option)) continue;
      shown.push(optionFor(form, name, form.elements[name].value));
      show(option);
      address.searchParams.set(name, value);
    }
    if (!shown.length) return;
    const path = address.pathname + address.search;
    // From the form, so that a click meanwhile takes its place; and in place of this address, so
    // that Back does not lead to it and here again.
    const request = { source: form, target: "#calendar", swap: "outerHTML", push: "false" };
    htmx.ajax("GET", path, request).then(
      () => history.replaceState(history.state, "", path),
      // A click was quicker: what it brings is shown on the old clock, and tried again.
      () => shown.forEach(show),
    );
  };

  document.addEventListener("htmx:load", preset);
  document.addEventListener("change", ({ target }) => {
    if (!target.form || target.form.id !== "choices") return;
    if (target.name === "tz") memory.write("localStorage", "zone", target.value);
    if (target.name === "clock") memory.write("localStorage", "clock", target.value);
  });
})();
