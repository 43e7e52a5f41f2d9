/* The list of editions on every page, and the notice on old ones.
   It reads what editions.js in the top folder lists; without that, the page's plain link remains. */
(function () {
  "use strict";
  const bar = document.querySelector("nav.editions");
  const known = window.rotationEditions;
  if (!bar || !known || !Array.isArray(known.editions)) return;
  const { edition, top, page } = bar.dataset;
  const others = known.editions.filter((other) => other.date !== edition);

  /* The same page in another edition, or its front page where it has no such page. */
  function linkTo(other) {
    const same = other.pages.includes(page);
    const link = document.createElement("a");
    link.href = top + other.href + (same ? page : "index.html") + (same ? window.location.hash : "");
    link.textContent = other.label;
    return link;
  }

  function entryOf(other) {
    const entry = document.createElement("li");
    if (other.date === edition) {
      entry.textContent = `${other.label} (this one)`;
    } else {
      entry.append(linkTo(other));
      if (!other.pages.includes(page)) entry.append(" (front page)");
    }
    return entry;
  }

  function listed() {
    const box = document.createElement("details");
    const summary = document.createElement("summary");
    const list = document.createElement("ul");
    summary.textContent = edition ? `Other editions (${others.length})` : `Editions (${others.length})`;
    // Addresses follow the part of the page that is shown.
    const fill = () => list.replaceChildren(...known.editions.map(entryOf));
    window.addEventListener("hashchange", fill);
    fill();
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !box.open) return;
      box.open = false;
      summary.focus();
    });
    document.addEventListener("click", (event) => {
      if (!box.contains(event.target)) box.open = false;
    });
    box.append(summary, list);
    return box;
  }

  if (others.length) bar.append(listed());
  const newest = known.editions[0];
  const own = known.editions.find((other) => other.date === edition);
  if (own && newest.date > edition) {
    const notice = bar.querySelector(".edition-notice");
    notice.append(`You are reading the edition of ${own.label}; the newest is `, linkTo(newest), ".");
  }
})();
