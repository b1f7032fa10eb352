/* The command palette (Ctrl+K or Cmd+K): arrows walk the lines, Enter takes one, Escape closes; the focus goes back where it was. */
(() => {
  "use strict";
  const palette = document.getElementById("palette");
  if (!palette) return;
  const input = document.getElementById("palette-input");
  const list = document.getElementById("palette-list");
  const news = document.getElementById("palette-news");
  const user = document.body.dataset.user;
  const RECENT = `portal-recent-${user}`;
  let asked = null;
  let wait = 0;
  let pressed = [];
  let isBehind = false; // What stands there answers an older question than the one that is typed.
  let isTaken = false; // Enter was pressed meanwhile: the first line of the answer is meant.

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const options = () => [...list.querySelectorAll("[role=option]")];
  const active = () => list.querySelector("[aria-selected=true]");
  const choose = (option) => {
    const old = active();
    if (old) old.removeAttribute("aria-selected");
    if (!option) { input.removeAttribute("aria-activedescendant"); return; }
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  /* What was opened last, kept by this browser for this person. */
  const recent = () => { try { return JSON.parse(localStorage.getItem(RECENT)) || []; } catch { return []; } };
  const remember = () => {
    const title = document.querySelector(".record-line h1");
    if (!title || !user) return;
    const name = title.firstChild.textContent.trim();
    const kept = recent().filter((one) => one.url !== location.pathname);
    try { localStorage.setItem(RECENT, JSON.stringify([{ url: location.pathname, name }, ...kept].slice(0, 7))); } catch { /* Without storage there is nothing recent. */ }
  };

  const group = (name, label, items) => {
    if (!items.length) return null;
    const section = document.createElement("div");
    section.setAttribute("role", "group");
    section.setAttribute("aria-labelledby", `palette-${name}`);
    const head = document.createElement("h3");
    head.setAttribute("role", "presentation");
    head.id = `palette-${name}`; head.textContent = label;
    section.append(head);
    items.forEach((item, index) => {
      const line = document.createElement("a");
      line.setAttribute("role", "option"); line.tabIndex = -1; line.id = `palette-${name}-${index}`;
      if (item.url) line.href = item.url; else { line.dataset.own = String(pressed.length); pressed.push(item.element); }
      const sign = document.createElement("i");
      sign.className = item.sign || "bi bi-arrow-return-right"; sign.setAttribute("aria-hidden", "true");
      const text = document.createElement("span");
      text.textContent = item.name;
      line.append(sign, text);
      section.append(line);
    });
    return section;
  };
  /* The actions of the page, as they stand there: what one may not do is not among them. */
  const ofPage = (words) => {
    const seen = new Set();
    return [...document.querySelectorAll(".record-actions a, .record-actions button, .path .btn-primary, .page-actions a, .page-actions button")]
      .filter((one) => !one.disabled && !one.closest("dialog, .folded") && !one.hasAttribute("aria-current"))
      .map((element) => ({ element, name: (element.querySelector(".label") || element).textContent.trim(), sign: (element.querySelector("i.bi") || {}).className }))
      .filter((one) => one.name && !seen.has(one.name) && seen.add(one.name))
      .filter((one) => words.every((word) => ` ${fold(one.name)}`.includes(` ${word}`)));
  };

  const draw = (html, query) => {
    const words = fold(query).split(/\s+/).filter(Boolean);
    pressed = [];
    list.innerHTML = html;
    const lines = recent().filter((one) => one.url !== location.pathname).map((one) => ({ ...one, sign: "bi bi-clock-history" }));
    const own = [group("page", palette.dataset.ofPage, ofPage(words).slice(0, 12)), words.length ? null : group("recent", palette.dataset.recent, lines)];
    list.prepend(...own.filter(Boolean));
    choose(options()[0]);
    isBehind = query !== input.value.trim();
    if (isTaken && !isBehind) { take(active()); return; }
    const count = options().length;
    news.textContent = count ? palette.dataset.count + count : palette.dataset.none;
    news.classList.toggle("visually-hidden", Boolean(count));
  };
  const ask = async (isAgain = false) => {
    if (asked) asked.abort();
    asked = new AbortController();
    const mine = asked;
    const query = input.value.trim();
    try {
      const response = await fetch(`${palette.dataset.from}?${new URLSearchParams({ q: query })}`, { headers: { "HX-Request": "true" }, signal: mine.signal, redirect: "manual" });
      if (response.type === "opaqueredirect" || response.status === 401) { if (!isAgain) signInAndAsk(); return; }
      if (response.ok && mine === asked) draw(await response.text(), query);
    } catch { /* Overtaken by a newer question, or no connection: what stands there stays, and Enter waits. */ }
  };

  /* The session has ended: the page stays with all that was typed in it. */
  const signInAndAsk = async () => {
    try { await window.portalSignedIn(); } catch (reason) { if (reason && reason.message === "left") palette.close(); return; }
    if (palette.open) ask(true);
  };

  const open = () => {
    if (palette.open) { palette.close(); return; }
    if (document.querySelector("dialog[open]")) return;
    input.value = "";
    draw("", "");
    palette.showModal();
    input.focus();
    ask();
  };
  const take = (option) => {
    if (!option) return;
    const own = option.dataset.own === undefined ? option.dataset.press && document.querySelector(option.dataset.press) : pressed[Number(option.dataset.own)];
    palette.close();
    if (own) own.click(); else if (option.href) location.assign(option.href);
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") { event.preventDefault(); open(); }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]")) return;
    const dialog = event.target.closest("dialog");
    if (dialog) dialog.close();
    open();
  });
  input.addEventListener("input", () => { isBehind = true; isTaken = false; clearTimeout(wait); wait = setTimeout(ask, 120); });
  palette.addEventListener("close", () => { clearTimeout(wait); isBehind = isTaken = false; if (asked) asked.abort(); });
  palette.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.indexOf(active());
    const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Enter") { event.preventDefault(); if (isBehind) isTaken = true; else take(active()); }
    else if (to !== undefined && all.length && !((event.key === "Home" || event.key === "End") && input.value)) { event.preventDefault(); choose(all[to]); }
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    take(option);
  });
  list.addEventListener("mousemove", (event) => { const option = event.target.closest("[role=option]"); if (option && option !== active()) choose(option); });
  remember();
})();
