/* Lists: search while typing; the edge of the frozen column. What is selected stands in desk.js. */
(() => {
  "use strict";
  let wait = 0;
  let asked = null; // What the search under way looks for.
  let begun = ""; // What stood in the search when the last request for the list began.
  let kept = null; // What stands in it beyond an answer, and where the caret is.
  const searchOf = () => document.getElementById("list-search");
  const soon = () => {
    clearTimeout(wait);
    wait = setTimeout(() => { wait = 0; const field = searchOf(); if (field) go(field.form); }, 350);
  };
  const go = (form) => {
    const field = form.matches("[data-live-search]") ? searchOf() : null;
    if (field && asked !== null) return; // What it says by then is searched for after the answer.
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
    const address = `${location.pathname}?${query}`;
    const looked = field && field.value;
    asked = field ? looked : asked;
    const done = () => {
      if (!field) return;
      asked = null;
      if (!wait && searchOf() && searchOf().value !== looked) soon();
    };
    /* htmx keeps the address: it restores only what it has kept itself when one goes back. */
    htmx.ajax("GET", address, { target: "#records", swap: "outerHTML", push: "true" }).then(done, done);
  };
  const isList = (event) => Boolean(event.detail.target && event.detail.target.id === "records" && searchOf());
  document.addEventListener("htmx:beforeRequest", (event) => { if (isList(event)) begun = searchOf().value; });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isList(event) || !event.detail.shouldSwap) return;
    const field = searchOf();
    kept = asked !== null || field.value !== begun ? { value: field.value, place: field === document.activeElement ? field.selectionStart : null } : null;
    if (!kept) { clearTimeout(wait); wait = 0; }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!kept || !isList(event)) return;
    const field = searchOf();
    field.value = kept.value;
    if (kept.place !== null && field === document.activeElement) field.setSelectionRange(kept.place, kept.place);
    kept = null;
  });
  document.addEventListener("input", (event) => {
    if (event.target.closest && event.target.closest("[data-live-search]")) soon();
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
    wait = 0;
    go(form);
  }, true);
})();
