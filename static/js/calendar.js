/* A calendar by keyboard and by mouse: one day is in the tab order, arrows lead to the others; what is due is dragged to another day. */
(() => {
  "use strict";
  const wide = window.matchMedia("(min-width: 640.02px)");
  const DAY = 24 * 3600 * 1000;
  const grid = () => document.querySelector("table[data-calendar]");
  const cells = () => [...document.querySelectorAll("table[data-calendar] td[data-date]")];
  const cellOf = (date) => cells().find((cell) => cell.dataset.date === date);
  const dayOf = (cell) => cell.querySelector("a.day");
  const isoOf = (time) => new Date(time).toISOString().slice(0, 10);
  const plus = (date, days) => isoOf(Date.parse(date) + days * DAY);
  let present = ""; // The day that stands in the tab order.
  let wanted = ""; // The day that has the focus once another page is there.
  let asked = ""; // What was moved: it gets the focus back.

  /* --- one stop for the Tab key: the present day, and what is due on it -------------------------------------------- */
  const enter = (cell) => {
    present = cell.dataset.date;
    for (const one of cells()) {
      const inside = one === cell ? 0 : -1;
      one.querySelectorAll("a").forEach((link) => { link.tabIndex = inside; });
    }
  };
  const shape = () => {
    const table = grid();
    if (!table) return;
    if (!wide.matches) {
      table.removeAttribute("role");
      table.querySelectorAll("a").forEach((link) => link.removeAttribute("tabindex"));
      return;
    }
    table.setAttribute("role", "grid");
    const first = cells().find((cell) => !cell.classList.contains("outside"));
    enter(cellOf(present) || table.querySelector("td.today") || first);
  };

  const turn = (rel, date) => {
    const link = document.querySelector(`#records .turn a[rel=${rel}]`);
    if (!link) return;
    wanted = date;
    link.click();
  };
  const go = (date) => {
    const cell = cellOf(date);
    if (cell) { enter(cell); dayOf(cell).focus(); return; }
    turn(date < cells()[0].dataset.date ? "prev" : "next", date);
  };
  /* The same day of the month before or after, the last one where it has fewer; of a week the same weekday. */
  const far = (date, step) => {
    if (!document.querySelector("#records.month")) return plus(date, 7 * step);
    const [year, month, day] = document.querySelector("#calendar-heading time").dateTime.split("-").concat(date.slice(8)).map(Number);
    const last = new Date(Date.UTC(year, month + step, 0)).getUTCDate();
    return isoOf(Date.UTC(year, month - 1 + step, Math.min(day, last)));
  };
  const onDay = (event, cell) => {
    const date = cell.dataset.date;
    const row = [...cell.parentElement.children];
    const all = cells();
    const to = {
      ArrowRight: () => plus(date, 1), ArrowLeft: () => plus(date, -1), ArrowDown: () => plus(date, 7), ArrowUp: () => plus(date, -7),
      Home: () => (event.ctrlKey ? all[0] : row[0]).dataset.date, End: () => (event.ctrlKey ? all[all.length - 1] : row[row.length - 1]).dataset.date,
    }[event.key];
    if (to) { event.preventDefault(); go(to()); }
    else if (event.key === "PageDown" || event.key === "PageUp") {
      const step = event.key === "PageDown" ? 1 : -1;
      event.preventDefault();
      turn(step > 0 ? "next" : "prev", far(date, step));
    }
  };
  const onEvent = (event, line, cell) => {
    const lines = [...line.parentElement.querySelectorAll(".event")];
    const at = lines.indexOf(line);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = lines[at + (event.key === "ArrowDown" ? 1 : -1)];
      event.preventDefault();
      if (next) next.querySelector(".t").focus();
      else if (cell && event.key === "ArrowUp") dayOf(cell).focus();
    } else if (event.key === "Escape" && cell) dayOf(cell).focus();
    else if (event.key === "m") {
      const button = line.querySelector("[data-move-menu]");
      if (button) { event.preventDefault(); button.click(); }
    }
  };
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (!target.closest || !target.closest("#records.calendar") || event.metaKey || event.altKey || target.closest("dialog")) return;
    const line = target.closest(".event");
    const cell = grid() && grid().contains(target) ? target.closest("td[data-date]") : null;
    if (line) { if (!event.ctrlKey) onEvent(event, line, cell); return; }
    if (!cell || !wide.matches) return;
    if (target.matches("a.day")) onDay(event, cell);
    else if (event.key === "Escape") dayOf(cell).focus();
  });
  document.addEventListener("focusin", (event) => {
    const cell = event.target.closest && event.target.closest("table[data-calendar] td[data-date]");
    if (cell && wide.matches && cell.dataset.date !== present) enter(cell);
  });

  /* --- a click beside what is there adds something on that day ----------------------------------------------------- */
  document.addEventListener("click", (event) => {
    if (!event.target.matches || !event.target.matches("td[data-add], td[data-add] > ul, td[data-add] > .day-head")) return;
    if (wide.matches) location.assign(event.target.closest("td").dataset.add);
  });

  /* --- moving: at once in sight, settled when the server has said yes, put back when it has not -------------------- */
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-move-menu]");
    if (button) asked = button.closest(".event").id;
  });
  document.addEventListener("portal:dialog-closed", () => {
    const line = asked && document.getElementById(asked);
    if (line && !document.querySelector("dialog[open]")) line.querySelector(".t").focus();
  });
  let moves = Promise.resolve(); // One after the other: every answer brings the calendar anew.
  const move = (line, list, base, putBack) => {
    line.classList.add("waiting");
    const address = line.dataset.move;
    const settle = (event) => {
      if (event.detail.pathInfo.requestPath !== address) return;
      document.removeEventListener("htmx:afterRequest", settle);
      line.classList.remove("waiting");
      if (!event.detail.successful) putBack();
    };
    document.addEventListener("htmx:afterRequest", settle);
    const values = { [grid().dataset.field]: list.closest("td").dataset.date, base };
    const post = () => htmx.ajax("POST", address, { source: "#dialog", target: "#dialog", swap: "innerHTML", push: "false", values });
    moves = moves.then(post).catch(() => { /* The page has said it. */ });
  };
  const cellUnder = (event) => window.portalUnder(event, "td[data-date]");
  const mark = (cell) => cells().forEach((one) => one.classList.toggle("target", one === cell));
  const follow = (event) => mark(cellUnder(event));
  const start = () => window.portalDrag(document.querySelectorAll("table[data-calendar] .events"), {
    group: "days",
    draggable: ".event[data-move]",
    filter: ".event-menu, .waiting",
    onStart: () => { document.addEventListener("dragover", follow); },
    onEnd: (event) => {
      document.removeEventListener("dragover", follow);
      const { item, from } = event;
      const next = from.querySelectorAll(".event[data-move]")[event.oldDraggableIndex] || null;
      const putBack = () => from.insertBefore(item, next === item ? null : next);
      const cell = cellUnder(event.originalEvent);
      mark(null);
      if (!cell || cell === from.closest("td")) { if (item.parentElement !== from) putBack(); return; }
      const list = cell.querySelector(".events");
      if (item.parentElement !== list) list.prepend(item);
      asked = item.id;
      move(item, list, from.dataset.base, putBack);
    },
  });

  const prepare = () => {
    const page = document.querySelector("#records.calendar");
    if (!page) return;
    shape();
    start();
    if (page.dataset.moved) {
      const line = document.getElementById(page.dataset.moved);
      delete page.dataset.moved;
      asked = "";
      const dialog = document.getElementById("dialog");
      if (dialog.open) dialog.close();
      const cell = line && line.closest("td[data-date]");
      if (cell && wide.matches) enter(cell);
      if (line) line.querySelector(".t").focus({ preventScroll: true });
      else if (cellOf(present)) dayOf(cellOf(present)).focus({ preventScroll: true });
    }
    if (wanted) {
      const cell = cellOf(wanted);
      wanted = "";
      if (cell) { enter(cell); dayOf(cell).focus(); }
    }
  };
  document.addEventListener("htmx:load", prepare);
  wide.addEventListener("change", shape);
  prepare();
})();
