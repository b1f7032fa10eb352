/* Rows of a list by keyboard and by menu: j and k move, x selects, o opens, . shows what may be done.
   The order of the list goes along to its records, whose arrows (and j and k) lead to the next and the previous one. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const LIST = "portal.list", ROW = "portal.row";
  const read = (key) => { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } };
  const write = (key, value) => { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* Without storage there are no arrows. */ } };

  /* Beside an open record the name opens its record there (a.peek); its page is the hidden link. */
  const pageOf = (row) => $("a.title", row);
  const linkOf = (row) => { const peek = $("a.peek", row); return peek && peek.offsetParent ? peek : pageOf(row); };
  const rows = () => $$("#records tbody tr").filter(linkOf);
  const rowOf = (node) => (node && node.closest ? rows().find((row) => row.contains(node)) : null);
  let present = null;

  /* --- the menu: one for all rows, loaded when it is opened ------------------------------------------------------ */
  const menu = $("#row-menu");
  const hasMenu = Boolean(menu && menu.showPopover);
  let opener = null;
  const items = () => $$("a, button", menu);
  const addButtons = () => rows().forEach((row) => {
    if ($(".row-end", row)) return;
    const cell = document.createElement("td"), button = document.createElement("button");
    cell.className = "row-end";
    button.type = "button"; button.className = "row-more";
    button.setAttribute("aria-label", `${menu.getAttribute("aria-label")}: ${linkOf(row).textContent.trim()}`);
    button.setAttribute("aria-expanded", "false");
    button.innerHTML = '<i class="bi bi-three-dots" aria-hidden="true"></i>';
    cell.append(button); row.append(cell);
  });
  /* On a narrow screen it stands at the lower edge, as the style sheet says. */
  const place = () => {
    menu.style.left = ""; menu.style.top = "";
    if (!opener || window.matchMedia("(max-width: 640px)").matches) return;
    const box = opener.getBoundingClientRect(), own = menu.getBoundingClientRect();
    const isBelow = innerHeight - box.bottom > own.height + 12 || box.top < own.height + 12;
    menu.style.left = `${Math.max(8, Math.min(box.right, document.documentElement.clientWidth - 8) - own.width)}px`;
    menu.style.top = `${Math.max(8, Math.min(isBelow ? box.bottom + 4 : box.top - own.height - 4, innerHeight - own.height - 8))}px`;
  };
  const openMenu = (button) => {
    present = rowOf(button); opener = button;
    htmx.ajax("GET", `${pageOf(present).pathname}menu/`, { source: menu, target: menu, swap: "innerHTML" });
  };
  if (hasMenu) {
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.target !== menu || !opener || !opener.isConnected) return;
      opener.focus({ preventScroll: true });
      menu.showPopover(); place();
      opener.setAttribute("aria-expanded", "true");
      if (items()[0]) items()[0].focus({ preventScroll: true });
    });
    menu.addEventListener("toggle", (event) => { if (event.newState === "closed" && opener) opener.setAttribute("aria-expanded", "false"); });
    menu.addEventListener("click", (event) => {
      if (!event.target.closest("a, button")) return;
      write(ROW, { at: location.href, path: pageOf(present).pathname });
      opener.focus({ preventScroll: true });
      menu.hidePopover();
    });
    menu.addEventListener("keydown", (event) => {
      const all = items(), at = all.indexOf(document.activeElement);
      const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
      if (to !== undefined && all.length) { event.preventDefault(); all[to].focus(); }
      if (event.key === "Tab") { event.preventDefault(); menu.hidePopover(); }
    });
    window.addEventListener("resize", place);
    window.addEventListener("scroll", (event) => { if (event.target !== menu) place(); }, true);
    document.addEventListener("click", (event) => {
      const button = event.target.closest && event.target.closest(".row-more");
      if (button) openMenu(button);
    });
  }

  /* --- the order of the list, for the records that are opened from it --------------------------------------------- */
  const orderOf = (root, address) => {
    const way = (rel) => { const one = $(`.table-foot a[rel=${rel}]`, root); return one ? new URL(one.getAttribute("href"), address).href : ""; };
    const found = $$("#records tbody a.title", root).map((one) => [new URL(one.getAttribute("href"), address).pathname, one.textContent.trim()]);
    return { rows: found, prev: way("prev"), next: way("next") };
  };
  const turn = async (address, step) => {
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Target": "records" }, redirect: "manual" });
      const list = orderOf(new DOMParser().parseFromString(await answer.text(), "text/html"), address);
      const first = answer.ok && list.rows.at(step > 0 ? 0 : -1);
      if (first) { write(LIST, list); location.assign(first[0]); return; }
    } catch { /* The list itself says what is wrong. */ }
    location.assign(address);
  };
  const showArrows = () => {
    const nav = $("#record-pager"), list = nav && read(LIST);
    const at = list ? list.rows.findIndex(([path]) => path === location.pathname) : -1;
    if (at < 0 || nav.children.length) return;
    for (const [rel, step, sign] of [["prev", -1, "chevron-left"], ["next", 1, "chevron-right"]]) {
      const beside = list.rows[at + step], arrow = document.createElement("a");
      arrow.className = "btn btn-quiet"; arrow.rel = rel;
      arrow.setAttribute("aria-label", beside ? `${nav.dataset[rel]}: ${beside[1]}` : nav.dataset[rel]);
      arrow.innerHTML = `<i class="bi bi-${sign}" aria-hidden="true"></i>`;
      if (beside) { arrow.href = beside[0]; arrow.title = beside[1]; }
      else if (list[rel]) { arrow.href = list[rel]; arrow.addEventListener("click", (event) => { event.preventDefault(); arrow.setAttribute("aria-busy", "true"); turn(list[rel], step); }); }
      else { arrow.setAttribute("role", "link"); arrow.setAttribute("aria-disabled", "true"); arrow.classList.add("disabled"); }
      nav.append(arrow);
    }
    nav.hidden = false;
  };

  const prepare = () => {
    if (hasMenu) addButtons();
    if ($("#records")) write(LIST, orderOf(document, location.href));
    showArrows();
  };
  prepare();
  document.addEventListener("htmx:load", prepare);
  /* Back in the list after something was done in a row: the row has the focus again. */
  const back = read(ROW);
  if (back) {
    sessionStorage.removeItem(ROW);
    present = back.at === location.href ? rows().find((row) => pageOf(row).pathname === back.path) : null;
    if (present) linkOf(present).focus();
  }

  /* --- keys ------------------------------------------------------------------------------------------------------- */
  const go = (step) => {
    const all = rows(), at = all.indexOf(all.includes(present) ? present : rowOf($("a.peek[aria-current]")));
    present = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + step))];
    linkOf(present).focus({ preventScroll: true });
    present.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !["j", "k", "x", "o", "."].includes(event.key)) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open], [popover]")) return;
    const focused = rowOf(document.activeElement);
    if (focused) present = focused;
    if (event.key === "j" || event.key === "k") {
      const step = event.key === "j" ? 1 : -1;
      const arrow = $(`#record-pager a[rel=${step > 0 ? "next" : "prev"}][href]`);
      if (rows().length) { event.preventDefault(); go(step); } else if (arrow) { event.preventDefault(); arrow.click(); }
    } else if (focused) {
      event.preventDefault();
      const target = { x: $("td.pick input", focused), o: pageOf(focused), ".": $(".row-more", focused) }[event.key];
      if (target) target.click();
    }
  });
})();
