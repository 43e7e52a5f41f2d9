/* Lays a chart of lines out for another start, or with lines left out.
   Arithmetic only: it gets rows and a specification, and changes nothing on the page.
   The same rules as charts/layout.py: air around the lines, log ticks, labels that do not touch. */
(function () {
  "use strict";

  const AIR = 0.04;
  const LINE = 15; // height of a line of a label, with air
  const STEP = 14; // from one line of a label to the next, as drawn
  const SPAN = 13; // height of a row of the labels of spans
  const LETTERS = 15; // letters of a label before it wraps
  const LETTER = 11 * 0.56; // estimated width of a letter of an event's label
  const ROWS = 800; // rows above which a chart is drawn by week

  const numbers = (rows, names) =>
    rows.flatMap((row) => names.map((name) => row[name])).filter((v) => typeof v === "number");

  /** Smallest and largest value with some air; on a log scale the air is a share of the ratio.
      ``foot`` is the share of the plot that stays free at the bottom. */
  function reachOf(values, { log, ceiling }, foot) {
    const scaled = log ? values.map(Math.log) : values;
    let low = Math.min(...scaled);
    let high = Math.max(...scaled);
    const room = high > low ? (high - low) * AIR : Math.max(Math.abs(high) * 0.1, 1e-3);
    low -= room;
    high = ceiling === null ? high + room : ceiling;
    low -= ((high - low) * foot) / (1 - foot);
    return log ? [Math.exp(low), Math.exp(high)] : [low, high];
  }

  /** Share of the plot that the labels of spans need at the bottom. */
  function footOf(spans, height) {
    const named = (spans || []).filter((span) => span.label);
    if (!named.length) return 0;
    return (SPAN * (Math.max(...spans.map((span) => span.row)) + 1) + 3) / height;
  }

  function logTicks([low, high]) {
    let inside = [];
    for (const steps of [[1, 1.5, 2, 3, 4, 5, 7], [1, 2, 3, 5], [1, 2, 5], [1]]) {
      inside = [];
      for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e += 1) {
        for (const step of steps) {
          const tick = Number((step * 10 ** e).toPrecision(9));
          if (tick >= low && tick <= high) inside.push(tick);
        }
      }
      if (inside.length <= 9) break;
    }
    return inside.length >= 3 ? inside : evenTicks(low, high);
  }

  function evenTicks(low, high) {
    const power = 10 ** Math.floor(Math.log10((high - low) / 3));
    const step = [5, 2, 1].map((s) => s * power).find((s) => (high - low) / s >= 3);
    const ticks = [];
    for (let k = Math.ceil(low / step); k <= Math.floor(high / step); k += 1) {
      ticks.push(Number((k * step).toPrecision(9)));
    }
    return ticks;
  }

  function wrapped(text) {
    const lines = [""];
    for (const word of text.split(" ")) {
      const longer = `${lines[lines.length - 1]} ${word}`.trim();
      if (longer.length > LETTERS && lines[lines.length - 1]) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines.join("\n");
  }

  function numberText(value, rule) {
    const scaled = value * rule.factor;
    let { digits } = rule;
    if (Math.abs(scaled) >= 100) digits = 0;
    else if (rule.suffix === "\u00d7" && Math.abs(scaled) >= 9.95) digits = 1;
    const shown = Math.abs(scaled).toLocaleString("en", {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    const rounded = Number(scaled.toFixed(digits));
    const sign = rounded < 0 ? "\u2212" : rule.signed && rounded > 0 ? "+" : "";
    return `${sign}${shown}${rule.suffix}`;
  }

  /** Centres moved as little as needed so that labels of these heights do not touch. */
  function dodged(wanted, sizes, limit) {
    const held = (centre, size) => Math.max(Math.min(centre, limit + 7 - size / 2), size / 2 - 7);
    const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
    const groups = [];
    for (const i of order) {
      let group = { centre: held(wanted[i], sizes[i]), size: sizes[i], members: [i] };
      while (groups.length) {
        const last = groups[groups.length - 1];
        if (last.centre + last.size / 2 <= group.centre - group.size / 2) break;
        groups.pop();
        const [a, b] = [last.members.length, group.members.length];
        const size = last.size + group.size;
        group = {
          centre: held((last.centre * a + group.centre * b) / (a + b), size),
          size,
          members: [...last.members, ...group.members],
        };
      }
      groups.push(group);
    }
    const placed = [];
    for (const { centre, size, members } of groups) {
      let edge = centre - size / 2;
      for (const i of members) {
        placed[i] = edge + sizes[i] / 2;
        edge += sizes[i];
      }
    }
    return placed;
  }

  /** Labels all to the right of their rules; one that spans another's rule stands above it. */
  function staggered(events, width, first, last) {
    const rows = [];
    const at = events.map((e) => ((e.date - first) / (last - first || 1)) * width);
    for (let i = events.length - 1; i >= 0; i -= 1) {
      const end = at[i] + events[i].label.length * LETTER + 8;
      const covered = rows.filter((_, j) => j > i && at[j] <= end);
      rows[i] = covered.length ? Math.max(...covered) + 1 : 0;
    }
    return events.map((e, i) => ({ ...e, row: rows[i], side: "right", pixel: -8 - 14 * rows[i] }));
  }

  function shiftedTo(rows, from, x) {
    const start = rows.findLastIndex((row) => row[x] <= from);
    return rows.slice(Math.max(start, 0));
  }

  /** Rows from a day on: every row where they are few, else the drawn ones after the first. */
  function windowed(main, daily, from, x) {
    const every = shiftedTo(daily || main, from, x);
    if (!daily || every.length <= ROWS) return every;
    return [every[0], ...main.filter((row) => row[x] > every[0][x])];
  }

  function rebased(rows, names) {
    const base = {};
    for (const name of names) {
      const row = rows.find((r) => typeof r[name] === "number");
      base[name] = row ? row[name] : null;
    }
    return rows.map((row) => {
      const made = { ...row };
      for (const name of names) if (typeof row[name] === "number") made[name] = row[name] / base[name];
      return made;
    });
  }

  const lastOf = (rows, name) => {
    const row = rows.findLast((r) => typeof r[name] === "number");
    return row ? row[name] : null;
  };

  /** The chart's sets and specification for a start and the lines left out.
      Returns {sets, ends}: ends says each line shown with its last value as text. */
  function laidOut(spec, sets, rule, { from, hidden, daily, width, dates }) {
    const [x] = Object.keys(sets.main[0]);
    const shown = Object.keys(rule.columns).filter((name) => !hidden.has(name));
    const columns = shown.flatMap((name) => rule.columns[name]);
    let rows = from === null ? sets.main : windowed(sets.main, daily, from, x);
    if (from !== null && rule.rebased) rows = rebased(rows, Object.keys(rule.columns));
    const gone = [...hidden].flatMap((name) => rule.columns[name]);
    if (gone.length) {
      rows = rows.map((row) => ({ ...row, ...Object.fromEntries(gone.map((name) => [name, null])) }));
    }
    const extra = [...rule.include, ...(rule.rebased ? [1] : [])];
    const foot = footOf(sets.spans, spec.height);
    const reach = reachOf([...numbers(rows, columns), ...extra], rule, foot);
    const scaled = (v) => (rule.log ? Math.log(v) : v);
    const place = (v) =>
      (1 - (scaled(v) - scaled(reach[0])) / (scaled(reach[1]) - scaled(reach[0]))) * spec.height;

    const ends = shown
      .map((name) => ({ name, value: lastOf(rows, name) }))
      .filter((end) => end.value !== null)
      .map((end) => ({ ...end, said: numberText(end.value, rule) }));
    const made = { ...sets, main: rows };
    if (sets.labels) {
      const texts = ends.map((e) => wrapped(rule.labels ? `${e.name} ${e.said}` : e.name));
      const lines = texts.map((text) => text.split("\n").length);
      const sizes = lines.map((n) => LINE * n);
      const pixels = dodged(ends.map((e) => place(e.value)), sizes, spec.height);
      // A text of several lines is placed by its first.
      const first = pixels.map((pixel, i) => pixel - (STEP / 2) * (lines[i] - 1));
      made.labels = ends.map((e, i) => ({ series: e.name, pixel: first[i], text: texts[i] }));
    }
    if (from !== null) {
      const [first, last] = [rows[0][x], rows[rows.length - 1][x]];
      if (sets.events) {
        const later = sets.events.filter((e) => e.date >= first);
        made.events = staggered(later, Math.max(width - 140, 150), first, last);
      }
      if (sets.spans) {
        made.spans = sets.spans
          .filter((s) => s.end > first)
          .map((s) => ({ ...s, start: Math.max(s.start, first) }));
      }
      spreadDates(spec, (last - first) / 864e5, dates);
    }
    spec.scales.find((scale) => scale.name === "y").domain = reach;
    for (const axis of spec.axes) {
      if (axis.scale === "y" && axis.values) axis.values = logTicks(reach);
    }
    moveReference(spec, rule.reference, reach, place);
    return { sets: made, ends };
  }

  function moveReference(spec, value, reach, place) {
    const mark = spec.marks.find((m) => m.name === "reference_marks");
    if (!mark) return;
    const { update } = mark.encode;
    update.y = { value: place(value) };
    update.opacity = { value: value >= reach[0] && value <= reach[1] ? 1 : 0 };
  }

  /** Years on a long axis, months on a shorter, days on the shortest. */
  function spreadDates(spec, days, dates) {
    const [, text, room] = dates.find(([above]) => days > above);
    for (const axis of spec.axes) {
      if (axis.scale !== "x") continue;
      axis.tickCount = { signal: `max(4, floor(width / ${room}))` };
      if (axis.encode && axis.encode.labels) axis.encode.labels.update.text = { signal: text };
    }
  }

  window.rotationLayout = { laidOut };
})();
