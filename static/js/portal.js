/* The shell: menus, dialogs, toasts, keyboard. Everything works without it but the shortcuts. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* Menus are <details class="menu">: one is open at a time, Escape and a click elsewhere close it, arrows walk it. */
  const closeMenus = (except) => $$("details.menu[open]").forEach((menu) => { if (menu !== except && !menu.contains(except)) menu.open = false; });
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches || !menu.matches("details.menu") || !menu.open) return;
    closeMenus(menu);
    const list = $(".menu-list", menu);
    if (list) {
      list.classList.remove("to-left");
      if (list.getBoundingClientRect().right > document.documentElement.clientWidth - 8) list.classList.add("to-left");
    }
  }, true);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("details.menu")) closeMenus(null);
    const close = event.target.closest("[data-close]");
    if (close) close.closest("dialog").close();
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest("[data-toast]").remove();
    if (event.target.closest("[data-shortcuts]")) $("#shortcuts").showModal();
    if (event.target.tagName === "DIALOG") {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside && !event.target.dataset.typed) event.target.close();
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest && event.target.closest("details.menu[open]");
    if (!menu) return;
    if (event.key === "Escape") { menu.open = false; $("summary", menu).focus(); }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const items = $$(".menu-list a, .menu-list button", menu);
      if (!items.length || ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName)) return;
      event.preventDefault();
      const at = items.indexOf(document.activeElement);
      items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1 + (at < 0 ? 1 : 0))) % items.length].focus();
    }
  });

  /* htmx looks at what it swapped in a moment later. What is pressed, typed or sent before that is looked at first: without it, the form would go out as in a page without scripts. */
  const looked = new WeakSet();
  document.addEventListener("htmx:afterProcessNode", (event) => looked.add(event.target));
  const lookAt = (event) => {
    if (!event.target.closest) return;
    for (const one of [event.target.closest("form"), event.target.closest("a, button, input, select, textarea")]) if (one && !looked.has(one)) htmx.process(one);
  };
  for (const kind of ["click", "submit", "change"]) document.addEventListener(kind, lookAt, true);

  /* The dialog opens when something was swapped into it, and closes when it was emptied. */
  const dialog = $("#dialog");
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== dialog) return;
    if (dialog.innerHTML.trim()) {
      if (!dialog.open) dialog.showModal();
      const first = $("[data-summary], input:not([type=hidden]), select, textarea, .btn-primary, .btn-danger", dialog);
      if (first) first.focus();
    } else if (dialog.open) dialog.close();
  });
  /* What was typed in it is not thrown away by a click beside it. */
  dialog.addEventListener("input", () => { dialog.dataset.typed = "1"; });
  dialog.addEventListener("close", () => { delete dialog.dataset.typed; dialog.innerHTML = ""; document.dispatchEvent(new CustomEvent("portal:dialog-closed")); });

  /* Toasts leave after a while, not while somebody points at them or uses them. */
  const age = (toast) => {
    if (toast.dataset.aged) return;
    toast.dataset.aged = "1";
    const leave = () => { if (toast.matches(":hover, :focus-within")) setTimeout(leave, 3000); else toast.remove(); };
    setTimeout(leave, toast.querySelector("form, a") ? 12000 : 7000);
  };
  const ageAll = () => $$("[data-toast]").forEach(age);
  ageAll();
  document.addEventListener("htmx:oobAfterSwap", ageAll);

  /* A word for the screen reader. */
  window.portalSay = (text) => { const place = $("#said"); if (place) { place.textContent = ""; requestAnimationFrame(() => { place.textContent = text; }); } };

  /* When the server or the line fails, the page says so and keeps everything. */
  const toast = (text) => {
    const line = document.createElement("div");
    line.className = "toast-line error"; line.dataset.toast = "";
    const words = document.createElement("span"); words.textContent = text; line.append(words);
    /* What lies under an open dialog is neither seen nor heard. */
    const [above] = $$("dialog[open]").filter((one) => one.matches(":modal")).slice(-1);
    if (above) { line.setAttribute("role", "alert"); above.append(line); } else $("#toasts").append(line);
    age(line);
  };
  window.portalToast = toast;
  const words = document.getElementById("words").dataset;
  /* What asks by itself asks again; nobody waits for its answer. */
  const isUnattended = (event) => Boolean(event.detail.requestConfig && event.detail.requestConfig.headers["X-Unattended"]);
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (isUnattended(event)) return;
    if (![401, 403, 409, 422].includes(status)) toast(words.failed);
  });
  document.addEventListener("htmx:sendError", (event) => { if (!isUnattended(event)) toast(words.offline); });

  /* Who has switched the keys off: one alone reaches nothing of ours. What is written, and what a key does in a field, goes on. */
  if (document.body.dataset.keys === "off") {
    document.addEventListener("keydown", (event) => {
      const isAlone = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (isAlone && !event.target.closest("input, textarea, select, [contenteditable]")) event.stopPropagation();
    }, true);
  }

  /* Keyboard: / search, c create, e edit, g and a letter to go, ? shows them. */
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    const key = event.key;
    if (Date.now() - going < 1500) {
      going = 0;
      const tab = $(`[data-go="${CSS.escape(key)}"]`);
      if (tab) { event.preventDefault(); tab.click(); return; }
    }
    if (key === "/") { const search = $("#search"); if (search && search.offsetParent) { event.preventDefault(); search.focus(); search.select(); } }
    if (key === "c") { const create = $("#create"); if (create) { event.preventDefault(); create.open = true; const first = $(".menu-list a", create); if (first) first.focus(); } }
    if (key === "e") { const edit = $("[data-edit]"); if (edit) { event.preventDefault(); edit.click(); } }
    if (key === "g") going = Date.now();
    if (key === "?") { const list = $("#shortcuts"); if (list) { event.preventDefault(); list.showModal(); } }
  });

  /* A form that asks back. */
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !event.target.dataset.confirmed) {
      event.preventDefault(); event.stopImmediatePropagation();
      const form = event.target, button = event.submitter;
      dialog.innerHTML = '<p id="dialog-title"></p><div class="dialog-foot"><button type="button" class="btn btn-quiet" data-close></button><button type="button" class="btn btn-danger"></button></div>';
      $("p", dialog).textContent = question;
      const [no, yes] = $$("button", dialog);
      no.textContent = words.cancel;
      yes.textContent = words.yes;
      yes.addEventListener("click", () => { form.dataset.confirmed = "1"; dialog.close(); form.requestSubmit(button); });
      dialog.showModal(); yes.focus();
    }
  }, true);

  /* An upload shows how far it is; dropping a file on it is enough. */
  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = event.target.querySelector && event.target.querySelector("progress");
    if (bar && event.detail.lengthComputable) { bar.hidden = false; bar.value = (100 * event.detail.loaded) / event.detail.total; }
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-upload]");
    if (form && event.target.type === "file" && event.target.files.length) form.requestSubmit();
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest && event.target.closest("[data-upload]");
      if (!form || !event.dataTransfer || ![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      form.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length > 1) { toast(words.oneFile); return; }
      if (kind === "drop") { const input = $("input[type=file]", form); input.files = event.dataTransfer.files; form.requestSubmit(); }
    });
  }

  /* The present step of the path is in sight, too. */
  const showStep = () => {
    const step = $(".path [aria-current=step]");
    if (step) { const path = step.parentElement; if (path.scrollWidth > path.clientWidth) path.scrollLeft = step.offsetLeft - path.offsetLeft - 20; }
  };
  showStep();
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.target && event.detail.target.id === "side") showStep(); });

  /* The open tab is in sight on a narrow screen. */
  const open = $(".tabs [aria-current]");
  if (open && open.parentElement.scrollWidth > open.parentElement.clientWidth) open.parentElement.scrollLeft = open.offsetLeft - 40;
})();
