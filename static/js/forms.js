/* Forms that lose nothing: a draft that survives a reload, a guard before leaving, Ctrl+Enter, one submission. */
(() => {
  "use strict";
  const user = document.body.dataset.user || "0";
  const keyOf = (form) => `draft:${user}:${form.dataset.draft}`;
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key) || "null"); } catch { return null; } };
  const SENT = `sent:${user}`;
  const DAY = 24 * 3600 * 1000;
  const skip = new Set(["csrfmiddlewaretoken", "submission", "base", "clash", "asked", "seen", "fill", "from", "then"]);
  const fields = (form) => [...form.elements].filter((field) => field.name && !skip.has(field.name) && !["password", "file", "hidden", "submit", "button"].includes(field.type));
  const values = (form) => {
    const found = {};
    for (const field of fields(form)) {
      if (field.type === "checkbox" || field.type === "radio") { found[field.name] = found[field.name] || []; if (field.checked) found[field.name].push(field.value); }
      else if (field.multiple) found[field.name] = [...field.selectedOptions].map((one) => one.value);
      else found[field.name] = field.value;
    }
    return found;
  };
  const fill = (form, kept) => {
    for (const field of fields(form)) {
      if (!(field.name in kept)) continue;
      const value = kept[field.name];
      if (field.type === "checkbox" || field.type === "radio") field.checked = Array.isArray(value) && value.includes(field.value);
      else if (field.multiple) [...field.options].forEach((one) => { one.selected = value.includes(one.value); });
      else if (field.tagName === "SELECT" && ![...field.options].some((one) => one.value === value)) continue; // What a search had found: it is searched for again.
      else field.value = value;
    }
  };
  /* What the form was opened with goes into the draft, so that others' changes since then are seen when it is sent. */
  const base = (form) => (form.elements.base ? form.elements.base.value : "");
  const keep = (form) => { try { localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values: values(form), base: base(form) })); } catch { /* no room */ } };
  const words = document.getElementById("words").dataset;
  const tellDraft = (form, own) => {
    const line = document.createElement("div");
    line.className = "alert alert-info draft-note"; line.setAttribute("role", "status");
    const text = document.createElement("span"); text.textContent = words.restored;
    const button = document.createElement("button");
    button.type = "button"; button.className = "btn btn-quiet"; button.textContent = words.discard;
    button.addEventListener("click", () => {
      localStorage.removeItem(keyOf(form));
      if (form.closest("dialog, [data-cell]")) {
        line.remove(); form.reset();
        if (own) form.elements.base.value = own;
        return;
      }
      leaving = true; location.reload();
    });
    line.append(text, button);
    const fold = form.closest("details");
    if (fold) fold.open = true;
    const card = form.querySelector(".form-card");
    if (card) card.before(line); else form.prepend(line);
  };
  let leaving = false;
  const initial = new WeakMap();

  const prepare = (form) => {
    if (initial.has(form)) return;
    initial.set(form, JSON.stringify(values(form)));
    /* A form that came back holds what was typed, or what the server made of it: it is newer than the draft. */
    const isBack = "back" in form.dataset;
    if (isBack) { keep(form); initial.set(form, ""); }
    const hasErrors = form.querySelector("[data-summary], .is-invalid");
    const draft = form.dataset.draft && !isBack ? read(keyOf(form)) : null;
    if (draft && Date.now() - draft.at < DAY && !hasErrors && JSON.stringify(draft.values) !== initial.get(form)) {
      fill(form, draft.values);
      tellDraft(form, base(form));
      if (draft.base && form.elements.base) form.elements.base.value = draft.base;
      form.dispatchEvent(new CustomEvent("portal:draft", { bubbles: true }));
    }
    const summary = form.querySelector("[data-summary]");
    if (summary) summary.focus();
  };
  const all = () => document.querySelectorAll("form[data-draft], form[data-guard]").forEach(prepare);

  /* A form that was sent and did not come back has been taken: its draft may go. It comes back with errors, or empty after
     the session had ended and the person signed in again; with Save & New it comes back with the news that it was taken.
     A page that refuses (403, 404), and one that is no answer to it (opened after a 500, say), leave the draft where it is. */
  const sent = read(SENT);
  if (sent && user !== "0") {
    const isBack = [...document.querySelectorAll("form[data-draft]")].some((form) => keyOf(form) === sent.key);
    const isTaken = Boolean(document.querySelector("#toasts .success"));
    const [journey] = performance.getEntriesByType("navigation");
    const isAnswer = (journey && journey.redirectCount > 0) || location.pathname === sent.path;
    if (isAnswer && !document.querySelector("[data-refused]") && (!isBack || isTaken)) localStorage.removeItem(sent.key);
    localStorage.removeItem(SENT);
  }
  all();
  document.addEventListener("htmx:load", all);

  const dirty = (form) => initial.has(form) && JSON.stringify(values(form)) !== initial.get(form);
  document.addEventListener("input", (event) => {
    const form = event.target.closest && event.target.closest("form[data-draft]");
    if (form) keep(form);
  });
  window.addEventListener("beforeunload", (event) => {
    if (leaving) return;
    if ([...document.querySelectorAll("form[data-guard]")].some(dirty)) { event.preventDefault(); event.returnValue = ""; }
  });
  document.addEventListener("click", (event) => {
    const cancel = event.target.closest("[data-cancel]");
    if (!cancel) return;
    const form = cancel.closest("form[data-draft]");
    if (form) localStorage.removeItem(keyOf(form));
    if (!cancel.closest("dialog")) leaving = true;
  });
  document.addEventListener("portal:left", (event) => localStorage.removeItem(keyOf(event.target)));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || (event.submitter && "file" in event.submitter.dataset)) return; /* A file leaves the page as it is. */
    if (form.dataset.draft && !form.hasAttribute("hx-post")) localStorage.setItem(SENT, JSON.stringify({ key: keyOf(form), path: new URL(form.getAttribute("action") || "", location.href).pathname }));
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
      /* A second click does nothing; the token makes sure of it where this does not run. */
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      leaving = true;
      setTimeout(() => { delete form.dataset.sent; leaving = false; }, 8000);
    }
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));
  document.addEventListener("htmx:afterRequest", (event) => {
    /* The form may have been swapped away already; the event is then told by what is left. */
    const form = event.detail.requestConfig ? event.detail.requestConfig.elt : event.detail.elt;
    /* Of an answer that leads to another page, or has this one come anew, htmx does not say that it was successful. */
    const isTaken = event.detail.successful || ["HX-Redirect", "HX-Refresh"].some((name) => event.detail.xhr.getResponseHeader(name));
    if (form.matches && form.matches("form[data-draft]") && isTaken) localStorage.removeItem(keyOf(form));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest("form");
    if (!form || form.method !== "post") return;
    event.preventDefault();
    /* Pressed, not submitted: htmx knows only a button that was pressed, and its name says what to do. */
    const button = form.querySelector("[data-save]") || form.querySelector("button:not([type=button], [type=reset])");
    if (button) button.click(); else form.requestSubmit();
  });
  /* The browser's date picker opens on the whole field. */
  document.addEventListener("click", (event) => {
    if (event.target.matches && event.target.matches("input[type=date]") && event.target.showPicker) { try { event.target.showPicker(); } catch { /* needs a gesture */ } }
  });
})();
