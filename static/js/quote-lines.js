/* The lines of a quote. Every answer brings the whole section anew, and nothing that was typed meanwhile is lost: one request is under way at
   a time, the next one waits; what the server does not know yet is put back by its id, and what of it belongs to a saved line is sent. */
(() => {
  "use strict";
  const section = () => document.getElementById("lines");
  const fields = () => [...document.querySelectorAll("#lines :is(input, select, textarea)[id]:not([type=hidden])")];
  const lines = () => [...document.querySelectorAll("#lines .line-form")];
  const valueOf = (option) => (option ? option.value : "");
  const given = (field) => (field.matches("select") ? valueOf([...field.options].find((one) => one.defaultSelected) || field.options[0]) : field.defaultValue);
  const isChanged = (field) => field.value !== given(field);
  const within = (form) => fields().filter((field) => field.form === form);
  const said = (form) => within(form).map((field) => field.value).join("\n");
  const errorsOf = (form) => [...form.parentElement.querySelectorAll(".line-error")];

  const kept = new Map(); // By the id of a field: what was typed and is not on the page.
  const refused = new Map(); // By the id of a line's form: what it said, and why the server did not take it. It is not sent again as it is.
  let under = null; // What is under way: { section, form (its id), path, values, xhr }.
  let waiting = []; // What waits for it, alike.
  let typing = ""; // The id of the field that is being typed into.
  let isSwapping = false;

  /* --- one request at a time --------------------------------------------------------------------------------------- */
  const isUnder = () => Boolean(under && under.section.isConnected);
  const sendWaiting = () => {
    waiting = waiting.filter((one) => one.section.isConnected);
    const first = waiting.shift();
    if (!first) return false;
    under = first;
    htmx.ajax("POST", first.path, { source: "#lines", target: "#lines", swap: "outerHTML show:none", values: first.values });
    return true;
  };
  const isToSend = (form) => within(form).some(isChanged) && within(form).every((field) => field.id !== typing) && (refused.get(form.id) || {}).said !== said(form);
  const next = () => {
    if (isUnder() || sendWaiting()) return;
    const line = lines().find(isToSend);
    if (line) line.requestSubmit();
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, target, xhr, requestConfig } = event.detail;
    if (!target || target.id !== "lines" || requestConfig.verb !== "post") return;
    if (elt === section()) { under.xhr = xhr; return; } // It has waited, and it is its turn.
    const asked = { section: target, form: elt.id, elt, path: requestConfig.path, values: requestConfig.formData, xhr };
    if (!isUnder()) { under = asked; return; }
    event.preventDefault();
    /* A line that has been saved is sent with what it says when its turn has come. */
    if (!elt.matches(".line-form")) waiting = [...waiting.filter((one) => one.elt !== elt), asked];
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!under || event.detail.xhr !== under.xhr || !isUnder()) return;
    under = null; // The section is the old one: the server or the line has failed, which the page has said.
    setTimeout(sendWaiting);
  });

  /* --- what was typed ---------------------------------------------------------------------------------------------- */
  const isKept = (field) => {
    const form = field.form;
    if (form && form.id && form.id === under.form) return under.values.has(field.name) && field.value !== under.values.get(field.name);
    /* Of a new line the preview has chosen, too. */
    return isChanged(field) || refused.has(form && form.id) || (form && form.id === "line-new" && Boolean(form.elements["new-product"].value));
  };
  const keep = () => {
    refused.clear();
    for (const form of lines()) if (form.id !== under.form && errorsOf(form).length) refused.set(form.id, { said: said(form), errors: errorsOf(form) });
    const active = document.activeElement;
    for (const field of fields()) if (isKept(field)) kept.set(field.id, { value: field.value, place: field === active ? field.selectionStart : null });
  };
  const putBack = () => {
    for (const [id, { value, place }] of kept) {
      const field = document.querySelector(`#lines [id="${CSS.escape(id)}"]`);
      if (!field) continue;
      kept.delete(id);
      if (field.matches("select") && ![...field.options].some((one) => one.value === value)) continue;
      field.value = value;
      const fold = field.closest("details");
      if (fold) fold.open = true;
      if (place !== null && field === document.activeElement) field.setSelectionRange(place, place);
    }
    for (const form of lines()) if (refused.has(form.id) && !errorsOf(form).length) form.parentElement.append(...refused.get(form.id).errors);
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, shouldSwap, xhr } = event.detail;
    if (!target || target.id !== "lines" || !shouldSwap || !under || under.xhr !== xhr) return;
    keep();
    isSwapping = true;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!isSwapping || !event.detail.target || event.detail.target.id !== "lines") return;
    isSwapping = false;
    waiting.forEach((one) => { if (one.section === under.section) one.section = section(); });
    under = null;
    putBack();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!section() || !event.detail.target || event.detail.target.id !== "lines") return;
    const product = document.querySelector("#line-new [name=new-product]");
    if (product && product.value && !document.getElementById("line-preview").childElementCount) htmx.trigger(product.closest(".line-new-fields"), "change");
    next();
  });
  document.addEventListener("htmx:load", () => { if (kept.size) putBack(); }); // Bundles and other quotes come when one asks for them.

  /* A field that was put back tells of no change when it is left. */
  const isLine = (event) => Boolean(event.target.closest && event.target.closest("#lines"));
  document.addEventListener("input", (event) => { if (isLine(event)) typing = event.target.id; });
  document.addEventListener("change", (event) => { if (!isSwapping && event.target.id === typing) typing = ""; }, true);
  document.addEventListener("submit", (event) => { if (isLine(event)) typing = ""; }, true);
  document.addEventListener("focusout", (event) => {
    if (isSwapping || !isLine(event)) return;
    if (event.target.id === typing) typing = "";
    if (event.target.closest(".line-form")) next();
  });
})();
