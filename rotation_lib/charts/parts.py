"""Layers that charts share: axes, end labels, hover rule, events, shaded spans.

Each takes frames and returns layers with their data; no layer knows a chapter.
"""

from __future__ import annotations

import json
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from ..errors import FigureError
from . import layout, theme

Layers = list[alt.Chart]
#: Height of a row of the labels of spans.
_SPAN_LINE = 13
#: Which side of a point its text extends to, and how far it stands off.
SIDES: tuple[tuple[str, Literal["left", "right"], int], ...] = (
    ("right", "left", 4),
    ("left", "right", -4),
)
#: Above this many days: how dates on an axis read (a Vega expression), and pixels for each.
DATE_LABELS: tuple[tuple[int, str, int], ...] = (
    (1500, "month(datum.value) == 0 ? timeFormat(datum.value, '%Y') : ''", 55),
    (
        70,
        (
            "timeFormat(datum.value, date(datum.value) == 1 ? '%b %Y' : "
            "datum.index == 0 ? '%-d %b %Y' : '%-d %b')"
        ),
        80,
    ),
    (-1, "timeFormat(datum.value, '%-d %b %Y')", 95),
)


def named(name: str) -> alt.Chart:
    """A chart on the named data set."""
    return alt.Chart(alt.NamedData(name=name))


def field(name: str) -> str:
    """A column's name with what Vega would read as a path escaped."""
    for mark in "\\.[]'\"":
        name = name.replace(mark, "\\" + mark)
    return name


def datum(name: str) -> str:
    """A Vega expression for a column."""
    return f"datum[{json.dumps(name)}]"  # ASCII: an expression may not hold every line break


def date_axis(first: pd.Timestamp, last: pd.Timestamp) -> alt.Axis:
    """Years for long spans, month and year for shorter, days below two months."""
    days = (last - first).days
    label, room = next((text, room) for above, text, room in DATE_LABELS if days > above)
    return alt.Axis(
        title=None,
        labelExpr=label,
        tickCount=alt.ExprRef(f"max(4, floor(width / {room}))"),
        labelOverlap=True,
    )


def number_axis(unit: str, *, title: str | None = None, room: int = 70) -> alt.Axis:
    """A horizontal axis of numbers, as many ticks as there is room for."""
    return alt.Axis(
        title=title,
        labelExpr=theme.axis_expr(unit),
        tickCount=alt.ExprRef(f"max(2, floor(width / {room}))"),
        labelOverlap=True,
    )


def y_axis(unit: str, **options: Any) -> alt.Axis:
    """A vertical axis of numbers; ``options`` are Altair's."""
    return alt.Axis(title=None, labelExpr=theme.axis_expr(unit), **options)


def x_of(index: pd.Index, *, unit: str = "count", title: str | None = None) -> alt.X:
    """The x channel for a wide frame's index: dates, or plain numbers such as sessions."""
    name = f"{field(str(index.name))}"
    if isinstance(index, pd.DatetimeIndex):
        return alt.X(f"{name}:T", axis=date_axis(index[0], index[-1]), scale=alt.Scale(nice=False))
    return alt.X(
        f"{name}:Q", axis=number_axis(unit, title=title), scale=alt.Scale(nice=False, zero=False)
    )


def day(value: str) -> str:
    """A Vega expression that writes a date; what only a text names is not yet a date."""
    return f"timeFormat(toDate({value}), '%-d %B %Y')"


def moment(index: pd.Index) -> str:
    """A Vega expression that writes x for a tooltip."""
    value = datum(str(index.name))
    if isinstance(index, pd.DatetimeIndex):
        return day(value)
    return f"format({value}, ',~')"


def colour_scale(colours: dict[str, str]) -> alt.Scale:
    """Label → hex as a scale."""
    return alt.Scale(domain=list(colours), range=list(colours.values()))


def folded(frame: pd.DataFrame, names: list[str], *, connect: bool) -> alt.Chart:
    """The main data with its series as rows ``series``, ``shown``.

    ``connect`` draws through missing values, as a monthly series among daily ones needs.
    """
    if not connect:
        for name in names:
            valid = frame[name].notna().to_numpy()
            if valid.sum() > 1 and not (valid[1:] & valid[:-1]).any():
                raise FigureError(
                    f"the line {name!r} has no two neighbouring values and would be invisible; "
                    "pass connect=True."
                )
    chart = named("main").transform_fold([field(n) for n in names], as_=["series", "shown"])
    return chart.transform_filter("isValid(datum.shown)") if connect else chart


