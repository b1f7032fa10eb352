/* Lists: search while typing, columns as one parameter, select many. */
(() => {
  "use strict";
  let wait = 0;
  const go = (form) => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
    const address = `${location.pathname}?${query}`;
    htmx.ajax("GET", address, { target: "#records", swap: "outerHTML", headers: {} }).then(() => {
      history.pushState({}, "", address);
      const again = document.getElementById("list-search");
      if (again && form.matches("[data-live-search]")) { again.focus(); const end = again.value.length; again.setSelectionRange(end, end); }
    });
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest && event.target.closest("[data-live-search]");
    if (!form) return;
    clearTimeout(wait);
    wait = setTimeout(() => go(form), 350);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest("#records") || form.method === "post" || (event.submitter && event.submitter.hasAttribute("formaction"))) return;
    event.preventDefault(); event.stopPropagation();
    clearTimeout(wait);
    if (form.matches("[data-columns]")) {
      const chosen = [...form.querySelectorAll("[name=columns]:checked")].map((box) => box.value);
      form.querySelectorAll("[name=columns]").forEach((box) => { box.disabled = true; });
      const one = document.createElement("input");
      one.type = "hidden"; one.name = "columns"; one.value = chosen.join(","); form.append(one);
    }
    go(form);
  }, true);
  const boxes = () => [...document.querySelectorAll("td.pick input")];
  const tell = () => {
    const bar = document.getElementById("bulk");
    if (!bar) return;
    const count = boxes().filter((box) => box.checked).length;
    bar.hidden = !count;
    bar.querySelector("[data-count]").textContent = count;
    const all = document.querySelector("[data-pick-all]");
    if (all) { all.checked = count > 0 && count === boxes().length; all.indeterminate = count > 0 && !all.checked; }
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) boxes().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.closest(".pick")) tell();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-unpick]")) return;
    boxes().forEach((box) => { box.checked = false; });
    tell();
  });
  window.addEventListener("pageshow", tell);
})();
