/* What is dragged from list to list, on boards and in calendars: by mouse at once, by touch after a short press, never by its menu. */
(() => {
  "use strict";
  window.portalDrag = (lists, options) => lists.forEach((list) => {
    if (list.dataset.ready) return;
    list.dataset.ready = "1";
    Sortable.create(list, { preventOnFilter: false, sort: false, animation: 140, delay: 180, delayOnTouchOnly: true, ghostClass: "ghost", ...options });
  });

  /* The place where the hand lets go decides, not the last one that something was carried over. */
  window.portalUnder = (event, selector) => {
    const point = event.changedTouches ? event.changedTouches[0] : event;
    const there = document.elementFromPoint(point.clientX, point.clientY);
    return there && there.closest(selector);
  };

  /* htmx carries attributes over to what has the same id; the styles of a drag are none that the page may set. */
  document.addEventListener("htmx:beforeSwap", () => document.querySelectorAll("[data-board] [style], #records.calendar [style]").forEach((one) => one.removeAttribute("style")));
})();
