// Shows times on the visitor's own clock from the start: the zone chosen last, else the browser's.
// An address that names a zone is left as it is; without this script the select is sent by hand.
(() => {
  const preset = () => {
    const select = document.getElementById("zone");
    const address = new URL(location.href);
    if (!select || address.searchParams.has("tz")) return;
    const zone =
      memory.read("localStorage", "zone") || Intl.DateTimeFormat().resolvedOptions().timeZone;
    const isKnown = [...select.options].some((option) => option.value === zone);
    if (!isKnown || select.value === zone) return;
    const shown = select.value;
    select.value = zone;
    address.searchParams.set("tz", zone);
    const path = address.pathname + address.search;
    // From the form, so that a click meanwhile takes its place; and in place of this address, so
    // that Back does not lead to it and here again.
    const request = { source: select.form, target: "#calendar", swap: "outerHTML", push: "false" };
    htmx.ajax("GET", path, request).then(
      () => history.replaceState(history.state, "", path),
      // A click was quicker: what it brings is shown on the old clock, and tried again.
      () => (select.value = shown),
    );
  };

  document.addEventListener("htmx:load", preset);
  document.addEventListener("change", (event) => {
    if (event.target.id === "zone") memory.write("localStorage", "zone", event.target.value);
  });
})();
