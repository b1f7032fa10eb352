/* A board that never lies: a card settles when the server has said yes; a refusal puts it back and says why; what others change appears. */
(() => {
  "use strict";
  const EVERY = 5000;
  const ASKING = [403, 409, 422]; // What a refusal with a dialog answers.
  const menu = document.getElementById("move-menu");
  const words = document.getElementById("board-words").dataset;
  const news = document.getElementById("board-news");
  let asked = null; // The card that was moved by keyboard or menu: it gets the focus back.
  let lifted = null; // { card, lane }: a card in hand, by keyboard.
  let dragged = false;
  const waiting = []; // Moves that were refused while a dialog was open: [id of the card, stage].

  const board = () => document.querySelector("[data-board]");
  const lanes = () => [...document.querySelectorAll("[data-board] [data-lane]")];
  const laneOf = (stage) => document.getElementById(`lane-${stage}`);
  const label = (stage) => { const name = document.getElementById(`lane-name-${stage}`); return name ? name.textContent.trim() : stage; };
  const cardsOf = (lane) => [...lane.querySelectorAll(".deal")];

  /* Where a card may not go, and why. */
  const closedFor = (lane, stage) => {
    if ("automatic" in lane.dataset) return lane.dataset.automatic;
    return (lane.dataset.closedFrom || "").split(" ").includes(stage) ? lane.dataset.whyClosed : "";
  };
  const shade = (stage) => lanes().forEach((lane) => {
    const why = stage === null || lane.dataset.lane === stage ? "" : closedFor(lane, stage);
    const section = lane.closest(".lane");
    const line = section.querySelector("[data-why]");
    section.classList.toggle("closed", Boolean(why));
    if (line) { const says = why && !("automatic" in lane.dataset); line.hidden = !says; line.textContent = says ? why : ""; }
  });

  /* A card goes where the order of its lane puts it; beyond the loaded ones it stands last. */
  const place = (card) => {
    const lane = laneOf(card.dataset.stage);
    if (!lane) return;
    const falling = "falling" in board().dataset;
    const before = (one, other) => {
      const [a, b] = [one.dataset.order, other.dataset.order];
      if (a === b) return false;
      if (!a || !b) return Boolean(a);
      return falling ? a > b : a < b;
    };
    const next = cardsOf(lane).find((other) => other !== card && before(card, other));
    lane.insertBefore(card, next || lane.querySelector(".lane-more"));
  };

  /* --- moving ------------------------------------------------------------------ */
  /* Each card asks for itself: of several that are moved on a slow line none is dropped. */
  const post = (card, to) => htmx.ajax("POST", card.dataset.move, { source: card, push: "false", target: "#dialog", swap: "innerHTML", values: { to, seen: card.dataset.stage, from: "board" } });
  const move = (card, to, putBack) => {
    if (card.matches(".waiting")) return;
    card.classList.add("waiting");
    const settle = (event) => {
      if (event.detail.pathInfo.requestPath !== card.dataset.move) return;
      document.removeEventListener("htmx:afterRequest", settle);
      card.classList.remove("waiting");
      if (!event.detail.successful) { putBack(); window.portalSay(`${card.dataset.title}: ${label(card.dataset.stage)}`); }
    };
    document.addEventListener("htmx:afterRequest", settle);
    post(card, to);
  };
  /* Every way of moving ends here, the dialog of a refused move and Undo too. */
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || event.detail.requestConfig.verb !== "post") return;
    const card = [...document.querySelectorAll(".deal")].find((one) => one.dataset.move === event.detail.pathInfo.requestPath);
    if (!card) return;
    place(card);
    window.portalSay(`${card.dataset.title}: ${label(card.dataset.stage)}`);
    if (asked === card.id) card.querySelector(".t").focus();
    asked = null;
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, target, isError, serverResponse, xhr } = event.detail;
    /* A card that was taken does not close what another one asks. */
    if (requestConfig.elt.matches(".deal") && !isError && document.querySelector("#dialog[open]")) event.detail.swapOverride = "none";
    /* What another one asks waits until the dialog is closed; the server is then asked again. */
    if (requestConfig.elt.matches(".deal") && ASKING.includes(xhr.status) && document.querySelector("#dialog[open]")) {
      event.detail.shouldSwap = false;
      waiting.push([requestConfig.elt.id, requestConfig.parameters.to]);
    }
    /* A card that was moved here stands among the loaded ones already when its place comes; one in use stays where it is. */
    if (!target.matches(".lane-more")) return;
    const box = document.createElement("template");
    box.innerHTML = serverResponse;
    for (const fresh of box.content.querySelectorAll(".deal")) {
      const old = document.getElementById(fresh.id);
      if (old) (isInUse(old) ? fresh : old).remove();
    }
    event.detail.serverResponse = box.innerHTML;
  });

  const askNext = () => {
    while (waiting.length && !document.querySelector("#dialog[open]")) {
      const [id, to] = waiting.shift();
      const card = document.getElementById(id);
      if (card && card.dataset.stage !== to && !card.matches(".waiting")) { move(card, to, () => {}); return; }
    }
  };
  document.addEventListener("portal:dialog-closed", askNext);
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.requestConfig.elt.matches(".deal")) askNext(); });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "records") waiting.length = 0; });

  const laneUnder = (event) => {
    const section = window.portalUnder(event, ".lane");
    return section && section.querySelector("[data-lane]");
  };

  const start = () => window.portalDrag(lanes(), {
    group: { name: "board", put: (to, from, card) => !closedFor(to.el, card.dataset.stage) },
    draggable: ".deal",
    filter: ".card-menu, .waiting",
    onStart: (event) => { dragged = true; drop(); shade(event.item.dataset.stage); },
    onEnd: (event) => {
      dragged = false;
      shade(null);
      const { item, from } = event;
      const putBack = () => { if (item.isConnected && item.parentElement !== from) place(item); };
      const under = laneUnder(event.originalEvent) || from;
      const why = under === from ? "" : closedFor(under, item.dataset.stage);
      if (under === from || why) { putBack(); if (why) window.portalSay(`${label(under.dataset.lane)}: ${why}`); return; }
      if (item.parentElement !== under) under.prepend(item);
      move(item, under.dataset.lane, putBack);
    },
  });
  document.addEventListener("htmx:load", start);

  const openMenu = (card) => {
    asked = card.id;
    menu.querySelectorAll("[data-to]").forEach((one) => {
      one.hidden = one.dataset.to === card.dataset.stage;
      const line = one.querySelector("[data-why]");
      if (!line) return;
      const closed = (one.dataset.closedFrom || "").split(" ").includes(card.dataset.stage);
      one.disabled = closed;
      line.hidden = !closed;
    });
    menu.dataset.card = card.id;
    menu.showModal();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move-menu]");
    if (button) openMenu(button.closest(".deal"));
    const choice = event.target.closest("#move-menu [data-to]");
    if (choice) {
      const card = document.getElementById(menu.dataset.card);
      menu.close();
      if (card) move(card, choice.dataset.to, () => card.querySelector(".t").focus());
    }
  });

  /* --- keyboard: arrows walk the cards; Space lifts one, left and right carry it, Space puts it down -------------- */
  const lift = (card) => {
    lifted = { card, lane: laneOf(card.dataset.stage) };
    card.classList.add("lifted");
    shade(card.dataset.stage);
    window.portalSay(`${card.dataset.title}: ${words.lifted}, ${label(card.dataset.stage)}`);
  };
  const drop = () => {
    if (!lifted) return null;
    const held = lifted;
    lifted = null;
    held.card.classList.remove("lifted");
    document.querySelectorAll(".lane.target").forEach((one) => one.classList.remove("target"));
    shade(null);
    return held;
  };
  const carry = (step) => {
    const all = lanes();
    const at = all.indexOf(lifted.lane) + step;
    if (at < 0 || at >= all.length) return;
    lifted.lane = all[at];
    document.querySelectorAll(".lane.target").forEach((one) => one.classList.remove("target"));
    const section = lifted.lane.closest(".lane");
    section.classList.add("target");
    section.scrollIntoView({ block: "nearest", inline: "nearest" });
    const why = lifted.lane.dataset.lane === lifted.card.dataset.stage ? "" : closedFor(lifted.lane, lifted.card.dataset.stage);
    window.portalSay(label(lifted.lane.dataset.lane) + (why ? `: ${why}` : ""));
  };
  const putDown = () => {
    const { card, lane } = drop();
    const stage = card.dataset.stage;
    if (lane.dataset.lane === stage || closedFor(lane, stage)) { window.portalSay(`${card.dataset.title}: ${words.putBack}, ${label(stage)}`); return; }
    asked = card.id;
    move(card, lane.dataset.lane, () => card.querySelector(".t").focus());
  };
  const walk = (card, key) => {
    const all = lanes();
    const lane = card.closest("[data-lane]");
    const at = cardsOf(lane).indexOf(card);
    let next = null;
    if (key === "ArrowDown" || key === "ArrowUp") next = cardsOf(lane)[at + (key === "ArrowDown" ? 1 : -1)];
    else {
      const step = key === "ArrowRight" ? 1 : -1;
      for (let index = all.indexOf(lane) + step; index >= 0 && index < all.length && !next; index += step) {
        const there = cardsOf(all[index]);
        next = there[Math.min(at, there.length - 1)];
      }
    }
    if (next) next.querySelector(".t").focus();
  };
  document.addEventListener("keydown", (event) => {
    const card = event.target.closest && event.target.closest(".deal");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    const isArrow = event.key.startsWith("Arrow");
    if (lifted && lifted.card === card) {
      if (event.key === "Escape") { drop(); window.portalSay(`${card.dataset.title}: ${words.putBack}, ${label(card.dataset.stage)}`); }
      else if (event.key === " " || event.key === "Enter") putDown();
      else if (event.key === "ArrowRight" || event.key === "ArrowLeft") carry(event.key === "ArrowRight" ? 1 : -1);
      else if (!isArrow) return;
      event.preventDefault();
      return;
    }
    if (event.key === "m") { event.preventDefault(); openMenu(card); }
    else if (event.key === " " && event.target.matches(".t")) { event.preventDefault(); lift(card); }
    else if (isArrow) { event.preventDefault(); walk(card, event.key); }
  });
  document.addEventListener("focusout", (event) => { if (lifted && event.target.closest(".deal") === lifted.card && !lifted.card.contains(event.relatedTarget)) drop(); });

  /* --- what others change: asked for now and then; nothing moves in the hand or under the pointer ----------------- */
  const parse = (html) => { const box = document.createElement("template"); box.innerHTML = html; return box.content.firstElementChild; };
  const isInUse = (card) => card.matches(":hover, :focus-within, .waiting, .lifted");
  const isBusy = () => dragged || lifted || document.hidden || document.querySelector("dialog[open], .deal.waiting");

  const renew = (fresh) => {
    const old = document.getElementById(fresh.id);
    if (old && old.dataset.version === fresh.dataset.version) return "same";
    if (old && isInUse(old)) return "later";
    if (old) old.remove();
    laneOf(fresh.dataset.stage).append(fresh);
    place(fresh);
    htmx.process(fresh);
    fresh.classList.add("touched");
    return "done";
  };
  const apply = (answer) => {
    if (answer.all) { htmx.ajax("GET", location.href, { target: "#records", swap: "outerHTML", headers: { "X-Unattended": "1" } }).catch(() => {}); return; }
    let changed = 0;
    let later = false;
    for (const pk of answer.gone) {
      const card = document.getElementById(`card-${pk}`);
      if (!card) continue;
      if (isInUse(card)) later = true;
      else { card.remove(); changed += 1; }
    }
    for (const html of answer.cards) {
      const state = renew(parse(html));
      if (state === "later") later = true;
      if (state === "done") changed += 1;
    }
    answer.heads.map(parse).forEach((head) => document.getElementById(head.id).replaceWith(head));
    document.getElementById("board-totals").replaceWith(parse(answer.totals));
    if (changed) news.textContent = changed === 1 ? words.changedOne : words.changed + changed;
    if (!later) board().dataset.now = answer.now;
  };
  let asking = false;
  const ask = async () => {
    const place = board();
    if (asking || !place || isBusy()) return;
    asking = true;
    try {
      const shown = [...document.querySelectorAll(".deal")].slice(0, 300).map((card) => card.id.slice(5)).join(",");
      const query = new URLSearchParams({ since: place.dataset.now, shown });
      const base = place.dataset.changes;
      const response = await fetch(`${location.pathname}${base}${base === "?" ? "" : "&"}${query}`, { headers: { "X-Unattended": "1" }, redirect: "manual" });
      if (response.status === 200 && board() === place && !isBusy()) apply(await response.json());
    } catch { /* No connection: the next question tries again. */ } finally { asking = false; }
  };
  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
  start();
})();
