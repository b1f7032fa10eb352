/* Views of lists: a second sort key with Shift, columns drawn to another width, lines of the column form moved up and down. */
(() => {
  "use strict";
  /* htmx keeps the address: it restores only what it has kept itself when one goes back. */
  const show = (address) => htmx.ajax("GET", address, { target: "#records", swap: "outerHTML", push: "true" }).catch(() => {});

  document.addEventListener("click", (event) => {
    const link = event.shiftKey && event.target.closest && event.target.closest("[data-sort-too]");
    if (!link) return;
    event.preventDefault(); event.stopPropagation();
    show(`${location.pathname}${link.dataset.sortToo}`);
  }, true);

  /* Widths: the right edge of a head can be drawn; the address keeps it. The column form does the same by keyboard. */
  const EDGE = 7;
  const headAt = (event) => {
    const head = event.target.closest && event.target.closest("th[data-column]");
    if (!head || event.pointerType === "touch") return null;
    return head.getBoundingClientRect().right - event.clientX <= EDGE ? head : null;
  };
  document.addEventListener("pointermove", (event) => {
    const table = event.target.closest && event.target.closest("table.grid");
    if (table) table.classList.toggle("at-edge", Boolean(headAt(event)));
  });
  document.addEventListener("pointerdown", (event) => {
    const head = headAt(event);
    if (!head || event.button) return;
    event.preventDefault();
    const from = event.clientX, before = head.getBoundingClientRect().width;
    let width = before;
    const move = (now) => {
      width = Math.round(Math.min(800, Math.max(60, before + now.clientX - from)));
      head.classList.add("sized"); head.style.width = `${width}px`;
    };
    const done = () => {
      document.removeEventListener("pointermove", move);
      if (Math.abs(width - before) < 3) return;
      const columns = [...document.querySelectorAll("th[data-column]")].map((one) => {
        const kept = one === head ? width : Number(one.getAttribute("width")) || 0;
        return kept ? `${one.dataset.column}:${kept}` : one.dataset.column;
      });
      const query = new URLSearchParams(document.querySelector("table[data-state]").dataset.state);  // The pin's, too, where the address says nothing.
      query.set("columns", columns.join(","));
      show(`${location.pathname}?${query}`);
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", done, { once: true });
    document.addEventListener("click", (click) => { if (Math.abs(width - before) >= 3) { click.preventDefault(); click.stopPropagation(); } }, { once: true, capture: true });
  });

  /* The column form: arrows beside the numbers. */
  const ready = (root) => root.querySelectorAll("[data-up], [data-down]").forEach((button) => { button.hidden = false; });
  ready(document);
  document.addEventListener("htmx:afterSwap", (event) => ready(event.detail.target || document)); // Going back names none.
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-up], [data-down]");
    if (!button) return;
    const line = button.closest("tr"), other = "up" in button.dataset ? line.previousElementSibling : line.nextElementSibling;
    if (!other) return;
    if ("up" in button.dataset) other.before(line); else other.after(line);
    line.parentElement.querySelectorAll("[data-place]").forEach((input, index) => { input.value = index + 1; });
    button.focus();
    if (window.portalSay) window.portalSay(`${line.querySelector("label").textContent.trim()}: ${line.querySelector("[data-place]").value}`);
  });
})();
