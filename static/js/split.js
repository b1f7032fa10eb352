/* The split view: a row opens its record at the right, and the keys that walk the rows open on the way. Enter on the open row leads to its page. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const PAUSE = 180; // Who walks fast over the rows opens where she stops.
  const side = () => $("#side");
  const peeks = () => $$("a.peek").filter((one) => one.offsetParent);
  const keyOf = (link) => new URLSearchParams(link.search).get("open");

  /* The open row is marked and in sight, and the address names it, so that it can be shared and loaded anew. */
  const mark = () => {
    if (!side()) return;
    const named = new URLSearchParams(location.search).get("open") || side().dataset.key;
    for (const one of $$("a.peek")) {
      if (keyOf(one) !== named) { one.removeAttribute("aria-current"); continue; }
      one.setAttribute("aria-current", "true");
      if (one.offsetParent) one.closest("tr").scrollIntoView({ block: "nearest" });
      if (!new URLSearchParams(location.search).has("open")) history.replaceState(history.state || { htmx: true }, "", one.href);
    }
  };

  /* The style sheets of the record's page belong into the head, once. */
  const hoist = () => $$("link[rel=stylesheet]", side() || document.createElement("i")).forEach((link) => {
    if ($$("link[rel=stylesheet]", document.head).some((one) => one.href === link.href)) link.remove(); else document.head.append(link);
  });
  const prepare = () => { hoist(); mark(); };
  prepare();
  document.addEventListener("htmx:afterSettle", (event) => {
    const target = event.detail.target;
    if (!target || (target.id !== "side" && target.id !== "records" && target !== document.body)) return;
    prepare();
    if (target.id !== "side") return;
    side().scrollTop = 0;
    const title = $(".record-title", side());
    if (title) window.portalSay(title.textContent.replace(/\s+/g, " ").trim());
  });
  document.addEventListener("htmx:historyRestore", prepare);

  /* Keys. The arrows walk the rows, as j and k do; to the right leads into the record, to the left or Escape back to its row. */
  let wait = 0;
  const openSoon = () => {
    clearTimeout(wait);
    const link = document.activeElement;
    if (link.matches("a.peek:not([aria-current])")) wait = setTimeout(() => { if (link.isConnected) link.click(); }, PAUSE);
  };
  const walk = (from, step) => {
    const all = peeks(), next = all[all.indexOf(from) + step];
    if (!next) return;
    next.focus({ preventScroll: true });
    next.closest("tr").scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const at = event.target.closest && event.target.closest("a.peek");
    if (event.key === "j" || event.key === "k") { if (event.defaultPrevented) openSoon(); return; }
    if (at && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      walk(at, event.key === "ArrowDown" ? 1 : -1);
      openSoon();
    } else if (at && event.key === "ArrowRight") { event.preventDefault(); side().focus({ preventScroll: true });
    } else if (at && event.key === "Enter" && at.hasAttribute("aria-current")) {
      event.preventDefault();
      location.assign($("a.title", at.closest("tr")).href);
    } else if (side() && event.target === side() && (event.key === "ArrowLeft" || event.key === "Escape")) {
      const open = $("a.peek[aria-current]");
      if (open) { event.preventDefault(); open.focus({ preventScroll: true }); }
    }
  });
})();
