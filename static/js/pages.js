// When htmx brings a whole page, focus goes to its heading: what a browser's own page load would
// have a screen reader read. A page with something wrong has put the focus there itself.
document.addEventListener("htmx:afterSettle", (event) => {
  const { boosted, target } = event.detail;
  if (!boosted || target !== document.body || document.activeElement.autofocus) return;
  const heading = document.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
});

// No answer, or one that is a fault of ours, leaves the page as it is and says so in the page's words.
for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failure, ({ detail }) => {
    const words = document.querySelector("template[data-failed]");
    if (!words || detail.target === document.body) return location.assign(detail.pathInfo.requestPath);
    detail.target.querySelector(".alert")?.remove();
    detail.target.prepend(words.content.cloneNode(true));
    detail.target.querySelector(".alert").focus();
  });
}
