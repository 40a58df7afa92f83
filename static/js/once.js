// A form is sent once: until the next page is there its button is busy, and further presses do
// nothing. The server would know a repeat anyway; this spares people the doubt.
(() => {
  const setBusy = (form, isBusy) => {
    const button = form.querySelector("button[data-busy]");
    form.toggleAttribute("data-sent", isBusy);
    button.setAttribute("aria-busy", isBusy);
    const label = isBusy ? button.dataset.busy : button.dataset.label;
    button.dataset.label ??= button.textContent;
    button.textContent = label;
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]") || form.hasAttribute("hx-post")) return;
    if (form.hasAttribute("data-sent")) event.preventDefault();
    else setBusy(form, true);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches("form[data-once]")) return;
    if (form.hasAttribute("data-sent")) event.preventDefault();
    else setBusy(form, true);
  });

  // An answer with a redirect leaves the button busy until the next page has come.
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const leaves = detail.xhr.getResponseHeader("HX-Redirect");
    if (detail.elt.matches("form[data-once]") && !leaves) setBusy(detail.elt, false);
  });

  // Back may show this very page again, as it was left.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => setBusy(form, false));
  });
})();
