// Shows times as this visitor should see them from the start: on the clock chosen last, else the
// browser's, in 12 or 24 hours as chosen last, and with the time that this tab keeps. What an address
// names is left as it is; without this script the choices are sent by hand.
(() => {
  const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

  // Selects and radios alike take only a value that they offer.
  const offers = (field, value) =>
    field.type === "hidden" || [...(field.options || field)].some((choice) => choice.value === value);

  const preset = () => {
    const form = document.getElementById("choices");
    if (!form) return;
    const address = new URL(location.href);
    const wishes = {
      tz: memory.read("localStorage", "zone") || browserZone(),
      clock: memory.read("localStorage", "clock"),
      hold: kept.id(),
    };
    const before = [];
    for (const [name, value] of Object.entries(wishes)) {
      const field = form.elements[name];
      // An address may name a hold that was given up since: what this tab keeps now counts.
      const isNamed = name !== "hold" && address.searchParams.has(name);
      if (!value || isNamed || field.value === value || !offers(field, value)) continue;
      before.push([field, field.value]);
      field.value = value;
      address.searchParams.set(name, value);
    }
    if (!before.length) return;
    const path = address.pathname + address.search;
    // From the form, so that a click meanwhile takes its place; and in place of this address, so
    // that Back does not lead to it and here again.
    const request = { source: form, target: "#calendar", swap: "outerHTML", push: "false" };
    htmx.ajax("GET", path, request).then(
      () => history.replaceState(history.state, "", path),
      // A click was quicker: what it brings is shown on the old clock, and tried again.
      () => before.forEach(([field, value]) => (field.value = value)),
    );
  };

  document.addEventListener("htmx:load", preset);
  document.addEventListener("change", ({ target }) => {
    if (!target.form || target.form.id !== "choices") return;
    if (target.name === "tz") memory.write("localStorage", "zone", target.value);
    if (target.name === "clock") memory.write("localStorage", "clock", target.value);
  });
})();
