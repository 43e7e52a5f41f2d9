/* The PDF edition: fills the pages. Each chapter is laid out in columns as large as a page, which
   break as pages do; charts then give a little size, or let the next text go first, where one
   would leave much of a page empty. It never drops, cuts or hides anything. */
(function () {
  "use strict";

  const MM = 96 / 25.4;
  /** Room below the last line of a page that is worth filling, and what is kept free, in pixels. */
  const GAP = 24 * MM;
  const SPARE = 3 * MM;
  /** How far a chart may shrink or grow; what fills a chapter's last page well enough. */
  const LEAST = 0.86;
  const MOST = 1.2;
  const LAST = 0.3;
  const HEADINGS = /^H[1-4]$/;

  let width = 0;
  let height = 0;

  /** Sizes of the charts, as shares of those that the style sheet gives them. */
  const sizes = new Map();

  function resize(image, share) {
    sizes.set(image, share);
    image.style.width = `calc(var(--paper-chart) * ${share.toFixed(3)})`;
  }

  const size = (image) => sizes.get(image) ?? 1;

  /** What a chapter is made of, in order: headings, text, charts and tables with their notes. */
  function blocks(parent) {
    return Array.from(parent.children).flatMap((c) => (c.tagName === "SECTION" ? blocks(c) : [c]));
  }

  /** Where each block begins and ends: page from 0, pixels from the top of that page. */
  function placed(chapter) {
    const left = chapter.getBoundingClientRect().left;
    const top = chapter.getBoundingClientRect().top;
    return blocks(chapter).flatMap((block) => {
      const rects = Array.from(block.getClientRects()).filter((r) => r.height > 0);
      if (!rects.length) return [];
      const first = rects[0];
      const last = rects[rects.length - 1];
      const page = (rect) => Math.round((rect.left - left) / width);
      return [
        { block, page: page(first), end: page(last), top: first.top - top, bottom: last.bottom - top },
      ];
    });
  }

  const images = (placing) => Array.from(placing.block.querySelectorAll("img.fig-static"));
  const tall = (image) => image.getBoundingClientRect().height;
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

  /** The first block, with the headings that lead to it, that left room on the page before. */
  function nextGap(places, done) {
    for (let i = 1; i < places.length; i++) {
      const free = height - places[i - 1].bottom;
      if (places[i].page === places[i - 1].end || free < GAP || done.has(places[i].block)) continue;
      let last = i;
      while (last < places.length - 1 && HEADINGS.test(places[last].block.tagName)) last++;
      return { first: i, last, free, page: places[i - 1].end };
    }
    return null;
  }

  /** Makes the charts of a page smaller so that one more block fits on it; whether that worked. */
  function together(chapter, places, gap) {
    const { first, last, free, page } = gap;
    if (places[last].page !== places[last].end) return false;
    const shown = places
      .slice(0, last + 1)
      .filter((p, i) => (p.page === page && p.end === page) || i >= first)
      .flatMap(images);
    const before = shown.map(size);
    const needed = places[last].bottom - places[first].top - free + SPARE + 6 * MM;
    const share = 1 - needed / sum(shown.map(tall));
    if (!shown.length || Math.min(...before) * share < LEAST) return false;
    shown.forEach((image, i) => resize(image, before[i] * share));
    const now = placed(chapter).find((p) => p.block === places[last].block);
    if (now.end <= page) return true;
    shown.forEach((image, i) => resize(image, before[i]));
    return false;
  }

  /** Lets the text or tables after a chart go before it, as far as they fit; whether any did. */
  function ahead(places, gap) {
    const { first, last } = gap;
    if (first !== last) return false; // a heading stays before what it heads
    let free = gap.free - SPARE;
    let moved = false;
    for (const next of places.slice(last + 1)) {
      const needed = next.bottom - next.top + 4 * MM;
      const same = next.block.parentNode === places[first].block.parentNode;
      if (!same || HEADINGS.test(next.block.tagName) || next.page !== next.end) break;
      if (needed > free) break;
      places[first].block.before(next.block);
      free -= needed;
      moved = true;
    }
    return moved;
  }

  const pages = (chapter) => Math.max(...placed(chapter).map((p) => p.end)) + 1;

  /** Sets a chapter tighter, then its charts smaller, where that saves a last page with little on it. */
  function shorter(chapter) {
    const before = pages(chapter);
    const last = placed(chapter).pop();
    if (before < 2 || last.bottom > height * LAST) return;
    chapter.classList.add("paper-tight");
    if (pages(chapter) < before) return;
    const shown = Array.from(chapter.querySelectorAll("img.fig-static"));
    const held = shown.map(size);
    for (const share of [0.97, 0.94, 0.91, 0.88]) {
      shown.forEach((image, i) => resize(image, Math.max(held[i] * share, Math.min(held[i], LEAST))));
      if (pages(chapter) < before) return;
    }
    shown.forEach((image, i) => resize(image, held[i]));
    chapter.classList.remove("paper-tight");
  }

  /** Makes charts larger, and easier to read, on pages that have room left. */
  function larger(chapter) {
    const where = () => JSON.stringify(placed(chapter).map((p) => [p.page, p.end]));
    const before = where();
    for (let page = 0; page < pages(chapter); page++) {
      const here = placed(chapter).filter((p) => p.page === page && p.end === page);
      const shown = here.flatMap(images);
      const bottom = Math.max(...placed(chapter).filter((p) => p.end === page).map((p) => p.bottom));
      const room = height - bottom - SPARE;
      if (!shown.length || room < SPARE) continue;
      const held = shown.map(size);
      const share = 1 + room / sum(shown.map(tall));
      shown.forEach((image, i) => resize(image, Math.min(held[i] * share, Math.max(held[i], MOST))));
      if (where() !== before) shown.forEach((image, i) => resize(image, held[i]));
    }
  }

  /** Sets a table smaller that is wider than a page, which would shrink the whole edition. */
  function fit(table) {
    const written = parseFloat(getComputedStyle(table).fontSize);
    for (let share = 0.95; table.offsetWidth > width + 1 && share > 0.6; share -= 0.05) {
      for (const part of [table, ...table.querySelectorAll("thead th")]) {
        part.style.fontSize = `${(written * share).toFixed(2)}px`;
      }
    }
    if (table.offsetWidth > width + 1) table.style.overflowWrap = "anywhere";
  }

  /** Room for the heads that a long table repeats on paper, on each page after its first. */
  function heads(chapter) {
    for (const { block, page, end } of placed(chapter)) {
      const table = block.querySelector("table.paper-long");
      const head = table?.tHead?.offsetHeight ?? 0;
      if (table) block.style.paddingBottom = `${(end - page) * head}px`;
    }
  }

  function settle(chapter) {
    const done = new Set();
    for (;;) {
      const places = placed(chapter);
      const gap = nextGap(places, done);
      if (!gap) return;
      done.add(places[gap.first].block); // each is tried once, so that this ends
      if (!together(chapter, places, gap)) ahead(places, gap);
    }
  }

  window.addEventListener("load", () => {
    const given = getComputedStyle(document.body);
    width = parseFloat(given.getPropertyValue("--paper-width")) * MM;
    height = parseFloat(given.getPropertyValue("--paper-height")) * MM;
    for (const chapter of document.querySelectorAll(".paper-chapter")) {
      chapter.style.width = `${width}px`;
      chapter.querySelectorAll("table").forEach(fit);
      chapter.classList.add("paper-measured");
      heads(chapter);
      settle(chapter);
      shorter(chapter);
      settle(chapter);
      larger(chapter);
      chapter.classList.remove("paper-measured");
      chapter.style.width = "";
      for (const block of blocks(chapter)) block.style.paddingBottom = "";
    }
  });
})();
