/* Folded evidence: opened by a link to something in it, and as a whole for paper.
   Runs before the charts are drawn, so that they find the folds open that must be. */
(function () {
  "use strict";

  const folds = Array.from(document.querySelectorAll("details.more"));

  /** What the page's address names; as written where it cannot be decoded ("#%"). */
  function named() {
    const written = window.location.hash.slice(1);
    try {
      return decodeURIComponent(written);
    } catch {
      return written;
    }
  }

  /** Opens every fold around the part of the page that its address names, and shows it. */
  function reveal() {
    const target = document.getElementById(named());
    if (!target) return;
    const around = folds.filter((fold) => fold.contains(target) && !fold.open);
    for (const fold of around) fold.open = true;
    if (around.length) target.scrollIntoView();
  }

  window.addEventListener("hashchange", reveal);
  // A second press of the same link changes no address.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href*="#"]');
    if (link && link.href === window.location.href) reveal();
  });
  reveal();

  // What scrolls in an opened fold must be reached by keyboard; the theme looks when sizes change.
  document.addEventListener("toggle", () => window.dispatchEvent(new Event("resize")), true);

  let closed = [];
  function openAll() {
    closed = folds.filter((fold) => !fold.open);
    for (const fold of closed) fold.open = true;
  }
  window.addEventListener("beforeprint", openAll);
  window.addEventListener("afterprint", () => {
    for (const fold of closed) fold.open = false;
    closed = [];
  });
  if (window.matchMedia("print").matches) openAll();

  const all = document.querySelector(".more-all");
  if (all) {
    all.addEventListener("click", () => {
      const open = all.getAttribute("aria-pressed") !== "true";
      for (const fold of folds) fold.open = open;
      all.setAttribute("aria-pressed", String(open));
    });
  }
})();
