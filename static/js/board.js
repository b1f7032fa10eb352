/* A board that never lies: a card settles when the server has said yes; a refusal puts it back and says why. */
(() => {
  "use strict";
  const menu = document.getElementById("move-menu");
  let asked = null;

  const post = (card, to) => htmx.ajax("POST", card.dataset.move, { target: "#dialog", swap: "innerHTML", values: { to, seen: card.dataset.stage, from: "board" } });
  const label = (lane) => { const name = document.getElementById(`lane-name-${lane}`); return name ? name.textContent.trim() : lane; };

  const move = (card, to, putBack) => {
    card.classList.add("waiting");
    const settle = (event) => {
      if (event.detail.pathInfo.requestPath !== card.dataset.move) return;
      document.removeEventListener("htmx:afterRequest", settle);
      card.classList.remove("waiting");
      if (!event.detail.successful) { putBack(); window.portalSay(`${card.dataset.title}: ${label(card.dataset.stage)}`); }
      else {
        window.portalSay(`${card.dataset.title}: ${label(to)}`);
        const settled = document.querySelector(`#${card.id} .t`);
        if (settled && asked === card.id) settled.focus();
        asked = null;
      }
    };
    document.addEventListener("htmx:afterRequest", settle);
    post(card, to);
  };

  const start = () => document.querySelectorAll("[data-board] [data-lane]").forEach((lane) => {
    if (lane.dataset.ready) return;
    lane.dataset.ready = "1";
    Sortable.create(lane, {
      group: { name: "board", put: () => !("automatic" in lane.dataset) },
      draggable: ".deal",
      filter: ".card-menu",
      preventOnFilter: false,
      sort: false,
      animation: 140,
      delay: 180,
      delayOnTouchOnly: true,
      ghostClass: "ghost",
      onStart: () => document.querySelectorAll("[data-automatic]").forEach((one) => one.closest(".lane").classList.add("closed")),
      onEnd: (event) => {
        document.querySelectorAll(".lane.closed").forEach((one) => one.classList.remove("closed"));
        if (event.from === event.to) return;
        const next = event.from.querySelectorAll(".deal")[event.oldDraggableIndex] || null;
        move(event.item, event.to.dataset.lane, () => event.from.insertBefore(event.item, next));
      },
    });
  });
  start();
  document.addEventListener("htmx:load", start);

  const openMenu = (card) => {
    asked = card.id;
    menu.querySelectorAll("[data-to]").forEach((one) => { one.hidden = one.dataset.to === card.dataset.stage; });
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
      move(card, choice.dataset.to, () => { const name = card.querySelector(".t"); if (name) name.focus(); });
    }
  });
  document.addEventListener("keydown", (event) => {
    const card = event.target.closest && event.target.closest(".deal");
    if (card && event.key === "m" && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); openMenu(card); }
  });
})();
