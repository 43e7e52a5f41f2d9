"""Bars: signed rankings, columns over time, decompositions, waterfalls, data coverage.

Names stand above their bars, so that long ones read on a phone. Each builder takes a tidy
frame and returns a Drawing; it must never aggregate.

    bars(sectors, unit="percentage points")                          # label, value (, note)
    columns(yearly, unit="percentage points")                        # date or label, value
    decomposition(split, parts_of=["Earnings", "Multiple"], unit="log change")
    waterfall(steps, unit="percentage points")                       # label, value, kind
    coverage(series)                                  # label, start, end (, kind)
"""

from __future__ import annotations

import json

import altair as alt
import numpy as np
import pandas as pd

from ..errors import FigureError
from . import alttext, layout, parts, theme
from .figure import Drawing
from .rows import TIGHT, Rows, mark_at, need, rows, value_domain

_BAR = 14


def bars(
    frame: pd.DataFrame,
    *,
    unit: str,
    sort: str = "value",
    signed: bool = True,
    colours: dict[str, str] | None = None,
    shows: str = "",
) -> Drawing:
    """Horizontal bars from zero, largest first, each with its value.

    Args:
        frame: columns label, value and, optionally, note (shown in the tooltip). NaN rows
            are left out.
        sort: "value" or "given".
        signed: values carry a sign, and bars are coloured by it.
        colours: label → meaning, to pick out some bars.
        shows: the quantity, as a noun phrase: opens the text that says what is drawn.
    """
    table = need(frame, "label", "value").dropna(subset=["value"])
    table = need(table, "label", "value")
    if sort == "value":
        table = table.sort_values("value", ascending=False, kind="stable", ignore_index=True)
    table = table[[c for c in ("label", "value", "note") if c in table.columns]]
    row = rows(table["label"])
    x = alt.X(
        "value:Q",
        axis=parts.number_axis(unit),
        scale=alt.Scale(domain=list(value_domain(table["value"].to_numpy(float))), nice=False),
    )
    base = parts.named("main").transform_calculate(
        shown=theme.number_expr("datum.value", unit, signed=signed)
    )
    bar = base.mark_bar(height=_BAR, yOffset=row.offset, cornerRadiusEnd=2).encode(
        y=row.y,
        x=x,
        color=_sign_colour(table, signed, colours),
        tooltip=[
            alt.Tooltip("label:N", title="Row"),
            alt.Tooltip("shown:N", title="Value"),
            *([alt.Tooltip("note:N", title="Note")] if "note" in table.columns else []),
        ],
    )
    layers = [row.names, _zero(row), bar, *_values(base, row, x)]
    return _stacked(layers, table, row.height, _told(frame, unit, shows, signed))


def _told(frame: pd.DataFrame, unit: str, shows: str, signed: bool) -> str:
    return alttext.bars(frame, unit, what=shows, signed=signed) if shows else ""


def _sign_colour(
    table: pd.DataFrame, signed: bool, colours: dict[str, str] | None
) -> alt.Color | object:
    if colours:
        rest = theme.hex_of("neutral")
        picked = {
            str(n): theme.hex_of(colours[n]) if n in colours else rest for n in table["label"]
        }
        return alt.Color("label:N", scale=parts.colour_scale(picked), legend=None)
    if not signed:
        return alt.value(theme.hex_of("small"))
    return alt.condition(
        "datum.value < 0", alt.value(theme.hex_of("negative")), alt.value(theme.hex_of("positive"))
    )


def _values(base: alt.Chart, row: Rows, x: alt.X) -> parts.Layers:
    made = []
    tests = {"right": "datum.value >= 0", "left": "datum.value < 0"}
    for side, align, dx in parts.SIDES:
        text = base.transform_filter(tests[side]).mark_text(
            align=align, dx=dx, yOffset=row.offset, fontWeight=600
        )
        made.append(text.encode(y=row.y, x=x, text="shown:N"))
    return made


def _zero(row: Rows) -> alt.Chart:
    return mark_at(0.0, row)


def _stacked(layers: list[alt.Chart], table: pd.DataFrame, height: int, told: str = "") -> Drawing:
    chart = alt.layer(*layers).properties(height=height)
    return Drawing(chart, {"main": table}, height, alt=told)


