"""Lines over time (or over sessions): growth, levels, bands, drawdowns.

Each builder takes a wide frame (index dates or numbers, one column per line), a tidy one
(date, series, value) or a Series, and returns a Drawing. It must never resample by mean.

    growth(relative_wealth, events=events)                  # lines on a log scale, "9.7×"
    lines(yields, unit="percent", reference=0)              # levels on a linear scale
    band_line(rolling_beta, unit="percentage points", reference=0)         # date, value, low, high (, series)
    drawdown(drawdowns)                                     # fractions at or below zero
    small_multiples(surveys, unit="index")                  # one panel per series
"""

from __future__ import annotations

import json
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ..errors import FigureError
from . import alttext, layout, parts, theme
from .controls import REFERENCE, Controls
from .figure import Drawing


def growth(frame: pd.DataFrame | pd.Series, **options: object) -> Drawing:
    """Growth of 1 on a log scale, labelled with the final multiple; see :func:`lines`."""
    defaults = {"unit": "times", "log": True, "reference": 1.0, "label_values": True}
    return lines(frame, **{**defaults, **options})  # type: ignore[arg-type]


def lines(
    frame: pd.DataFrame | pd.Series,
    *,
    unit: str,
    log: bool = False,
    reference: float | None = None,
    colours: dict[str, str] | None = None,
    events: pd.DataFrame | None = None,
    spans: pd.DataFrame | None = None,
    label_values: bool = False,
    signed: bool = False,
    connect: bool = False,
    step: bool = False,
    thin: bool = True,
    points: bool = False,
    include: tuple[float, ...] = (),
    x_title: str | None = None,
    rebase: bool = False,
    shows: str = "",
    height: int = 320,
) -> Drawing:
    """Up to six lines with their names at the right end and one rule that reads them all.

    Args:
        frame: wide, tidy or a Series; NaN is a gap in the line.
        unit: a name of ``theme.UNITS``.
        log: log scale; values must be above zero.
        reference: value at which a thin line is drawn.
        colours: series → meaning, e.g. ``{"Industrials": "accent"}``.
        events: columns date and label. spans: columns start, end, label.
        label_values: the last value beside the name.
        signed: values in the tooltip and labels carry a sign.
        connect: draw through missing values.
        step: constant until the next value (policy rates).
        thin: show long daily frames by week (extremes are kept).
        points: a dot at each value (for few values).
        include: values that the y axis must reach.
        x_title: title of a numeric x axis.
        rebase: lines that start at 1; a reader may let them start at 1 on another day.
        shows: the quantity, as a noun phrase: opens the text that says what is drawn.
    """
    whole = layout.wide(frame)
    table = layout.thinned(whole, thin)
    names = list(table.columns)
    palette = theme.assign(names, colours)
    extra = [*include, *([reference] if reference is not None else [])]
    last = _ends(table, unit if label_values else None, signed)
    back, data = parts.background(table, events, spans, list(last["text"]))
    values = [*table.to_numpy(dtype=float).ravel(), *extra]
    reach = layout.domain(values, log=log, foot=parts.foot(data.get("spans"), height))
    x = parts.x_of(table.index, title=x_title)
    back += parts.reference_at(reference, reach, height, log=log, name=REFERENCE)
    line = (
        parts.folded(table, names, connect=connect)
        .mark_line(
            interpolate="step-after" if step else "linear",
            point={"size": 30, "filled": True} if points else False,
        )
        .encode(
            x=x,
            y=_y("shown", unit, reach, log),
            color=alt.Color("series:N", scale=parts.colour_scale(palette), legend=None),
        )
    )
    labels, ends = parts.end_labels(last, palette, reach, height, log=log)
    tips = {n: theme.number_expr(parts.datum(n), unit, signed=signed) for n in names}
    layers = [*back, line, *labels, parts.hover(table.index, x, tips)]
    controls = Controls(
        {name: (name,) for name in names},
        unit,
        dated=isinstance(table.index, pd.DatetimeIndex),
        log=log,
        signed=signed,
        label_values=label_values,
        reference=reference,
        include=include,
        rebased=rebase,
        daily=whole.reset_index() if rebase and len(whole) > len(table) else None,
    )
    main = {"main": table.reset_index(), **data, "labels": ends}
    told = alttext.lines(frame, unit, what=shows, signed=signed) if shows else ""
    return _drawing(layers, main, height, controls, told)


