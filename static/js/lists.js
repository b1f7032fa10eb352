/* Lists: search while typing; the edge of the frozen column. What is selected stands in desk.js. */
(() => {
  "use strict";
  let wait = 0;
  const go = (form) => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
    const address = `${location.pathname}?${query}`;
    /* htmx keeps the address: it restores only what it has kept itself when one goes back. */
    htmx.ajax("GET", address, { target: "#records", swap: "outerHTML", push: "true" }).then(() => {
      const again = document.getElementById("list-search");
      if (again && form.matches("[data-live-search]")) { again.focus(); const end = again.value.length; again.setSelectionRange(end, end); }
    });
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest && event.target.closest("[data-live-search]");
    if (!form) return;
    clearTimeout(wait);
    wait = setTimeout(() => go(form), 350);
  });
  document.addEventListener("scroll", (event) => {
    const frame = event.target;
    if (frame.matches && frame.matches(".table-scroll")) frame.classList.toggle("is-scrolled", frame.scrollLeft > 0);
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest("#records") || form.method === "post" || (event.submitter && event.submitter.hasAttribute("formaction"))) return;
    event.preventDefault(); event.stopPropagation();
    clearTimeout(wait);
    go(form);
  }, true);
})();
