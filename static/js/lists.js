/* Lists: search while typing; the edge of the frozen column. What is selected stands in desk.js. */
(() => {
  "use strict";
  let wait = 0;
  let asking = null; // What the request for the list that is under way was made by; of two, the later one holds.
  let isSearch = false; // Whether that is the search.
  let isLooking = false; // Whether the search is what begins now.
  let begun = ""; // What of the search it answers to: what it looks for, or what it clears; of another link what the list was made with.
  let isFresh = false; // Whether the answer's own search stands, with nothing typed beyond it.
  let kept = null; // What stands in it beyond an answer, and where the caret is.
  const searchOf = () => document.getElementById("list-search");
  const stop = () => { clearTimeout(wait); wait = 0; };
  const drop = () => { if (asking) htmx.trigger(asking, "htmx:abort"); };
  const soon = () => {
    stop();
    wait = setTimeout(() => { wait = 0; const field = searchOf(); if (field) go(field.form); }, 350);
  };
  const go = (form) => {
    const isLive = form.matches("[data-live-search]");
    if (isLive && asking && asking.isConnected) return; // What it says by then is searched for after the answer.
    drop();
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
    /* htmx keeps the address: it restores only what it has kept itself when one goes back. What fails is told by the page. */
    isLooking = isLive;
    htmx.ajax("GET", `${location.pathname}?${query}`, { target: "#records", swap: "outerHTML", push: "true" }).catch(() => {});
    isLooking = false;
  };
  const isList = (event) => Boolean(event.detail.target && event.detail.target.id === "records" && searchOf());
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isList(event)) return;
    const { elt, headers } = event.detail.requestConfig;
    /* Nobody waits for it, and it comes again: what a person asked for goes first. */
    if (asking && asking.isConnected && headers["X-Unattended"]) { event.preventDefault(); return; }
    drop();
    stop();
    asking = elt;
    isSearch = isLooking;
    begun = isLooking || elt.closest("[data-clears]") ? searchOf().value : searchOf().defaultValue;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!asking || event.detail.requestConfig.elt !== asking) return;
    asking = null;
    const field = searchOf();
    if (field && !wait && field.value !== begun) soon();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isList(event) || !event.detail.shouldSwap) return;
    const field = searchOf();
    kept = isSearch || field.value !== begun ? { value: field.value, place: field === document.activeElement ? field.selectionStart : null } : null;
    isFresh = !kept;
    if (isFresh) stop();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!isList(event)) return;
    const field = searchOf();
    if (isFresh) { begun = field.value; isFresh = false; }
    if (!kept) return; // It is told of once for each part of an answer.
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
    stop();
    go(form);
  }, true);
})();
