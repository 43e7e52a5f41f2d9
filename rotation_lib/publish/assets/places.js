/* Claims and charts that hold every word of the search, above the pages that were found.
   Reads window.rotationPlaces ([kind, title, address, page, more]); no network, no storage. */
(function () {
  "use strict";

  const MOST = 12;
  const plain = (text) => text.toLowerCase().replaceAll("’", "'");
  const asked = plain(new URLSearchParams(window.location.search).get("q") || "");
  const words = asked.match(/[\p{L}\p{N}][\p{L}\p{N}.'%-]*/gu) || [];
  const box = document.getElementById("search-places");
  const found = window.rotationPlaces.filter((place) => {
    const [, title, address, page, more] = place;
    const name = address.split("#")[1].replaceAll("-", " ");
    const said = plain(`${title} ${more} ${page} ${name}`);
    return words.every((word) => said.includes(word));
  });
  if (!words.length || !found.length) return;

  const heading = document.createElement("h2");
  heading.textContent = found.length > MOST ? `Claims and charts: ${MOST} of ${found.length}` : "Claims and charts";
  const list = document.createElement("ul");
  for (const [kind, title, address, page, more] of found.slice(0, MOST)) {
    const item = list.appendChild(document.createElement("li"));
    const link = item.appendChild(document.createElement("a"));
    link.href = address;
    link.textContent = title;
    const where = item.appendChild(document.createElement("p"));
    where.textContent = kind === "Claim" ? `Claim, ${more}: ${page}` : `Chart: ${page}`;
  }
  box.append(heading, list);
})();