def band_line(
    frame: pd.DataFrame,
    *,
    unit: str,
    reference: float | None = None,
    colours: dict[str, str] | None = None,
    events: pd.DataFrame | None = None,
    spans: pd.DataFrame | None = None,
    signed: bool = True,
    thin: bool = True,
    include: tuple[float, ...] = (),
    x_title: str | None = None,
    label: str = "Estimate",
    shows: str = "",
    height: int = 320,
) -> Drawing:
    """One to three estimates over time, each with its confidence band.

    Args:
        frame: columns date (or x), value, low, high and, for several lines, series.
        label: name of the line when there is no series column.
        Others as :func:`lines`.
    """
    long = frame if "series" in frame.columns else frame.assign(series=label)
    key = "date" if "date" in long.columns else "x"
    names = list(dict.fromkeys(long["series"].astype(str)))
    pieces = {
        part: layout.wide(
            long[[key, "series", part]].rename(columns={part: "value"}).dropna(subset=["value"])
        )
        for part in ("value", "low", "high")
    }
    table = (
        pieces["value"]
        .join(pieces["low"].add_suffix(" low"))
        .join(pieces["high"].add_suffix(" high"))
    )
    table = layout.thinned(table, thin)
    palette = theme.assign(names, colours)
    extra = [*include, *([reference] if reference is not None else [])]
    reach = layout.domain([*table.to_numpy(dtype=float).ravel(), *extra])
    x, y = parts.x_of(table.index, title=x_title), _y("shown", unit, reach, False)
    back, data = parts.background(table, events, spans, names if len(names) > 1 else [])
    back += parts.reference_at(reference, reach, height, name=REFERENCE)
    for name in names:
        area = parts.named("main").mark_area(color=palette[name], opacity=0.2)
        back.append(
            area.encode(
                x=x,
                y=_y(parts.field(f"{name} low"), unit, reach, False),
                y2=parts.field(f"{name} high"),
            )
        )
    line = (
        parts.folded(table, names, connect=False)
        .mark_line()
        .encode(
            x=x, y=y, color=alt.Color("series:N", scale=parts.colour_scale(palette), legend=None)
        )
    )
    labels: parts.Layers = []
    if len(names) > 1:
        labels, data["labels"] = parts.end_labels(
            _ends(table[names], None, signed), palette, reach, height, log=False
        )
    tips = {n: _with_interval(n, unit, signed) for n in names}
    layers = [*back, line, *labels, parts.hover(table.index, x, tips)]
    controls = Controls(
        {name: (name, f"{name} low", f"{name} high") for name in names},
        unit,
        dated=isinstance(table.index, pd.DatetimeIndex),
        signed=signed,
        reference=reference,
        include=include,
    )
    told = alttext.band(frame, unit, what=shows, reference=reference or 0.0) if shows else ""
    return _drawing(layers, {"main": table.reset_index(), **data}, height, controls, told)


def drawdown(
    frame: pd.DataFrame | pd.Series,
    *,
    colours: dict[str, str] | None = None,
    events: pd.DataFrame | None = None,
    spans: pd.DataFrame | None = None,
    thin: bool = True,
    shows: str = "",
    height: int = 300,
) -> Drawing:
    """Loss since the last peak; the first series is shaded from zero, the others are lines.

    Args:
        frame: fractions at or below zero; up to three series.
        Others as :func:`lines`.
    """
    table = layout.thinned(layout.wide(frame), thin)
    if (table > 1e-9).any(axis=None):
        raise FigureError("drawdown() got values above zero; pass losses since the peak.")
    names = list(table.columns)
    palette = theme.assign(names, colours)
    reach = (layout.domain([*table.to_numpy(dtype=float).ravel(), 0.0])[0], 0.0)
    x, y = parts.x_of(table.index), _y("shown", "fraction", reach, False)
    back, data = parts.background(table, events, spans, names)
    colour = alt.Color("series:N", scale=parts.colour_scale(palette), legend=None)
    base = parts.folded(table, names, connect=False)
    shown = alt.Y("shown:Q", stack=None, scale=y["scale"], axis=y["axis"])
    layers = [
        *back,
        base.transform_filter(f"datum.series == {json.dumps(names[0])}")
        .mark_area(opacity=0.25)
        .encode(x=x, y=shown, color=colour),
        base.mark_line(strokeWidth=1.2).encode(x=x, y=shown, color=colour),
    ]
    labels, data["labels"] = parts.end_labels(
        _ends(table, None, False), palette, reach, height, log=False
    )
    tips = {n: theme.number_expr(parts.datum(n), "fraction") for n in names}
    layers += [*labels, parts.hover(table.index, x, tips)]
    controls = Controls({name: (name,) for name in names}, "fraction", ceiling=0.0)
    told = alttext.lines(frame, "fraction", what=shows) if shows else ""
    return _drawing(layers, {"main": table.reset_index(), **data}, height, controls, told)