def end_labels(
    ends: pd.DataFrame,
    colours: dict[str, str],
    y_domain: tuple[float, float],
    height: int,
    *,
    log: bool,
) -> tuple[Layers, pd.DataFrame]:
    """Labels beside the right edge, moved apart where they would touch.

    Args:
        ends: columns series, value (where the line ends), text.
    """
    low, high = np.log(y_domain) if log else y_domain
    values = ends["value"].to_numpy(dtype=float)
    share = ((np.log(values) if log else values) - low) / (high - low)
    texts = [layout.wrapped(t, 15) for t in ends["text"]]
    more = np.array([t.count("\n") for t in texts])
    pixels = layout.dodge(list((1 - share) * height), list(15.0 * (more + 1)), height)
    # A text of several lines is placed by its first.
    first = np.array(pixels) - theme.LINE_HEIGHT / 2 * more
    labels = pd.DataFrame(
        {"series": list(ends["series"]), "pixel": np.round(first, 1), "text": texts}
    )
    layer = (
        named("labels")
        .mark_text(align="left", baseline="middle", dx=7, lineBreak="\n", fontWeight=600)
        .encode(
            x=alt.value("width"),
            y=alt.Y("pixel:Q", scale=None, axis=None),
            text="text:N",
            color=alt.Color("series:N", scale=colour_scale(colours), legend=None),
        )
    )
    return [layer], labels


def hover(index: pd.Index, x: alt.X, tips: dict[str, str], view: str = "hover") -> alt.Chart:
    """One vertical rule that reads every series at the nearest x.

    Args:
        tips: tooltip title → Vega expression.
    """
    texts = {f"tip_{i}": expression for i, expression in enumerate(tips.values())}
    when = "date" if isinstance(index, pd.DatetimeIndex) else str(index.name)
    point = alt.selection_point(
        name=f"{view}_point",
        on="pointermove",
        nearest=True,
        clear="pointerout",
        encodings=["x"],
        empty=False,
    )
    layer: alt.Chart = (
        named("main")
        .transform_calculate(tip_x=moment(index), **texts)
        .mark_rule(color=theme.hex_of("axis"), strokeWidth=1)
        .encode(
            x=x,
            opacity=alt.condition(point, alt.value(1), alt.value(0)),
            tooltip=[
                _text_tip("tip_x", when.capitalize()),
                *(_text_tip(f"tip_{i}", title) for i, title in enumerate(tips)),
            ],
        )
        .add_params(point)
        .properties(name=view)
    )
    return layer


def _text_tip(name: str, title: str) -> alt.Tooltip:
    """A tooltip of a text where the pointer meets the nearest mark's cell, not the mark.

    For plain text Vega-Lite reads the cell instead of the mark and shows "undefined"; with a
    format of its own it reads the mark. See ``customFormatTypes`` in the theme.
    """
    return alt.Tooltip(f"{name}:N", title=title, format="", formatType="toString")


def single() -> alt.Chart:
    """A chart on one row without columns, for marks at fixed places."""
    return alt.Chart(alt.sequence(0, 1))


def reference_rule(pixel: float, *, channel: str = "y", dashed: bool = False) -> alt.Chart:
    """A thin line at a fixed pixel. A value would switch off the grid of the shared axis."""
    rule = single().mark_rule(
        color=theme.hex_of("axis"), strokeWidth=1, strokeDash=[4, 3] if dashed else [1, 0]
    )
    drawn: alt.Chart = rule.encode(**{channel: alt.value(round(pixel, 1))})
    return drawn


def within(
    frame: pd.DataFrame | None, index: pd.Index, first: str, last: str
) -> pd.DataFrame | None:
    """Rows that touch the index's range, clipped to it; ``None`` when none do."""
    if frame is None or frame.empty:
        return None
    low, high = index[0], index[-1]
    inside = frame[(frame[last] >= low) & (frame[first] <= high)].copy()
    for name in {first, last}:
        inside[name] = inside[name].clip(lower=low, upper=high)
    return inside.reset_index(drop=True) if len(inside) else None


def event_layers(
    events: pd.DataFrame | None,
    index: pd.Index,
    room: float = theme.NARROW_PLOT,
    *,
    strong: bool = False,
) -> tuple[Layers, dict[str, pd.DataFrame]]:
    """Vertical rules with their labels above the plot, in as many rows as they need on a phone.

    Args:
        events: columns date (or the index's name) and label; those outside the range are left out.
        room: width of the plot on a phone, at which the labels must not collide.
        strong: drawn as what the chart is about, not as a background.
    """
    key = str(index.name)
    rows = within(events, index, key, key)
    if rows is None:
        return [], {}
    rows = rows[[key, "label"]].sort_values(key, kind="stable").reset_index(drop=True)
    span = (
        float((index[-1] - index[0]) / pd.Timedelta(days=1))
        if key == "date"
        else float(index[-1] - index[0])
    )
    gone = (rows[key] - index[0]) / pd.Timedelta(days=1) if key == "date" else rows[key] - index[0]
    share = gone.astype(float).to_numpy() / (span or 1.0)
    widths = [layout.text_width(t, 11) for t in rows["label"]]
    placed = layout.stagger(list(share * room), widths, room)
    rows["row"], rows["side"] = [row for row, _ in placed], [side for _, side in placed]
    rows["pixel"] = -8.0 - 14.0 * rows["row"]
    kind = "T" if key == "date" else "Q"
    base = named("events")
    colour = theme.hex_of("tech" if strong else "event")
    rule = base.mark_rule(
        color=colour, strokeWidth=2.5 if strong else 1, strokeDash=[1, 0] if strong else [3, 3]
    )
    top = alt.Y("pixel:Q", scale=None, axis=None)
    layers = [rule.encode(x=f"{key}:{kind}", y=top, y2=alt.value("height"))]
    for side, align, dx in SIDES:  # both, since a reader's other start may turn a label
        text = base.transform_filter(f"datum.side == '{side}'").mark_text(
            align=align,
            dx=dx,
            fontSize=12 if strong else 11,
            color=colour,
            fontWeight=600 if strong else "normal",
        )
        layers.append(text.encode(x=f"{key}:{kind}", y=top, text="label:N"))
    return layers, {"events": rows}