def columns(
    frame: pd.DataFrame,
    *,
    unit: str,
    signed: bool = True,
    colours: dict[str, str] | None = None,
    values: bool | None = None,
    shows: str = "",
    height: int = 280,
) -> Drawing:
    """Vertical bars for periods or a few short labels, coloured by sign.

    Args:
        frame: columns label (short text or a year; drawn in the given order) and value;
            NaN leaves an empty place.
        colours: label → meaning, to pick out some bars; the others turn neutral.
        values: write each value; by default for up to eight bars.
        shows: as in :func:`bars`.
    """
    table = need(frame, "label", "value")[["label", "value"]]
    table = table.assign(label=table["label"].astype(str))
    if table["value"].notna().sum() == 0:
        raise FigureError("columns() got no value; show a sentence instead.")
    shown_values = len(table) <= 8 if values is None else values
    reach = value_domain(table["value"].to_numpy(float), room=0.08 if shown_values else 0.03)
    order = list(table["label"])
    each = max(layout.text_width(name) for name in order) + 14
    # As many labels as there is room for, evenly, the last one always among them.
    keep = (
        f"({len(order) - 1} - indexof({json.dumps(order)}, datum.value)) "
        f"% max(1, ceil({len(order)} * {each:.0f} / width)) == 0"
    )
    x = alt.X(
        "label:N",
        sort=order,
        scale=alt.Scale(paddingInner=0.25, paddingOuter=0.1),
        axis=alt.Axis(
            title=None,
            labelAngle=0,
            labelExpr=f"{keep} ? datum.label : ''",
            labelOverlap=False,
            domain=False,
            ticks=False,
        ),
    )
    y = alt.Y("value:Q", axis=parts.y_axis(unit), scale=alt.Scale(domain=list(reach), nice=False))
    base = (
        parts.named("main")
        .transform_filter("isValid(datum.value)")
        .transform_calculate(shown=theme.number_expr("datum.value", unit, signed=signed))
    )
    bar = base.mark_bar(cornerRadiusEnd=1).encode(
        x=x,
        y=y,
        color=_sign_colour(table, signed, colours),
        tooltip=[alt.Tooltip("label:N", title="Period"), alt.Tooltip("shown:N", title="Value")],
    )
    layers = [
        bar,
        parts.single()
        .mark_rule(color=theme.hex_of("axis"))
        .encode(y=alt.value(round(height * reach[1] / (reach[1] - reach[0]), 1))),
    ]
    if shown_values:
        for test, dy in (("datum.value >= 0", -8), ("datum.value < 0", 9)):
            text = base.transform_filter(test).mark_text(dy=dy, fontSize=11)
            layers.append(text.encode(x=x, y=y, text="shown:N"))
    return _stacked(layers, table, height, _told(frame, unit, shows, signed))


def decomposition(
    frame: pd.DataFrame,
    *,
    parts_of: list[str],
    unit: str,
    total: str = "Total",
    colours: dict[str, str] | None = None,
    sort: str = "value",
) -> Drawing:
    """What a change is made of: signed parts stacked from zero, the total as a tick.

    Args:
        frame: column label and one column per part; a row with a missing part is left out.
        parts_of: the parts, which add up to the total.
        total: name of the total in the table and tooltip.
        sort: "value" (largest total first) or "given".
    """
    table = need(frame, "label", *parts_of)[["label", *parts_of]].dropna()
    table = need(table, "label").assign(**{total: lambda t: t[parts_of].sum(axis=1)})
    if sort == "value":
        table = table.sort_values(total, ascending=False, kind="stable", ignore_index=True)
    palette = theme.assign(parts_of, colours)
    row = rows(table["label"])
    pieces = table[parts_of].to_numpy(float)
    edges = np.array([pieces.clip(max=0).sum(axis=1), pieces.clip(min=0).sum(axis=1)]).ravel()
    x_scale = alt.Scale(domain=list(value_domain(edges)), nice=False)
    axis = parts.number_axis(unit)
    shown = {
        f"tip_{i}": theme.number_expr(parts.datum(n), unit, signed=True)
        for i, n in enumerate([*parts_of, total])
    }
    tips = [alt.Tooltip("label:N", title="Row")]
    tips += [alt.Tooltip(f"tip_{i}:N", title=n) for i, n in enumerate([*parts_of, total])]
    base = parts.named("main").transform_calculate(
        **shown, value=parts.datum(total), shown=f"datum.tip_{len(parts_of)}"
    )
    folded = base.transform_fold([parts.field(n) for n in parts_of], as_=["part", "size"])
    legend = alt.Legend(orient="top", title=None, columns=len(parts_of))
    bar = (
        folded.mark_bar(height=_BAR, yOffset=row.offset)
        .encode(
            y=row.y,
            x=alt.X("size:Q", stack="zero", axis=axis, scale=x_scale),
            color=alt.Color("part:N", scale=parts.colour_scale(palette), legend=legend),
            order=alt.Order("index:Q"),
            tooltip=tips,
        )
        .transform_calculate(index=f"indexof({json.dumps(parts_of)}, datum.part)")
    )
    x = alt.X("value:Q", axis=axis, scale=x_scale)
    tick = base.mark_tick(
        orient="vertical",
        color=theme.hex_of("ink"),
        thickness=3,
        height=22,
        yOffset=row.offset,
        opacity=1,
    )
    ends = pd.Series(pieces.clip(min=0).sum(axis=1))
    table = table.assign(edge=ends.round(9))
    value = base.mark_text(align="left", dx=6, yOffset=row.offset, fontWeight=600).encode(
        y=row.y, x=alt.X("edge:Q", scale=x_scale, axis=axis), text="shown:N"
    )
    layers = [row.names, _zero(row), bar, tick.encode(y=row.y, x=x, tooltip=tips), value]
    return _stacked(layers, table, row.height)


