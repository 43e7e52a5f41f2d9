/* The ledger's filter, and definitions of terms on hover or focus.
   The choice of a filter is kept in the page's address; nothing is stored. */
(function () {
  "use strict";

  /* ---- the ledger ------------------------------------------------------------------ */

  function filterLedger(bar) {
    const table = bar.nextElementSibling.querySelector("table");
    const rows = Array.from(table.tBodies[0].rows);
    const choices = Array.from(bar.querySelectorAll("select"));
    const all = bar.querySelector("button");
    const said = bar.querySelector("[role=status]");

    function show() {
      let count = 0;
      for (const row of rows) {
        row.hidden = choices.some((c) => c.value && row.dataset[c.dataset.filter] !== c.value);
        count += row.hidden ? 0 : 1;
      }
      all.disabled = choices.every((c) => !c.value);
      said.textContent = `${count} of ${rows.length} claims`;
    }

    function keep() {
      const address = new URL(window.location.href);
      for (const { value, dataset } of choices) {
        if (value) address.searchParams.set(dataset.filter, value);
        else address.searchParams.delete(dataset.filter);
      }
      try {
        window.history.replaceState(window.history.state, "", address);
      } catch {
        // A page opened as a file may not change its address; the table changes all the same.
      }
    }

    const asked = new URLSearchParams(window.location.search);
    for (const choice of choices) {
      const value = asked.get(choice.dataset.filter) || "";
      if (Array.from(choice.options).some((o) => o.value === value)) choice.value = value;
      choice.addEventListener("change", () => (show(), keep()));
    }
    all.addEventListener("click", () => {
      choices[0].focus(); // the button is about to be disabled
      for (const choice of choices) choice.value = "";
      show();
      keep();
    });
    show();
  }

  document.querySelectorAll(".ledger-filter").forEach(filterLedger);

  /* ---- terms ----------------------------------------------------------------------- */

  const terms = document.querySelectorAll("a.term");
  if (!terms.length) return;
  const tip = document.createElement("div");
  tip.className = "term-tip";
  tip.id = "term-tip";
  tip.hidden = true;
  tip.setAttribute("role", "tooltip");
  (document.querySelector("main") || document.body).append(tip);
  let shown = null;
  let leaving = 0;

  function hide() {
    clearTimeout(leaving);
    if (shown) shown.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  }

  function show(term) {
    hide();
    shown = term;
    tip.textContent = term.dataset.definition;
    tip.hidden = false;
    term.setAttribute("aria-describedby", tip.id);
    const at = term.getClientRects()[0];
    const left = Math.min(at.left, document.documentElement.clientWidth - tip.offsetWidth - 8);
    const under = at.bottom + 4;
    const fits = under + tip.offsetHeight < window.innerHeight;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${fits ? under : at.top - tip.offsetHeight - 4}px`;
  }

  // The pointer may go from the term into its definition without losing it.
  const leave = () => (leaving = setTimeout(hide, 250));
  for (const term of terms) {
    term.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && show(term));
    term.addEventListener("pointerleave", leave);
    term.addEventListener("focus", () => show(term));
    term.addEventListener("blur", hide);
  }
  tip.addEventListener("pointerenter", () => clearTimeout(leaving));
  tip.addEventListener("pointerleave", leave);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  window.addEventListener("scroll", hide, { passive: true });
})();
