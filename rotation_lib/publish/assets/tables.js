/* The table behind a chart, for those who read rather than look: the rows that are drawn.
   It gets columns as the page carries them, and knows nothing of how a chart is drawn. */
(function () {
  "use strict";

  const ROWS = 100; // rows shown at a time

  function daysOf(steps) {
    let day = 0;
    return steps.map((step) => (step === null ? null : (day += step)));
  }

  function localDay(time) {
    const at = new Date(time);
    return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / 864e5;
  }

  function isoDay(day) {
    return day === null ? "" : new Date(day * 864e5).toISOString().slice(0, 10);
  }

  const digits = (v) => (v === null ? "" : String(v).replace("-", "\u2212"));

  /** A column's cells as text, from the page's data or from the rows that a reader chose. */
  function cellsOf([name, kind, first, second], rows) {
    if (rows && kind === "d") return rows.map((row) => isoDay(localDay(row[name])));
    if (rows) return rows.map((row) => digits(row[name] === null ? null : Number(row[name].toPrecision(5))));

    if (kind === "d") return daysOf(first).map(isoDay);
    if (kind === "s") return second.map((place) => (place === null ? "" : first[place]));
    return first.map(digits);
  }

  /** Put a chart's rows, as drawn, into an element: the latest first, some at a time. */
  function fill(box, { figure, rows }, columns) {
    const cells = columns.map((column) => cellsOf(column, rows));
    const total = cells.length ? cells[0].length : 0;
    const latestFirst = columns.length > 0 && columns[0][1] === "d";
    const table = document.createElement("table");
    const said = table.createCaption().appendChild(document.createElement("span"));
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

  window.rotationTables = { fill, daysOf };
})();
