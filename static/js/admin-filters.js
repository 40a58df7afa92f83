// An open filter closes when one turns elsewhere, by mouse or with Escape.
const closeFilters = (except) => {
  for (const filter of document.querySelectorAll(".filter[open]")) {
    if (filter !== except) filter.open = false;
  }
};

document.addEventListener("click", (event) => closeFilters(event.target.closest(".filter")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelector(".filter[open] summary")?.focus();
  closeFilters();
});
