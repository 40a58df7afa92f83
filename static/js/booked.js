// Going back to the form after a booking, people wonder whether they are booked: the page then
// says so, as far as this tab remembers. A second booking is still theirs to make.
(() => {
  const KEY = "booked";
  const keyOf = (form, start) => `${form} ${Date.parse(start)}`;

  const tell = () => {
    const booked = JSON.parse(memory.read("sessionStorage", KEY) || "{}");
    const own = document.querySelector("[data-booked-form]");
    if (own) {
      const key = keyOf(own.dataset.bookedForm, own.dataset.bookedStart);
      if (own.hasAttribute("data-released")) delete booked[key];
      else booked[key] = location.pathname;
      memory.write("sessionStorage", KEY, JSON.stringify(booked));
    }
    const form = document.getElementById("reservation");
    const start = form?.elements.lost?.value || form?.elements.start?.value;
    const address = start && booked[keyOf(form.getAttribute("action"), start)];
    const words = document.querySelector("template[data-booked-already]");
    if (!address || !words || document.querySelector("p[data-booked-already]")) return;
    form.prepend(words.content.cloneNode(true));
    document.querySelector("p[data-booked-already] a").href = address;
  };

  document.addEventListener("DOMContentLoaded", tell);
  document.addEventListener("htmx:load", tell);
  window.addEventListener("pageshow", tell);
})();
