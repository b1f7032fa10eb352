/* Who else is editing this record, and whether somebody saved it meanwhile: asked while the page is looked at. The same question says
   that this page is editing: the form of the record, an open cell, or a line in hand ([data-editing], "focus" while it has the focus).
   Beside a list the record changes while the page stays; then the former one is left. */
(() => {
  "use strict";
  const EVERY = 15000;
  let place = null; // Of the record that is shown now.
  let told = false; // This page has said that it is editing it.
  let asking = false;
  let isOver = false;

  const isEditing = () => [...document.querySelectorAll("[data-editing]")].some((one) => one.dataset.editing !== "focus" || one.contains(document.activeElement));
  const words = () => [...place.querySelectorAll("[data-say]")].map((one) => one.textContent).join(". ");
  /* The page is not to be loaded anew over what is being typed. */
  const hold = () => { const link = place && place.querySelector("[data-reload]"); if (link) link.hidden = isEditing(); };
  const show = (html) => {
    const before = words();
    place.innerHTML = html;
    hold();
    if (words() !== before) document.getElementById("presence-said").textContent = words();
  };
  const send = (there, is, more = {}) => {
    const { seen, url } = there.dataset;
    if (!is) return fetch(`${url}?${new URLSearchParams({ seen })}`, { headers: { "X-Unattended": "1" }, redirect: "manual", ...more });
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    const body = new URLSearchParams({ is, seen, at: "form" in there.dataset ? "form" : "record" });
    return fetch(url, { method: "POST", body, headers: { "X-Unattended": "1", "X-CSRFToken": token }, redirect: "manual", ...more });
  };
  const leave = () => { if (told) { told = false; send(place, "gone", { keepalive: true }).catch(() => {}); } };
  const find = () => {
    const now = document.getElementById("presence");
    if (now === place) return;
    leave();
    place = now;
    isOver = false;
  };
  const ask = async () => {
    find();
    if (!place || asking || isOver || document.hidden) return;
    asking = true;
    let isHeard = false;
    const there = place, is = isEditing() ? "editing" : told ? "gone" : "";
    try {
      const answer = await send(there, is);
      const html = answer.status === 200 ? await answer.text() : "";
      if (there === place) {
        isHeard = answer.ok;
        isOver = answer.status === 404; /* Deleted, or no longer to be seen. */
        if (isHeard) told = is === "editing";
        show(html);
      }
    } catch { if (there === place) show(""); } finally { asking = false; }
    if (isHeard && isEditing() !== told) ask();
  };
  /* What is opened or closed on the page is told at once. */
  const look = () => { find(); hold(); if (isEditing() !== told) ask(); };
  for (const kind of ["focusin", "focusout", "htmx:afterSwap"]) document.addEventListener(kind, () => setTimeout(look));
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => { if (event.persisted) ask(); });
  setInterval(ask, EVERY);
  find();
  if (isEditing()) ask(); /* What others do stands in the page as it comes. */
})();
