/* When the session has ended, or the form's token is no longer valid, the person signs in again where she is, and what she was about
   to send is sent then. Nothing that was typed is lost. */
(() => {
  "use strict";
  const person = document.body.dataset.user;
  const dialog = document.getElementById("sign-in");
  if (!person || !dialog) return;
  const form = dialog.querySelector("form");
  const error = dialog.querySelector("[data-error]");
  const stateAt = dialog.dataset.state;

  const state = async () => {
    const answer = await fetch(stateAt, { headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  let fresh = "";
  const take = (token) => {
    fresh = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((one) => { one.value = token; });
  };
  let waiting = null;
  const tell = (sentence) => { error.textContent = sentence; error.hidden = !sentence; };

  /* Resolves when the person is signed in and the tokens of the page are fresh; asks her first where she is not. */
  const ensure = async () => {
    const now = await state();
    if (String(now.user) === person) { take(now.token); return; } // Another's token would send what is here under another name.
    if (!waiting) {
      waiting = {};
      waiting.promise = new Promise((resolve, reject) => { waiting.resolve = resolve; waiting.reject = reject; });
      tell(now.user ? dialog.dataset.other : "");
      dialog.showModal();
      form.elements.password.focus();
    }
    return waiting.promise;
  };
  window.portalSignedIn = ensure;
  const settle = (outcome) => {
    const was = waiting;
    waiting = null;
    form.reset();
    form.elements.code.closest("p").hidden = true;
    form.elements.password.closest("p").hidden = false;
    if (dialog.open) dialog.close();
    if (was) { if (outcome) was.resolve(); else was.reject(new Error("left")); }
  };
  dialog.addEventListener("close", () => settle(false));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = form.querySelector("[data-go]");
    button.disabled = true;
    try {
      const asksCode = !form.elements.code.closest("p").hidden;
      const now = await state();
      const body = new URLSearchParams({ csrfmiddlewaretoken: now.token });
      if (asksCode) body.set("code", form.elements.code.value);
      else { body.set("login", form.elements.login.value); body.set("password", form.elements.password.value); }
      const answer = await fetch(asksCode ? form.dataset.code : form.action, {
        method: "POST", body, credentials: "same-origin", headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" },
      });
      const told = await answer.json().catch(() => ({}));
      const after = await state();
      if (String(after.user) === person) { take(after.token); settle(true); return; }
      if (answer.ok && String(told.location || "").startsWith(form.dataset.code)) {
        form.elements.password.closest("p").hidden = true;
        form.elements.code.closest("p").hidden = false;
        form.elements.code.focus();
        tell("");
        return;
      }
      const found = told.form ? [...(told.form.errors || []), ...Object.values(told.form.fields || {}).flatMap((one) => one.errors || [])] : [];
      tell(found.join(" ") || dialog.dataset.failed);
      (asksCode ? form.elements.code : form.elements.password).focus();
    } catch { tell(dialog.dataset.offline); } finally { button.disabled = false; }
  });

  /* A form that leaves the page is asked for first: is the session still there? */
  document.addEventListener("submit", async (event) => {
    const sent = event.target;
    if (event.defaultPrevented || sent === form || sent.method !== "post" || sent.hasAttribute("hx-post") || sent.hasAttribute("hx-boost") && sent.getAttribute("hx-boost") !== "false") return;
    if (event.submitter && event.submitter.hasAttribute("hx-post")) return;
    if ("signedIn" in sent.dataset) { delete sent.dataset.signedIn; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    if ("checking" in sent.dataset || sent.dataset.sent) return;
    sent.dataset.checking = "";
    sent.setAttribute("aria-busy", "true");
    const submitter = event.submitter;
    try {
      await ensure();
      if (!sent.isConnected) { // Its part of the page was drawn anew meanwhile.
        sent.hidden = true;
        if (sent.elements.csrfmiddlewaretoken) sent.elements.csrfmiddlewaretoken.value = fresh;
        document.body.append(sent);
      }
      sent.dataset.signedIn = "";
      sent.requestSubmit(submitter && submitter.isConnected ? submitter : undefined);
    } catch (reason) {
      if (reason.message !== "left") window.portalToast(dialog.dataset.offline);
    } finally {
      delete sent.dataset.checking;
      sent.removeAttribute("aria-busy");
    }
  }, true);

  /* A part of the page that was refused for want of a session is asked for again. What asks by itself stays quiet. */
  const again = new WeakSet();
  document.addEventListener("htmx:responseError", async (event) => {
    const { xhr, requestConfig, target, etc, boosted } = event.detail;
    if (xhr.status !== 401) return;
    const source = requestConfig.elt;
    if (requestConfig.headers["X-Unattended"]) return;
    if (again.has(source)) { again.delete(source); window.portalToast(dialog.dataset.failed); return; }
    const values = {};
    for (const [name, value] of requestConfig.formData || []) {
      if (name === "csrfmiddlewaretoken") continue;
      values[name] = name in values ? [].concat(values[name], value) : value;
    }
    try {
      await ensure();
      if (boosted && requestConfig.verb === "get") { location.href = requestConfig.path; return; }
      again.add(source);
      await htmx.ajax(requestConfig.verb, requestConfig.path, { source: source.isConnected ? source : document.body, target, swap: etc && etc.swapOverride, values });
      again.delete(source);
    } catch (reason) {
      if (reason && reason.message !== "left") window.portalToast(dialog.dataset.offline);
    }
  });
})();