def waterfall(frame: pd.DataFrame, *, unit: str, signed: bool = True) -> Drawing:
    """Steps from nothing to a total, one row each.

    Args:
        frame: columns label, value, kind; "part" adds to what is above it, "total" states
            the sum so far and must agree with it.
    """
    table = need(frame, "label", "value", "kind")[["label", "value", "kind"]]
    if table["value"].isna().any() or not table["kind"].isin(["part", "total"]).all():
        raise FigureError("waterfall() needs a value in every row and a kind of 'part' or 'total'.")
    running = table["value"].where(table["kind"] == "part", 0.0).cumsum()
    is_total = table["kind"] == "total"
    wrong = is_total & ~np.isclose(table["value"], running, rtol=1e-6, atol=1e-9)
    if wrong.any():
        row = table[wrong].iloc[0]
        raise FigureError(
            f"waterfall() total {row['label']!r} is {row['value']:.6g}, but the parts "
            f"above it add up to {running[wrong].iloc[0]:.6g}."
        )
    table = table.assign(
        end=running.round(9), begin=(running - table["value"]).where(~is_total, 0.0).round(9)
    )
    row = rows(table["label"])
    reach = value_domain(table[["begin", "end"]].to_numpy(float).ravel())
    scale, axis = alt.Scale(domain=list(reach), nice=False), parts.number_axis(unit)
    base = parts.named("main").transform_calculate(
        shown=theme.number_expr("datum.value", unit, signed=signed),
        edge="max(datum.begin, datum.end)",
    )
    bar = (
        base.mark_bar(height=_BAR, yOffset=row.offset)
        .encode(
            y=row.y,
            x=alt.X("begin:Q", scale=scale, axis=axis),
            x2="end",
            color=alt.Color(
                "colour:N",
                legend=None,
                scale=alt.Scale(
                    domain=["total", "down", "up"],
                    range=[theme.hex_of(n) for n in ("large", "negative", "positive")],
                ),
            ),
            tooltip=[alt.Tooltip("label:N", title="Step"), alt.Tooltip("shown:N", title="Value")],
        )
        .transform_calculate(
            colour="datum.kind == 'total' ? 'total' : datum.value < 0 ? 'down' : 'up'"
        )
    )
    value = base.mark_text(align="left", dx=5, yOffset=row.offset, fontWeight=600).encode(
        y=row.y, x=alt.X("edge:Q", scale=scale, axis=axis), text="shown:N"
    )
    return _stacked([row.names, _zero(row), bar, value], table, row.height)


def coverage(
    frame: pd.DataFrame, *, colours: dict[str, str] | None = None, step: int = 32
) -> Drawing:
    """From when to when data reach: one bar per stretch.

    Args:
        frame: columns label, start, end and, optionally, kind (coloured, with a legend). A
            label may occur in several rows when its data have a gap.
    """
    table = need(frame, "label", "start", "end")
    if (table["start"] > table["end"]).any():
        raise FigureError("coverage() got a start after its end; swap them.")
    kind = "kind" in table.columns
    table = table[["label", "start", "end", *(["kind"] if kind else [])]]
    labels = table["label"].drop_duplicates()
    y = alt.Y("label:N", sort=list(labels), axis=None, scale=TIGHT)
    axis = parts.date_axis(table["start"].min(), table["end"].max())
    axis["grid"] = True
    x = alt.X("start:T", axis=axis, scale=alt.Scale(nice=False))
    colour: object = alt.value(theme.hex_of("small"))
    if kind:
        kinds = list(dict.fromkeys(table["kind"]))
        colour = alt.Color(
            "kind:N",
            scale=parts.colour_scale(theme.assign(kinds, colours)),
            legend=alt.Legend(orient="top", title=None, columns=2),
        )
    base = parts.named("main").transform_calculate(
        tip_start=parts.day("datum.start"),
        tip_end=parts.day("datum.end"),
    )
    tips = [
        alt.Tooltip("label:N", title="Series"),
        alt.Tooltip("tip_start:N", title="From"),
        alt.Tooltip("tip_end:N", title="To"),
    ]
    bar = base.mark_bar(height=8, yOffset=9, cornerRadius=2).encode(
        y=y, x=x, x2="end", color=colour, tooltip=tips
    )
    name = (
        base.transform_aggregate(groupby=["label"])
        .mark_text(align="left", baseline="middle", yOffset=-4, fontSize=11.5)
        .encode(y=y, x=alt.value(0), text="label:N")
    )
    return _stacked([bar, name], table, len(labels) * step)
