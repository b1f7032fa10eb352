/* The suggestions below the search field: arrows walk them, Escape closes them. Without this file Enter opens the page of results. */
(() => {
  "use strict";
  const form = document.querySelector("[data-suggest]");
  if (!form) return;
  const input = form.querySelector("input");
  const list = form.querySelector(".suggestions");
  form.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    if (event.key === "Escape") {
      list.replaceChildren();
      input.focus();
    }
    if (!links.length || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    const at = links.indexOf(document.activeElement);
    const next = event.key === "ArrowDown" ? at + 1 : at - 1;
    if (next < 0 && at >= 0) input.focus();
    else links[(next + links.length) % links.length].focus();
  });
  input.addEventListener("input", () => { if (!input.value.trim()) list.replaceChildren(); });
})();
