/* Draws the page's charts from the data that come with it. No network, no storage.
   Reads window.rotationPage ({dark, figures}) and window.rotationVega ({View, parse}). */
(function () {
  "use strict";

  const page = window.rotationPage;
  const vega = window.rotationVega;
  const root = document.documentElement;
  const AHEAD = "700px"; // how far before it is seen a chart is drawn
  const ROWS = 100; // rows of a data table shown at a time
  const charts = Array.from(document.querySelectorAll("figure[data-figure]"), (figure) => ({
    figure,
    box: figure.querySelector(".fig-chart"),
    name: figure.dataset.figure,
    view: null,
    drawn: "", // the mode it was last drawn in
  }));

  /* ---- data ------------------------------------------------------------------------ */

  // Days are local midnights: UTC ones would show the day before, west of Greenwich.
  const midnights = new Map();
  function midnight(day) {
    if (!midnights.has(day)) midnights.set(day, new Date(1970, 0, 1 + day).getTime());
    return midnights.get(day);
  }

  function daysOf(steps) {
    let day = 0;
    return steps.map((step) => (step === null ? null : (day += step)));
  }

  /** A column as the chart wants it: times in milliseconds, numbers, strings, or null. */
  function valuesOf([, kind, first, second]) {
    if (kind === "d") return daysOf(first).map((day) => (day === null ? null : midnight(day)));
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
      const { data } = page.figures[chart.name];
      const spec = specOf(chart.name, mode);
      for (const set of spec.data) {
        if (data[set.name]) set.values = rowsOf(data[set.name]);
      }
      spec.width = Math.floor(chart.box.clientWidth);
      const view = new vega.View(vega.parse(spec), { renderer: "canvas", logLevel: 1, tooltip: showTip });
      if (chart.view) chart.view.finalize();
      chart.box.replaceChildren();
      view.initialize(chart.box).hover().run();
      chart.view = view;
      chart.drawn = mode;
      chart.figure.dataset.drawn = "true";
    } catch (error) {
      fail(chart, error);
    }
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

  function watch() {
    const near = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          if (!entry.isIntersecting) continue;
          const chart = charts.find((c) => c.box === entry.target);
          draw(chart, pageMode());
          near.unobserve(chart.box);
        }
      },
      { rootMargin: `${AHEAD} 0px` }
    );
    const again = () => charts.forEach((chart) => (near.unobserve(chart.box), near.observe(chart.box)));
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
    if (chart.view && width > 0 && width !== chart.view.width()) chart.view.width(width).run();
  }

  /* ---- tooltip --------------------------------------------------------------------- */

  const tip = document.createElement("div");
  tip.className = "fig-tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true"); // the data table says the same to a screen reader

  function showTip(_, event, __, value) {
    tip.hidden = value === null || value === undefined || value === "";
    if (tip.hidden) return;
    const pairs = typeof value === "object" ? Object.entries(value) : [["", value]];
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
    const top = Math.min(event.clientY + 14, window.innerHeight - height - 4);
    tip.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }

  /* ---- data tables ----------------------------------------------------------------- */

  function isoDay(day) {
    return day === null ? "" : new Date(day * 864e5).toISOString().slice(0, 10);
  }

  function cellsOf([, kind, first, second]) {
    if (kind === "d") return daysOf(first).map(isoDay);
    if (kind === "s") return second.map((place) => (place === null ? "" : first[place]));
    return first.map((v) => (v === null ? "" : String(v).replace("-", "\u2212")));
  }

  function fillTable(box, figure) {
    const columns = page.figures[figure.dataset.figure].data.main;
    const cells = columns.map(cellsOf);
    const total = cells.length ? cells[0].length : 0;
    const latestFirst = columns.length > 0 && columns[0][1] === "d";
    const table = document.createElement("table");
    const said = table.createCaption();
    const head = table.createTHead().insertRow();
    for (const [name, kind] of columns) {
      const cell = head.appendChild(document.createElement("th"));
      cell.scope = "col";
      cell.textContent = name;
      if (kind === "n") cell.className = "num";
    }
    const body = table.appendChild(document.createElement("tbody"));
    const more = document.createElement("button");
    more.type = "button";
    more.textContent = "Show more rows";
    const addRows = () => {
      const from = body.rows.length;
      const to = Math.min(total, from + ROWS);
      for (let i = from; i < to; i += 1) {
        const at = latestFirst ? total - 1 - i : i;
        const row = body.insertRow();
        columns.forEach(([, kind], c) => {
          const cell = row.insertCell();
          cell.textContent = cells[c][at];
          if (kind === "n") cell.className = "num";
        });
      }
      more.hidden = to === total;
      said.textContent =
        `${to.toLocaleString("en")} of ${total.toLocaleString("en")} rows` +
        `${latestFirst ? ", latest first" : ""}, to five digits; the CSV file has all of them in full.`;
    };
    addRows();
    more.addEventListener("click", addRows);
    const scroll = document.createElement("div");
    scroll.className = "table-wrap";
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", `Data: ${figure.querySelector(".fig-title").textContent}`);
    scroll.append(table);
    box.replaceChildren(scroll, more);
  }

  /* ---- pictures -------------------------------------------------------------------- */

  async function savePng(chart) {
    draw(chart, pageMode());
    const scale = 2;
    const drawn = await chart.view.toCanvas(scale);
    const style = getComputedStyle(document.body);
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    const font = (weight, size) => `${weight} ${size * scale}px system-ui, sans-serif`;
    pen.font = font(600, 15);
    const title = linesOf(pen, chart.figure.querySelector(".fig-title").textContent, drawn.width);
    pen.font = font(400, 11);
    const source = linesOf(pen, chart.figure.querySelector(".fig-source").textContent, drawn.width);
    const pad = 14 * scale;
    const above = pad + title.length * 20 * scale + 6 * scale;
    canvas.width = drawn.width + 2 * pad;
    canvas.height = above + drawn.height + source.length * 15 * scale + 2 * pad;
    pen.fillStyle = style.backgroundColor;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = style.color;
    pen.textBaseline = "top";
    pen.font = font(600, 15);
    title.forEach((line, i) => pen.fillText(line, pad, pad + i * 20 * scale));
    pen.drawImage(drawn, pad, above);
    pen.font = font(400, 11);
    source.forEach((line, i) => pen.fillText(line, pad, above + drawn.height + pad / 2 + i * 15 * scale));
    const link = document.createElement("a");
    link.download = `${chart.name}.png`;
    link.href = canvas.toDataURL("image/png");
    link.click();
  }

  function linesOf(pen, text, width) {
    const lines = [""];
    for (const word of text.split(/\s+/)) {
      const longer = `${lines[lines.length - 1]} ${word}`.trim();
      if (pen.measureText(longer).width > width && lines[lines.length - 1]) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  }

  /* ---- start ----------------------------------------------------------------------- */

  document.body.append(tip);
  for (const chart of charts) {
    const data = chart.figure.querySelector(".fig-data");
    data.addEventListener("toggle", () => {
      const box = data.querySelector(".fig-table");
      if (data.open && !box.hasChildNodes()) fillTable(box, chart.figure);
    });
    chart.figure.querySelector(".fig-png").addEventListener("click", () => savePng(chart));
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
  if (page && vega) watch();
  else charts.forEach((chart) => fail(chart, "its data or the drawing code did not load"));
})();
