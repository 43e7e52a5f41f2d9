"""What a chart shows, in words, computed from the frame it draws.

Each function reads the same frame as its builder. It must say what a reader would see and
nothing that the data do not show; no sentence is fixed.

    alttext.lines(wealth, "times", what="Growth of 1")
    alttext.bars(sectors, "percentage points", what="Return relative to SPY by sector")
    alttext.intervals(betas, "percentage points", what="Beta on the 2-year yield")
    alttext.distribution(placebo, 0.012, "percentage points", what="Relative return after random dates")
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .. import words
from . import layout
from .rows import need

_LISTED = 6


def _say(value: float, unit: str, signed: bool = False) -> str:
    return layout.number_text(float(value), unit, signed=signed)


def _when(x: object) -> str:
    return words.date(x) if isinstance(x, pd.Timestamp) else f"{x:g}"


def lines(frame: pd.DataFrame | pd.Series, unit: str, *, what: str, signed: bool = False) -> str:
    """Of each line: start, end and direction, high and low with their dates.

    Args:
        frame: as :func:`charts.lines.lines` takes it. With more than six lines only the
            highest and the lowest end are described.
        unit: of the chart.
        what: the quantity, as a noun phrase ("Growth of 1").
    """
    table = layout.wide(frame)
    names = list(table.columns)
    head = f"Line chart. {what}, {_when(table.index[0])} to {_when(table.index[-1])}, "
    if len(names) > _LISTED:
        ends = table.ffill().iloc[-1]
        return (
            f"{head}{len(names)} lines. At the end the highest is {ends.idxmax()} at "
            f"{_say(ends.max(), unit, signed)}, the lowest {ends.idxmin()} at "
            f"{_say(ends.min(), unit, signed)}."
        )
    told = [_one_line(name, table[name].dropna(), unit, signed) for name in names]
    return f"{head}{words.plural(len(names), 'line', spell=True)}. {' '.join(told)}"


def _one_line(name: str, series: pd.Series, unit: str, signed: bool) -> str:
    first, last = float(series.iloc[0]), float(series.iloc[-1])
    high, low = series.idxmax(), series.idxmin()
    scale = max(abs(first), abs(last), 1e-12)
    verb = words.direction((last - first) / scale, "rises", "falls", "ends where it began", 0.005)
    return (
        f"{name} {verb}, from {_say(first, unit, signed)} to {_say(last, unit, signed)}; "
        f"high {_say(series[high], unit, signed)} on {_when(high)}, "
        f"low {_say(series[low], unit, signed)} on {_when(low)}."
    )


def band(frame: pd.DataFrame, unit: str, *, what: str, reference: float = 0.0) -> str:
    """Of an estimate with a band: where it ends, its range, how often the band excludes the reference.

    Args:
        frame: as :func:`charts.lines.band_line` takes it.
    """
    groups = (
        frame.groupby("series", sort=False)
        if "series" in frame.columns
        else [("The estimate", frame)]
    )
    told = []
    for name, part in groups:
        rows = part.dropna(subset=["value"])
        key = "date" if "date" in rows.columns else "x"
        last = rows.iloc[-1]
        clear = ((rows["low"] > reference) | (rows["high"] < reference)).mean()
        told.append(
            f"{name} ends at {_say(last['value'], unit, True)} (band {_say(last['low'], unit, True)} to "
            f"{_say(last['high'], unit, True)}) on {_when(last[key])}; it ranges from "
            f"{_say(rows['value'].min(), unit, True)} to {_say(rows['value'].max(), unit, True)}, and its "
            f"band excludes {_reference(reference)} at {words.pct(clear, 0)} of the points."
        )
    return f"Line chart with a confidence band. {what}. {' '.join(told)}"


def _reference(value: float) -> str:
    return "zero" if value == 0 else f"{value:g}"


def bars(
    frame: pd.DataFrame,
    unit: str,
    *,
    what: str,
    signed: bool = True,
    label: str = "label",
    value: str = "value",
) -> str:
    """Of bars or columns: highest and lowest, and how many are above zero."""
    table = need(frame, label, value).dropna(subset=[value])
    table = need(table, label, value)
    top, bottom = table.loc[table[value].idxmax()], table.loc[table[value].idxmin()]
    head = f"Bar chart. {what}: {words.plural(len(table), 'bar')}. "
    if len(table) == 1:
        return f"{head}{top[label]} is {_say(top[value], unit, signed)}, the only value shown."
    text = (
        f"{head}Highest is {top[label]} at {_say(top[value], unit, signed)}, lowest "
        f"{bottom[label]} at {_say(bottom[value], unit, signed)}."
    )
    positive = int((table[value] > 0).sum())
    return f"{text} {positive} of {len(table)} are above zero." if signed else text


def intervals(
    frame: pd.DataFrame, unit: str, *, what: str, reference: float = 0.0, signed: bool | None = None
) -> str:
    """Of estimates with intervals: range of the estimates and how many exclude the reference."""
    table = need(frame, "label", "value", "low", "high").dropna(subset=["value"])
    table = need(table, "label")
    signed = reference == 0 if signed is None else signed
    above, below = int((table["low"] > reference).sum()), int((table["high"] < reference).sum())
    top, bottom = table.loc[table["value"].idxmax()], table.loc[table["value"].idxmin()]
    most = f"{_say(top['value'], unit, signed)} ({top['label']})"
    least = f"{_say(bottom['value'], unit, signed)} ({bottom['label']})"
    span = f"from {least} to {most}" if len(table) > 1 else f"at {most}"
    return (
        f"Dots with intervals. {what}: {words.plural(len(table), 'estimate')}, {span}. The interval of "
        f"{above} lies above {_reference(reference)}, of {below} below; "
        f"{len(table) - above - below} cannot be told from it."
    )


def distribution(
    values: Sequence[float] | np.ndarray | pd.Series,
    observed: float | dict[str, float],
    unit: str,
    *,
    what: str,
    signed: bool = True,
) -> str:
    """Of a histogram: its middle, its spread, and the rank of what was observed."""
    draws = np.asarray(values, dtype=float)
    draws = draws[np.isfinite(draws)]
    low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95])
    marks = observed if isinstance(observed, dict) else {"The observed value": observed}
    told = [
        f"{name}, {_say(v, unit, signed)}, is larger than {words.pct(float((draws < v).mean()), 0)} of them."
        for name, v in marks.items()
        if not words.absent(v)
    ]
    return (
        f"Histogram. {what}: {words.count(len(draws))} values, median {_say(middle, unit, signed)}, "
        f"90% of them between {_say(low, unit, signed)} and {_say(high, unit, signed)}. {' '.join(told)}"
    ).strip()


def scatter(
    frame: pd.DataFrame, *, x: str, y: str, unit_x: str, unit_y: str, title_x: str, title_y: str
) -> str:
    """Of a scatter: number of points, ranges, correlation."""
    table = need(frame, x, y).dropna(subset=[x, y])
    table = need(table, x, y)
    ranges = [
        f"{title} from {_say(table[c].min(), u, True)} to {_say(table[c].max(), u, True)}"
        for c, u, title in ((x, unit_x, title_x), (y, unit_y, title_y))
    ]
    text = f"Scatter of {words.plural(len(table), 'point')}: {words.join(ranges)}."
    if len(table) < 3 or table[x].nunique() < 2 or table[y].nunique() < 2:
        return f"{text} Too few different points for a correlation."
    r = float(table[x].corr(table[y]))
    slope = "rise" if r > 0.1 else "fall" if r < -0.1 else "show no clear slope"
    return f"{text} The points {slope} from left to right; correlation {words.number(r, 2)}."


def heatmap(frame: pd.DataFrame, unit: str, *, what: str, signed: bool = True) -> str:
    """Of a heatmap: its size, the highest and the lowest cell, how many cells are above zero."""
    table = need(frame, "row", "column", "value").dropna(subset=["value"])
    table = need(table, "row")
    top, bottom = table.loc[table["value"].idxmax()], table.loc[table["value"].idxmin()]
    return (
        f"Heatmap. {what}: {table['row'].nunique()} rows by {table['column'].nunique()} columns. Highest "
        f"{_say(top['value'], unit, signed)} ({top['column']} {top['row']}), lowest "
        f"{_say(bottom['value'], unit, signed)} ({bottom['column']} {bottom['row']}); "
        f"{int((table['value'] > 0).sum())} of {len(table)} cells are above zero."
    )


def coverage(frame: pd.DataFrame, *, what: str) -> str:
    """Of a coverage chart: how many series, the longest reach, the latest start, the earliest end."""
    table = need(frame, "label", "start", "end")
    late, early = table.loc[table["start"].idxmax()], table.loc[table["end"].idxmin()]
    return (
        f"Coverage bars. {what}: {words.plural(table['label'].nunique(), 'series', 'series')} between "
        f"{words.date(table['start'].min())} and {words.date(table['end'].max())}. The latest to start is "
        f"{late['label']} ({words.date(late['start'])}), the earliest to end {early['label']} "
        f"({words.date(early['end'])})."
    )
