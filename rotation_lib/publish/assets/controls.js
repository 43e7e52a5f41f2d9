/* The reader's controls under a chart's title: its first day, and which lines are drawn.
   The day is kept in the page's address (?from=2024-09-17), so that a view can be shared;
   all charts of a page share it. Nothing is stored. */
(function () {
  "use strict";

  const KEY = "from";
  const DAY = /^\d{4}-\d{2}-\d{2}$/;

  function localTime(day) {
    const [year, month, date] = day.split("-").map(Number);
    return new Date(year, month - 1, date).getTime();
  }

  function spoken(time) {
    return new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  }

  function isoDay(date) {
    const two = (n) => String(n).padStart(2, "0");
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  }

  function asked() {
    const day = new URLSearchParams(window.location.search).get(KEY);
    return day && DAY.test(day) ? day : "";
  }

  function keep(day) {
    const address = new URL(window.location.href);
    if (day) address.searchParams.set(KEY, day);
    else address.searchParams.delete(KEY);
    try {
      window.history.replaceState(window.history.state, "", address);
    } catch {
      // A page opened as a file may not change its address; the chart changes all the same.
    }
  }

  /** Every day of charts that are drawn by week; fetched once, when a reader first asks for a
      day. Without it the nearest drawn day is the start, and the status line names it. */
  let fetched = null;
  function everyDay() {
    const address = window.rotationPage.daily;
    if (!address) return Promise.resolve();
    fetched = fetched || new Promise((done) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = script.onerror = done;
      document.head.append(script);
    });
    return fetched;
  }

  /** The part of a chart's state that its reader chose. */
  function choiceOf(chart) {
    const bar = chart.figure.querySelector(".fig-controls");
    const choice = { from: null, hidden: new Set(), bar };
    if (bar) choice.input = bar.querySelector("input[type=date]");
    return choice;
  }

  function within(input, day) {
    return day >= input.min && day <= input.max;
  }

  function setStart(chart, day) {
    const { input } = chart.choice;
    if (!input) return;
    const usable = day && within(input, day) && day !== input.min;
    chart.choice.from = usable ? localTime(day) : null;
    // A reader who is still typing must not have the field changed under the hand.
    if (!usable) input.value = input.min;
    else if (input !== document.activeElement) input.value = day;
    chart.choice.bar.querySelector(".fig-reset").disabled = !usable;
    for (const preset of chart.choice.bar.querySelectorAll("[data-years]")) {
      preset.setAttribute("aria-pressed", String(Boolean(usable) && preset.dataset.from === day));
    }
  }

  function say(chart, text) {
    const status = chart.figure.querySelector(".fig-status");
    if (status && status.textContent !== text) status.textContent = text;
  }

  /** What the status line says once a chart is laid out. */
  function describe(chart, rule, rows, ends) {
    const { from, bar } = chart.choice;
    if (!bar) return "";
    const [x] = Object.keys(rows[0]);
    const day = rule.starts ? spoken(rows[0][x]) : "";
    const last = ends.map((end) => `${end.name} ${end.said}`).join(", ");
    if (from === null) {
      say(chart, "");
      return "";
    }
    const text = rule.rebased
      ? `Every line starts at 1 at the close of ${day}. Since then: ${last}. The title speaks of the whole window.`
      : `Shown from ${day}. The title speaks of the whole window.`;
    say(chart, text);
    return text;
  }

  function presetDay(input, years) {
    const date = new Date(localTime(input.dataset.last));
    date.setFullYear(date.getFullYear() - years);
    return isoDay(date);
  }

  const PAUSE = 500; // a date typed part by part is a valid other date on the way
  let latest = 0;

  function wireStart(chart, charts, redraw) {
    const { input, bar } = chart.choice;
    const everywhere = async (day) => {
      const turn = (latest += 1);
      const dated = charts.filter((other) => other.choice.input);
      keep(day && day !== input.min ? day : "");
      dated.forEach((other) => setStart(other, day)); // seen at once; the rows may take a while
      await everyDay();
      if (turn === latest) dated.forEach(redraw); // unless another day was asked for meanwhile
    };
    let waiting = 0;
    const take = () => {
      if (!waiting) return;
      clearTimeout(waiting);
      waiting = 0;
      if (!input.value) everywhere("");
      else if (within(input, input.value)) everywhere(input.value);
      else say(chart, `Choose a day from ${spoken(localTime(input.min))} to ${spoken(localTime(input.max))}.`);
    };
    input.addEventListener("change", () => {
      clearTimeout(waiting);
      waiting = setTimeout(take, PAUSE);
    });
    input.addEventListener("blur", take);
    input.addEventListener("keydown", (event) => event.key === "Enter" && take());
    for (const preset of bar.querySelectorAll("[data-years]")) {
      preset.dataset.from = presetDay(input, Number(preset.dataset.years));
      preset.addEventListener("click", () => everywhere(preset.dataset.from));
    }
    bar.querySelector(".fig-reset").addEventListener("click", () => {
      input.focus(); // the button is about to be disabled
      everywhere("");
    });
  }

  function wireLines(chart, redraw) {
    const buttons = Array.from(chart.choice.bar.querySelectorAll("[data-line]"));
    for (const button of buttons) {
      button.addEventListener("click", () => {
        const { hidden } = chart.choice;
        const name = button.dataset.line;
        if (hidden.has(name)) hidden.delete(name);
        else if (hidden.size < buttons.length - 1) hidden.add(name); // the last one stays
        button.setAttribute("aria-pressed", String(!hidden.has(name)));
        redraw(chart);
      });
    }
  }

  /** Give every chart its choice and its working controls; settles once charts can be drawn. */
  async function start(charts, redraw) {
    for (const chart of charts) chart.choice = choiceOf(chart);
    for (const chart of charts) {
      if (!chart.choice.bar) continue;
      if (chart.choice.input) {
        wireStart(chart, charts, redraw);
        setStart(chart, asked());
      }
      wireLines(chart, redraw);
    }
    if (charts.some((chart) => chart.choice.from !== null)) await everyDay();
  }

  window.rotationControls = { start, describe };
})();
