/* The desk: a cell is changed where it stands; rows are selected over pages, and acted on together. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isGerman = document.documentElement.lang === "de";

  /* Cells. A pencil, a double click, Enter or F2 opens the editor; Escape closes it; arrows walk from cell to cell. */
  const closed = new WeakMap();
  let last = null;
  const cellOf = (node) => (node.closest ? node.closest("td[data-cell]") : null);
  const name = (cell) => `${cell.closest("tr").dataset.record}|${cell.dataset.cell}`;
  const prepare = () => {
    const cells = $$("td[data-cell]");
    cells.forEach((cell, index) => {
      if (cell.dataset.ready) return;
      cell.dataset.ready = "1";
      cell.tabIndex = index === 0 ? 0 : -1;
      const pencil = document.createElement("button");
      pencil.type = "button"; pencil.className = "pencil"; pencil.tabIndex = -1;
      pencil.setAttribute("aria-label", `${isGerman ? "Ändern" : "Edit"}: ${cell.dataset.label}`);
      pencil.innerHTML = '<i class="bi bi-pencil" aria-hidden="true"></i>';
      cell.append(pencil);
    });
    if (last) {
      const cell = cells.find((one) => name(one) === last);
      if (cell && !cell.querySelector("form")) { enter(cell); cell.classList.add("saved"); last = null; }
    }
  };
  const enter = (cell) => {
    $$("td[data-cell][tabindex='0']").forEach((one) => { one.tabIndex = -1; });
    cell.tabIndex = 0; cell.focus();
  };
  const open = (cell) => {
    if (cell.querySelector("form")) return;
    const record = cell.closest("tr").dataset.record;
    cell.id = `cell-${record.split("/").filter(Boolean).pop()}-${cell.dataset.cell}`;
    cell.setAttribute("hx-push-url", "false");
    closed.set(cell, [...cell.childNodes]);
    htmx.ajax("GET", `${record}cell/${cell.dataset.cell}/`, { source: cell, target: cell, swap: "innerHTML" });
  };
  const close = (cell) => {
    cell.replaceChildren(...(closed.get(cell) || []));
    enter(cell);
  };
  document.addEventListener("htmx:load", prepare);
  prepare();
  document.addEventListener("htmx:afterSwap", (event) => {
    const cell = event.detail.target.matches && event.detail.target.matches("td[data-cell]") ? event.detail.target : null;
    if (!cell) return;
    const first = $("[data-summary], .is-invalid, .cell-line input, .cell-line select, .cell-line textarea", cell);
    if (first) { first.focus(); if (first.select) first.select(); }
  });
  document.addEventListener("dblclick", (event) => {
    const cell = cellOf(event.target);
    if (cell && !event.target.closest("a, form")) { window.getSelection().removeAllRanges(); open(cell); }
  });
  document.addEventListener("click", (event) => {
    const cell = cellOf(event.target);
    if (!cell) return;
    if (event.target.closest(".pencil")) open(cell);
    if (event.target.closest("[data-cell-cancel]")) close(cell);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches(".cell-form")) last = name(cellOf(event.target));
  });
  document.addEventListener("keydown", (event) => {
    const cell = cellOf(event.target);
    if (!cell) return;
    if (event.target !== cell) {
      if (event.key === "Escape" && event.target.closest(".cell-form")) { event.stopPropagation(); close(cell); }
      if (event.key === "Enter" && event.target.matches("select")) { event.preventDefault(); event.target.form.requestSubmit(); }
      return;
    }
    if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); open(cell); return; }
    const row = cell.closest("tr");
    const beside = (from, step) => { let one = from; do { one = step > 0 ? one.nextElementSibling : one.previousElementSibling; } while (one && !one.matches("[data-cell]")); return one; };
    const across = (step) => { const next = step > 0 ? row.nextElementSibling : row.previousElementSibling; return next && $(`td[data-cell="${cell.dataset.cell}"]`, next); };
    const to = { ArrowRight: () => beside(cell, 1), ArrowLeft: () => beside(cell, -1), ArrowDown: () => across(1), ArrowUp: () => across(-1) }[event.key];
    const next = to && to();
    if (next) { event.preventDefault(); enter(next); }
  });
})();