def span_layers(
    spans: pd.DataFrame | None, index: pd.Index, room: float = theme.NARROW_PLOT
) -> tuple[Layers, dict[str, pd.DataFrame]]:
    """Shaded stretches of time; a label stands inside at the bottom, above one that it would meet.

    Args:
        spans: columns start, end, label (label may be empty).
        room: pixels of the narrowest plot, where labels meet first.
    """
    rows = within(spans, index, "start", "end")
    if rows is None:
        return [], {}
    kind = "T" if isinstance(index, pd.DatetimeIndex) else "Q"
    rows = rows.assign(label=rows["label"] if "label" in rows.columns else "")[
        ["start", "end", "label"]
    ]
    rows["row"] = _rows_of(rows, index, room)
    base = named("spans")
    layers = [
        base.mark_rect(color=theme.hex_of("span")).encode(
            x=f"start:{kind}", x2="end", y=alt.value(0), y2=alt.value("height")
        )
    ]
    if rows["label"].astype(str).str.len().gt(0).any():
        # Once as a rim, so that an event's rule does not strike out the words.
        rim: dict[str, Any] = {"stroke": theme.hex_of("span"), "strokeWidth": 4}
        layers += [
            base.transform_filter(f"datum.row == {row}")
            .mark_text(
                align="left",
                baseline="bottom",
                dx=3,
                dy=-3 - _SPAN_LINE * row,
                fontSize=11,
                color=theme.hex_of("event"),
                **more,
            )
            .encode(x=f"start:{kind}", y=alt.value("height"), text="label:N")
            for row in sorted(set(rows["row"]))
            for more in (rim, dict[str, Any]())
        ]
    return layers, {"spans": rows}


def foot(spans: pd.DataFrame | None, height: int) -> float:
    """Share of the plot's height that the labels of spans need at the bottom."""
    if spans is None or not spans["label"].astype(str).str.len().gt(0).any():
        return 0.0
    return (_SPAN_LINE * (int(spans["row"].max()) + 1) + 3) / height


def _rows_of(rows: pd.DataFrame, index: pd.Index, room: float) -> list[int]:
    """The lowest row for each label in which it does not meet the one before it."""
    whole = index[-1] - index[0]
    free: list[float] = []
    placed = []
    for start, label in zip(rows["start"], rows["label"].astype(str), strict=True):
        at = float((start - index[0]) / whole) * room if whole else 0.0
        row = next((i for i, end in enumerate(free) if end <= at), len(free))
        free[row : row + 1] = [at + layout.text_width(label) + 6]
        placed.append(row)
    return placed


def background(
    table: pd.DataFrame,
    events: pd.DataFrame | None,
    spans: pd.DataFrame | None,
    beside: list[str] | None = None,
) -> tuple[Layers, dict[str, pd.DataFrame]]:
    """Spans and events; ``beside`` are the texts at the right that take room from the plot."""
    taken = max((layout.text_width(layout.wrapped(t, 15)) + 15 for t in beside or []), default=0)
    room = max(theme.NARROW_PLOT + 40 - taken, 150)
    shaded, shaded_data = span_layers(spans, table.index, room)
    marked, marked_data = event_layers(events, table.index, room)
    # The names of spans stand above the rules of events.
    return [*shaded[:1], *marked, *shaded[1:]], {**shaded_data, **marked_data}


def reference_at(
    value: float | None,
    reach: tuple[float, float],
    bottom: float,
    top: float = 0,
    *,
    log: bool = False,
    name: str = "",
) -> Layers:
    """A thin line at a value of the y scale, for a plot between two pixels; none outside ``reach``."""
    if value is None or not reach[0] <= value <= reach[1]:
        return []
    low, high, at = np.log([*reach, value]) if log else (*reach, value)
    rule = reference_rule(bottom - (at - low) / (high - low) * (bottom - top))
    return [rule.properties(name=name) if name else rule]
