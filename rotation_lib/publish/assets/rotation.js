/* Draws the page's charts from the data that come with it. No network, no storage.
   Reads window.rotationPage ({dark, dates, figures}), rotationVega ({View, parse}),
   rotationLayout, rotationControls, rotationSliders, rotationTables and rotationPicture. */
(function () {
  "use strict";

  const page = window.rotationPage;
  const vega = window.rotationVega;
  const controls = window.rotationControls;
  const sliders = window.rotationSliders;
  const tables = window.rotationTables;
  const root = document.documentElement;
  const AHEAD = "700px"; // how far before it is seen a chart is drawn
  const POINTED = "pointed"; // the signal that makes a chart's hover parts
  const charts = Array.from(document.querySelectorAll("figure[data-figure]"), (figure) => ({
    figure,
    box: figure.querySelector(".fig-chart"),
    name: figure.dataset.figure,
    view: null,
    width: 0, // the outer one it was last laid out for
    waits: false, // for the first pointer
    drawn: "", // the mode it was last drawn in
    rows: null, // what it shows, where its reader chose
    alt: figure.querySelector(".fig-chart").getAttribute("aria-label"),
    choice: { from: null, hidden: new Set() },
  }));

  /* ---- data ------------------------------------------------------------------------ */

  // Days are local midnights: UTC ones would show the day before, west of Greenwich.
  const midnights = new Map();
  function midnight(day) {
    if (!midnights.has(day)) midnights.set(day, new Date(1970, 0, 1 + day).getTime());
    return midnights.get(day);
  }

  /** A column as the chart wants it: times in milliseconds, numbers, strings, or null. */
  function valuesOf([, kind, first, second]) {
    if (kind === "d") return tables.daysOf(first).map((day) => (day === null ? null : midnight(day)));
    if (kind === "s") return second.map((place) => (place === null ? null : first[place]));
    return first;
  }

  function rowsOf(columns) {
    const values = columns.map(valuesOf);
    return Array.from({ length: values.length ? values[0].length : 0 }, (_, i) => {
      const row = {};
      columns.forEach(([name], c) => (row[name] = values[c][i]));
      return row;
    });
  }

  /* ---- charts ---------------------------------------------------------------------- */

  function pageMode() {
    if (window.matchMedia("print").matches) return "light";
    return root.dataset.theme === "dark" ? "dark" : "light";
  }

  function specOf(name, mode) {
    let text = JSON.stringify(page.figures[name].spec);
    if (mode === "dark") {
      text = text.replace(/#[0-9a-f]{6}\b/gi, (hex) => page.dark[hex.toLowerCase()] || hex);
    }
    return JSON.parse(text);
  }

  function draw(chart, mode) {
    if (chart.drawn === mode) return;
    try {
      const spec = specOf(chart.name, mode);
      const sets = chosenSets(chart, spec);
      for (const set of spec.data) {
        if (sets[set.name]) set.values = sets[set.name];
      }
      spec.width = Math.floor(chart.box.clientWidth);
      const inputs = sliders.place(chart, spec);
      const tooltip = (_, event, __, value) => showTip(chart, event, value);
      const view = new vega.View(vega.parse(spec), { renderer: "canvas", logLevel: 1, tooltip });
      if (chart.view) chart.view.finalize();
      const plate = document.createElement("div");
      chart.box.replaceChildren(plate);
      view.initialize(plate, inputs).hover().run();
      // Vega names the element it draws in; the box around it already says what is seen.
      for (const said of ["role", "aria-label", "aria-roledescription"]) plate.removeAttribute(said);
      chart.view = view;
      chart.width = spec.width;
      chart.waits = (spec.signals || []).some(({ name }) => name === POINTED);
      chart.drawn = mode;
      chart.figure.dataset.drawn = mode;
    } catch (error) {
      fail(chart, error);
    }
  }

  /** The rows a chart draws: all of them, or what its reader chose to see. */
  function chosenSets(chart, spec) {
    const { data, controls: rule } = page.figures[chart.name];
    const daily = (window.rotationDaily || {})[chart.name];
    const sets = Object.fromEntries(Object.entries(data).map(([name, set]) => [name, rowsOf(set)]));
    const { from, hidden } = chart.choice;
    chart.rows = null;
    if (!rule || (from === null && !hidden.size)) {
      if (rule) controls.describe(chart, rule, sets.main, []);
      chart.box.setAttribute("aria-label", chart.alt);
      return sets;
    }
    const made = window.rotationLayout.laidOut(spec, sets, rule, {
      from,
      hidden,
      daily: daily ? rowsOf(daily) : null,
      width: chart.box.clientWidth,
      dates: page.dates,
    });
    chart.rows = made.sets.main;
    const said = controls.describe(chart, rule, chart.rows, made.ends);
    chart.box.setAttribute("aria-label", `${chart.alt} ${said}`.trim());
    return made.sets;
  }

  function redraw(chart) {
    const table = chart.figure.querySelector(".fig-table");
    if (chart.drawn) {
      chart.drawn = "";
      draw(chart, pageMode());
    }
    if (table.hasChildNodes()) tables.fill(table, chart, page.figures[chart.name].data.main);
  }

  function fail(chart, error) {
    const said = document.createElement("p");
    said.className = "fig-error";
    said.textContent = "This chart could not be drawn. Its data can be downloaded below.";
    chart.box.replaceChildren(said);
    chart.box.removeAttribute("role");
    chart.figure.dataset.error = String(error);
    console.error(`${chart.name}: ${error}`);
  }

  function drawAll(mode) {
    charts.forEach((chart) => draw(chart, mode || pageMode()));
  }

  // One chart a frame, the nearest first: the first is on the screen before the next is begun.
  const queue = [];
  let drawing = false;
  function enqueue(chart) {
    queue.push(chart);
    if (!drawing) drawNext();
  }

  function drawNext() {
    drawing = queue.length > 0;
    if (!drawing) return;
    draw(queue.shift(), pageMode());
    requestAnimationFrame(() => setTimeout(drawNext));
  }

  function distance({ boundingClientRect: box }) {
    return Math.max(box.top - window.innerHeight, -box.bottom, 0);
  }

  /** The chart that the address names, else the first on the screen, is drawn at once:
      observers speak only after other scripts, and a page goes to its part after this one. */
  function drawFirst() {
    const onScreen = ({ top, bottom }) => bottom > 0 && top < window.innerHeight;
    const shown = charts.filter(({ box }) => box.clientWidth > 0);
    const first =
      shown.find(({ figure }) => `#${figure.id}` === window.location.hash) ||
      shown.find(({ box }) => onScreen(box.getBoundingClientRect()));
    if (first) draw(first, pageMode());
  }

  function watch() {
    const near = new IntersectionObserver(
      (entries) => {
        const seen = entries.filter((entry) => entry.isIntersecting);
        seen.sort((a, b) => distance(a) - distance(b));
        for (const { target } of seen) {
          near.unobserve(target);
          enqueue(charts.find((c) => c.box === target));
        }
      },
      { rootMargin: `${AHEAD} 0px` }
    );
    const again = () => charts.forEach((chart) => (near.unobserve(chart.box), near.observe(chart.box)));
    drawFirst();
    again();
    new MutationObserver(again).observe(root, { attributes: true, attributeFilter: ["data-theme"] });

    let waiting = false;
    const sizes = new ResizeObserver(() => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        charts.forEach(fit);
      });
    });
    charts.forEach((chart) => sizes.observe(chart.box));

    // Paper is light, and every chart must be on it.
    window.addEventListener("beforeprint", () => drawAll("light"));
    window.addEventListener("afterprint", again);
    if (window.matchMedia("print").matches) drawAll("light");
  }

  function fit(chart) {
    const width = Math.floor(chart.box.clientWidth);
    // The view's own width is the plot's, without the room that its axes took.
    if (chart.view && width > 0 && width !== chart.width) chart.view.width((chart.width = width)).run();
  }

  /** The parts that answer a pointer are made when the first one comes. */
  function pointAt(chart) {
    if (!chart.waits) return;
    chart.waits = false;
    chart.view.signal(POINTED, true).run();
  }

  /* ---- tooltip --------------------------------------------------------------------- */

  const tip = document.createElement("div");
  tip.className = "fig-tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true"); // the data table says the same to a screen reader

  function showTip(chart, event, value) {
    tip.hidden = value === null || value === undefined || value === "";
    if (tip.hidden) return;
    const pairs = (typeof value === "object" ? Object.entries(value) : [["", value]]).filter(
      ([label]) => !chart.choice.hidden.has(label)
    );
    tip.replaceChildren(
      ...pairs.map(([label, text]) => {
        const line = document.createElement("div");
        const key = line.appendChild(document.createElement("span"));
        key.textContent = label;
        const shown = line.appendChild(document.createElement("b"));
        shown.textContent = text;
        return line;
      })
    );
    const { offsetWidth: width, offsetHeight: height } = tip;
    const left = event.clientX + 14 + width > window.innerWidth ? event.clientX - width - 14 : event.clientX + 14;
    const under = event.clientY + 14;
    const over = event.clientY - height - 24; // a finger hides what is under it
    const top = touched && over > 4 ? over : Math.min(under, window.innerHeight - height - 4);
    tip.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }

  /* A tap reads a chart and a finger drawn across it follows; the reading stays until the
     next tap elsewhere or a scroll. Vertical drags scroll the page, as touch-action says. */
  let touched = null;

  function release() {
    if (!touched) return;
    const canvas = touched;
    touched = null;
    canvas.dispatchEvent(new PointerEvent("pointerout", { bubbles: true, pointerType: "mouse" }));
    tip.hidden = true;
  }

  function readByTouch(chart) {
    for (const kind of ["pointermove", "pointerdown"]) {
      chart.box.addEventListener(kind, () => pointAt(chart), true);
    }
    const isTouch = (event) => event.pointerType === "touch" && event.target.tagName === "CANVAS";
    chart.box.addEventListener("pointerdown", (event) => {
      if (!isTouch(event)) return;
      if (touched !== event.target) release();
      touched = event.target;
      const { clientX, clientY } = event;
      const at = { bubbles: true, clientX, clientY, pointerType: "touch" };
      touched.dispatchEvent(new PointerEvent("pointermove", at));
    });
    // Lifting the finger would otherwise end the reading before it is read.
    const stay = (event) => isTouch(event) && event.isTrusted && event.stopPropagation();
    for (const kind of ["pointerout", "pointerleave", "mouseout"]) {
      chart.box.addEventListener(kind, stay, true);
    }
    chart.box.addEventListener("pointercancel", release);
  }

  /* ---- start ----------------------------------------------------------------------- */

  document.body.append(tip);
  document.addEventListener("pointerdown", (event) => {
    if (touched && event.target !== touched) release();
  });
  window.addEventListener("scroll", release, { passive: true });
  for (const chart of charts) {
    readByTouch(chart);
    const data = chart.figure.querySelector(".fig-data");
    data.addEventListener("toggle", () => {
      const box = data.querySelector(".fig-table");
      const rows = page.figures[chart.name].data.main;
      if (data.open && !box.hasChildNodes()) tables.fill(box, chart, rows);
    });
    chart.figure.querySelector(".fig-png").addEventListener("click", () => {
      draw(chart, pageMode());
      window.rotationPicture.save(chart);
    });
  }
  // A menu closes when the reader turns elsewhere, or presses Escape.
  const menus = () => document.querySelectorAll(".fig-menu[open]");
  document.addEventListener("click", (event) => {
    menus().forEach((menu) => {
      if (!menu.contains(event.target) || event.target.closest("a, button")) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menus().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
  if (page && vega) {
    sliders.start(charts, page.figures);
    controls.start(charts, redraw).then(watch);
  } else {
    charts.forEach((chart) => fail(chart, "its data or the drawing code did not load"));
  }
})();
