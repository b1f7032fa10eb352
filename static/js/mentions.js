/* Colleagues while a note is typed: @ and a few letters open a list; arrows, Enter, Tab and the pointer choose. The server reads names typed in full, too. */
(() => {
  "use strict";
  let asked = 0;
  const listOf = (box) => box.querySelector(".mention-list");
  const close = (box) => {
    const list = listOf(box), text = box.querySelector("textarea");
    list.hidden = true; list.innerHTML = ""; list.removeAttribute("role");
    text.removeAttribute("aria-activedescendant"); text.removeAttribute("aria-controls"); text.removeAttribute("aria-autocomplete");
  };
  const options = (box) => [...listOf(box).querySelectorAll("[role=option]")];
  const mark = (box, at) => {
    const found = options(box);
    found.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    if (found[at]) box.querySelector("textarea").setAttribute("aria-activedescendant", found[at].id);
  };
  const marked = (box) => options(box).findIndex((option) => option.getAttribute("aria-selected") === "true");
  /* What stands between the last @ and the caret, when it may be the beginning of a name. */
  const typed = (text) => {
    const found = /(?:^|[\s(])@([\p{L}\p{M}'’.-]*(?: [\p{L}\p{M}'’.-]*)?)$/u.exec(text.value.slice(0, text.selectionStart));
    return found ? found[1] : null;
  };
  const choose = (box, option) => {
    const text = box.querySelector("textarea"), part = typed(text) || "", end = text.selectionStart;
    text.setRangeText(`${option.dataset.name} `, end - part.length, end, "end");
    close(box); text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const ask = async (box, part) => {
    const mine = ++asked;
    const address = new URL(box.dataset.mentions, location.href);
    address.searchParams.set("q", part);
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok || mine !== asked) return;
    const list = listOf(box), text = box.querySelector("textarea");
    list.innerHTML = await answer.text();
    if (mine !== asked || !options(box).length || typed(text) === null) { close(box); return; }
    list.setAttribute("role", "listbox"); list.setAttribute("aria-label", text.labels[0] ? text.labels[0].textContent : "@");
    text.setAttribute("aria-controls", list.id); text.setAttribute("aria-autocomplete", "list");
    list.hidden = false; mark(box, 0);
  };
  document.addEventListener("input", (event) => {
    const box = event.target.closest && event.target.closest("[data-mentions]");
    if (!box) return;
    const part = typed(event.target);
    if (part === null) { asked += 1; close(box); } else ask(box, part);
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target.closest && event.target.closest("[data-mentions]");
    if (!box || listOf(box).hidden) return;
    const found = options(box), at = marked(box);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); mark(box, (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length); }
    if ((event.key === "Enter" || event.key === "Tab") && found[at] && !event.ctrlKey && !event.metaKey) { event.preventDefault(); choose(box, found[at]); }
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(box); }
  });
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest && event.target.closest(".mention-list [role=option]");
    if (option) { event.preventDefault(); choose(option.closest("[data-mentions]"), option); }
  });
  document.addEventListener("focusout", (event) => { const box = event.target.closest && event.target.closest("[data-mentions]"); if (box) close(box); });

  /* n, t and l on a record: note, task, call. */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    const place = { n: "#compose-note textarea", t: "[data-task]", l: "[data-call]" }[event.key];
    const target = place && document.querySelector(place);
    if (!target) return;
    event.preventDefault();
    if (event.key === "n") { target.focus(); target.scrollIntoView({ block: "center" }); } else target.click();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest || !event.target.closest("[data-note]")) return;
    const text = document.querySelector("#compose-note textarea");
    if (text) { event.preventDefault(); text.focus(); }
  });
})();
