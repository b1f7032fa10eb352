/* The desk: a cell of a list or a fact of a record is changed where it stands; rows are selected over pages, and acted on together. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const words = document.getElementById("words").dataset;

  /* Cells. A pencil, a double click, Enter or F2 opens the editor; Escape closes it, Tab saves it and opens the next; arrows walk from cell to cell. */
  const closed = new WeakMap();
  const KEPT = "portal.cell", NEXT = "portal.cell.next";
  let last = null; // The cell that is being saved: it has the focus again.
  let opening = null; // The cell whose editor was asked for last; one that comes later than this is not wanted any more.
  const forget = () => { last = null; sessionStorage.removeItem(KEPT); sessionStorage.removeItem(NEXT); };
  const cellOf = (node) => (node.closest ? node.closest("[data-cell]") : null);
  const name = (cell) => `${cell.closest("[data-record]").dataset.record}|${cell.dataset.cell}`;
  const prepare = () => {
    const cells = $$("[data-cell]");
    cells.forEach((cell, index) => {
      if (cell.dataset.ready) return;
      cell.dataset.ready = "1";
      const isFact = cell.matches("dd");
      if (!isFact) cell.tabIndex = index === 0 ? 0 : -1;
      const pencil = document.createElement("button");
      pencil.type = "button"; pencil.className = "pencil"; pencil.tabIndex = isFact ? 0 : -1;
      pencil.setAttribute("aria-label", `${words.edit}: ${cell.dataset.label}`);
      pencil.innerHTML = '<i class="bi bi-pencil" aria-hidden="true"></i>';
      cell.append(pencil);
    });
    last = last || sessionStorage.getItem(KEPT);
    if (last) {
      const cell = cells.find((one) => name(one) === last);
      if (cell && !cell.querySelector("form")) { enter(cell); cell.classList.add("saved"); last = null; }
      sessionStorage.removeItem(KEPT);
    }
  };
  const enter = (cell) => {
    if (cell.matches("dd")) { $(".pencil", cell).focus(); return; }
    $$("td[data-cell][tabindex='0']").forEach((one) => { one.tabIndex = -1; });
    cell.tabIndex = 0; cell.focus();
  };
  /* One editor is open at a time: another cell saves what was typed in it, and opens when that has been taken. */
  const isTyped = (form) => Boolean($("[data-summary], .is-invalid", form)) || [...form.elements].some((field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.matches("select")) { const named = $("option[selected]", field); return [...field.options].some((one) => one.selected !== (named || field.multiple ? one.defaultSelected : one.index === 0)); }
    return field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue;
  });
  const settle = (cell) => {
    for (const form of $$(".cell-form")) {
      const other = cellOf(form);
      if (!other || other === cell) continue;
      if (!isTyped(form)) { close(other); continue; }
      sessionStorage.setItem(NEXT, name(cell));
      form.requestSubmit();
      return false;
    }
    return true;
  };
  const openNext = () => {
    const next = sessionStorage.getItem(NEXT);
    if (!next || $(".cell-form")) return;
    sessionStorage.removeItem(NEXT);
    const cell = $$("[data-cell]").find((one) => name(one) === next);
    if (cell) open(cell);
  };
  const open = (cell) => {
    if (cell.querySelector("form") || !settle(cell)) return;
    opening = cell;
    const record = cell.closest("[data-record]").dataset.record;
    cell.id = `cell-${record.split("/").filter(Boolean).pop()}-${cell.dataset.cell}`;
    cell.setAttribute("hx-push-url", "false");
    closed.set(cell, [...cell.childNodes]);
    htmx.ajax("GET", `${record}cell/${cell.dataset.cell}/`, { source: cell, target: cell, swap: "innerHTML" });
  };
  const close = (cell) => {
    if (last === name(cell)) forget();
    const form = $(".cell-form", cell);
    if (form) form.dispatchEvent(new CustomEvent("portal:left", { bubbles: true }));
    cell.replaceChildren(...(closed.get(cell) || []));
    enter(cell);
  };
  /* Tab leaves the last field of an editor, Shift+Tab the first one, for the cell beside it: what was typed is saved, or stays with its error.
     The two buttons are there for a finger, a mouse and a screen reader's own cursor; by keyboard Enter and Escape are what they are. In a question
     that waits for an answer, in a day that is half typed, and at the ends of a list where nothing was typed, Tab does what it always does. */
  const leave = (event, cell) => {
    const { target, shiftKey } = event, form = target.closest(".cell-form");
    if (!form || $(".clashes", form) || event.ctrlKey || event.altKey || event.metaKey || (target.validity && target.validity.badInput)) return;
    const fields = [...form.elements].filter((one) => !one.disabled && one.type !== "hidden" && !one.matches("button, fieldset"));
    const edge = shiftKey ? fields[0] : fields.at(-1);
    if (!edge || (target !== edge && !(target.type === "radio" && target.name === edge.name))) return;
    const cells = $$(`${cell.localName}[data-cell]`).filter((one) => one.getClientRects().length);
    const next = cells[cells.indexOf(cell) + (shiftKey ? -1 : 1)];
    if (!next && !isTyped(form)) return;
    event.preventDefault();
    if (next) open(next); else form.requestSubmit();
  };
  document.addEventListener("htmx:load", () => { prepare(); openNext(); });
  prepare();
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (requestConfig.verb === "get" && target && target.matches("[data-cell]") && target !== opening) event.detail.shouldSwap = false;
  });
  /* What was not taken is not marked as saved later, and opens nothing. Without a session it is sent again when the person has signed in. */
  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig: { elt }, xhr } = event.detail;
    if (elt.matches && elt.matches(".cell-form") && xhr.status !== 401 && !(xhr.status >= 200 && xhr.status < 400)) forget();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target; // Going back names none.
    const cell = target && target.matches && target.matches("[data-cell]") ? target : null;
    if (!cell) return;
    const first = $("[data-summary], .is-invalid, .cell-line :is(input, select, textarea):enabled, [data-cell-cancel]", cell);
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
    if (event.target.matches(".cell-form")) {
      const cell = cellOf(event.target);
      last = name(cell);
      if (cell.matches("dd")) sessionStorage.setItem(KEPT, last);  // Its page comes anew.
    }
  });
  document.addEventListener("keydown", (event) => {
    const cell = cellOf(event.target);
    if (!cell) return;
    if (event.target !== cell) {
      if (event.key === "Escape" && event.target.closest(".cell-form")) { event.stopPropagation(); close(cell); }
      if (event.key === "Tab") leave(event, cell);
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

  /* Selection. The box in the head takes the page, "Select all" the whole list as it is filtered; single rows stay selected over pages,
     as long as the list's state is the same. With Shift the rows in between go along. */
  let picked = new Set(), whole = false, state = null, before = null;
  const boxes = () => $$("td.pick input");
  const tell = () => {
    const bar = $("#bulk");
    if (!bar) return;
    if (bar.dataset.query !== state) { picked = new Set(); whole = false; state = bar.dataset.query; }
    const all = $("[data-pick-all]");
    boxes().forEach((box) => { box.checked = whole || picked.has(box.value); });
    const here = boxes().filter((box) => box.checked).length;
    if (all) { all.checked = here > 0 && here === boxes().length; all.indeterminate = here > 0 && !all.checked; }
    const selectable = Number(bar.dataset.selectable);
    bar.hidden = !whole && !picked.size;
    $("[data-count]", bar).textContent = whole ? bar.dataset.allCount : picked.size.toLocaleString(document.documentElement.lang);
    $$("[data-over]", bar).forEach((one) => { one.hidden = !whole; });
    $$("[data-limited]", bar).forEach((one) => { one.disabled = whole; });
    $("[data-all]", bar).value = whole ? "1" : "";
    $("[data-select-all]", bar).hidden = whole || !all || !(all.checked || all.closest("thead").getBoundingClientRect().width < 2) || selectable <= picked.size;
    $$("input[data-elsewhere]", bar).forEach((one) => one.remove());
    const shown = new Set(boxes().map((box) => box.value));
    if (!whole) picked.forEach((key) => {
      if (shown.has(key)) return;
      const one = document.createElement("input");
      one.type = "hidden"; one.name = "ids"; one.value = key; one.dataset.elsewhere = ""; bar.append(one);
    });
  };
  const pick = (box) => { if (box.checked) picked.add(box.value); else picked.delete(box.value); };
  document.addEventListener("change", (event) => {
    if (!event.target.closest(".pick")) return;
    if (whole) { whole = false; picked = new Set(); if (event.target.closest("td.pick")) boxes().forEach((box) => { if (box !== event.target) picked.add(box.value); }); }
    if (event.target.matches("[data-pick-all]")) boxes().forEach((box) => { box.checked = event.target.checked; pick(box); });
    else pick(event.target);
    tell();
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest("td.pick input");
    if (box) {
      const rows = boxes();
      if (event.shiftKey && before && rows.includes(before)) {
        const [from, to] = [rows.indexOf(before), rows.indexOf(box)].sort((one, other) => one - other);
        rows.slice(from, to + 1).forEach((one) => { one.checked = box.checked; pick(one); });
        tell();
      }
      before = box;
    }
    if (event.target.closest("[data-select-all]")) { whole = true; tell(); window.portalSay(`${$("#bulk [data-count]").textContent} ${words.selected}`); }
    if (event.target.closest("[data-unpick]")) { picked = new Set(); whole = false; setTimeout(tell); }
  });
  document.addEventListener("htmx:load", tell);
  window.addEventListener("pageshow", tell);

  /* Fields of many records: what is typed into is ticked as well; what is not ticked is not shown. */
  const fold = () => {
    const ticks = $$("input[name=change]");
    if (!ticks.length) return;
    for (const tick of ticks) {
      const wrap = document.getElementById(`div_id_${tick.value}`);
      if (wrap) wrap.hidden = !tick.checked;
    }
  };
  document.addEventListener("change", (event) => { if (event.target.name === "change") fold(); });
  document.addEventListener("htmx:load", fold);
})();
