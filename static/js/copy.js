/* Mail and phone in the head of a record can be copied. */
(() => {
  "use strict";
  const prepare = () => document.querySelectorAll(".facts[data-copy]").forEach((facts) => {
    facts.querySelectorAll("a[href^='mailto:'], a[href^='tel:']").forEach((link) => {
      if (link.nextElementSibling && link.nextElementSibling.matches(".copy")) return;
      const button = document.createElement("button");
      button.type = "button"; button.className = "copy";
      button.setAttribute("aria-label", `${facts.dataset.copy}: ${link.textContent.trim()}`);
      button.innerHTML = '<i class="bi bi-copy" aria-hidden="true"></i>';
      link.after(button);
    });
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest && event.target.closest(".facts .copy");
    if (!button) return;
    const words = button.closest(".facts").dataset, text = button.previousElementSibling.textContent.trim();
    try { await navigator.clipboard.writeText(text); } catch { window.portalToast(words.failed); return; }
    const sign = button.querySelector("i");
    sign.className = "bi bi-check2";
    window.portalSay(`${words.copied} ${text}`);
    setTimeout(() => { sign.className = "bi bi-copy"; }, 2000);
  });
  document.addEventListener("htmx:load", prepare);
  prepare();
})();