def small_multiples(
    frame: pd.DataFrame | pd.Series,
    *,
    unit: str | dict[str, str],
    reference: float | None = None,
    same_scale: bool = False,
    colours: dict[str, str] | None = None,
    events: pd.DataFrame | None = None,
    spans: pd.DataFrame | None = None,
    connect: bool = True,
    thin: bool = True,
    signed: bool = False,
    shows: str = "",
    panel: int = 95,
) -> Drawing:
    """One panel per series, stacked, with a common x; works at any width.

    Args:
        unit: one unit for all panels, or series → unit.
        same_scale: one y range for all panels (else each its own).
        colours: series → meaning; others are drawn in the first series colour.
        panel: height of a panel in pixels.
        shows: as in :func:`lines`; panels of one unit only.
        Others as :func:`lines`.
    """
    table = layout.thinned(layout.wide(frame), thin)
    names = list(table.columns)
    units = {n: unit if isinstance(unit, str) else unit[n] for n in names}
    title, gap = 26, 14
    height = len(names) * (panel + title + gap) - gap
    x = parts.x_of(table.index)
    back, data = parts.background(table, events, spans)
    everything = table.to_numpy(dtype=float).ravel()
    layers = list(back)
    for row, name in enumerate(names):
        top = row * (panel + title + gap) + title
        extra = [] if reference is None else [reference]
        values = everything if same_scale else table[name].to_numpy(dtype=float)
        reach = layout.domain([*values, *extra], pad=0.06)
        layers += _panel(
            name,
            units[name],
            reach,
            (top + panel, top),
            x,
            connect,
            reference,
            theme.hex_of((colours or {}).get(name, "small")),
        )
    tips = {n: theme.number_expr(parts.datum(n), units[n], signed=signed) for n in names}
    hover = parts.hover(table.index, x, tips)
    chart = alt.layer(*layers, hover).resolve_scale(y="independent").properties(height=height)
    one = isinstance(unit, str) and shows
    told = alttext.lines(frame, str(unit), what=shows, signed=signed) if one else ""
    return Drawing(chart, {"main": table.reset_index(), **data}, height, alt=told)


def _panel(
    name: str,
    unit: str,
    reach: tuple[float, float],
    span: tuple[int, int],
    x: alt.X,
    connect: bool,
    reference: float | None,
    colour: str,
) -> parts.Layers:
    """Title, line and own axis of one panel between the pixels of ``span`` (bottom, top)."""
    axis = parts.y_axis(unit, orient="left", tickCount=3, grid=True)
    scale = alt.Scale(domain=list(reach), range=list(span), nice=False, zero=False)
    base = parts.named("main")
    if connect:
        base = base.transform_filter(f"isValid({parts.datum(name)})")
    made: parts.Layers = [
        base.mark_line(color=colour, strokeWidth=1.8).encode(
            x=x, y=alt.Y(f"{parts.field(name)}:Q", scale=scale, axis=axis)
        ),
        parts.single()
        .mark_text(
            align="left", baseline="bottom", fontWeight=600, text=name, color=theme.hex_of("ink")
        )
        .encode(x=alt.value(0), y=alt.value(span[1] - 7)),
    ]
    made += parts.reference_at(reference, reach, *span)
    return made


def _y(name: str, unit: str, reach: tuple[float, float], log: bool) -> alt.Y:
    ticks = {"values": layout.log_ticks(*reach)} if log else {}
    kind: dict[str, Any] = {"type": "log"} if log else {"zero": False}
    scale = alt.Scale(domain=list(reach), nice=False, **kind)
    return alt.Y(f"{name}:Q", scale=scale, axis=parts.y_axis(unit, **ticks))


def _ends(table: pd.DataFrame, unit: str | None, signed: bool) -> pd.DataFrame:
    last = {name: float(table[name].dropna().iloc[-1]) for name in table.columns}
    texts = [
        name if unit is None else f"{name} {layout.number_text(value, unit, signed=signed)}"
        for name, value in last.items()
    ]
    return pd.DataFrame(
        {"series": list(last), "value": np.array(list(last.values())), "text": texts}
    )


def _with_interval(name: str, unit: str, signed: bool) -> str:
    value, low, high = (
        theme.number_expr(parts.datum(n), unit, signed=signed)
        for n in (name, f"{name} low", f"{name} high")
    )
    return f"({value}) + ' (' + ({low}) + ' to ' + ({high}) + ')'"


def _drawing(
    layers: list[alt.Chart],
    data: dict[str, pd.DataFrame],
    height: int,
    controls: Controls | None,
    told: str,
) -> Drawing:
    return Drawing(alt.layer(*layers).properties(height=height), data, height, controls, told)
