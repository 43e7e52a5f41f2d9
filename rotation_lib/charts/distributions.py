"""Distributions, scatters and heatmaps: where one observation stands among many.

Builders take values or a tidy frame and return a Drawing. They must never test anything:
what the position means is the study's business.

    distribution(placebo, observed=0.012, unit="percentage points")
    scatter(weeks, x="yield", y="relative", unit_x="basis points", unit_y="percentage points")
    heatmap(months, unit="fraction")                          # row, column, value
"""

from __future__ import annotations

import json
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ..errors import FigureError
from . import alttext, layout, parts, theme
from .figure import Drawing
from .rows import need


def distribution(
    values: pd.Series | np.ndarray,
    *,
    observed: float | dict[str, float],
    unit: str,
    bins: int = 40,
    signed: bool = True,
    what: str = "Random dates",
    shows: str = "",
    height: int = 260,
) -> Drawing:
    """A histogram (of placebo results, say) with the observed value marked.

    Args:
        values: one number a draw; NaN is left out.
        observed: the value, or name → value for up to three.
        bins: of equal width over the range of values and observed.
        what: what the draws are, for tooltips.
        shows: the quantity, as a noun phrase: opens the text that says what is drawn.
    """
    draws = np.asarray(values, dtype=float)
    draws = draws[np.isfinite(draws)]
    if not len(draws):
        raise FigureError("distribution() got no finite value; show a sentence instead.")
    marks = observed if isinstance(observed, dict) else {"Observed": observed}
    marks = {k: float(v) for k, v in marks.items() if v is not None and np.isfinite(v)}
    everything = [*draws, *marks.values()]
    counts, edges = np.histogram(draws, bins=bins, range=(min(everything), max(everything) + 1e-12))
    table = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "count": counts})
    x = alt.X(
        "low:Q", bin="binned", axis=parts.number_axis(unit), scale=alt.Scale(nice=False, zero=False)
    )
    top = float(np.max(counts))
    tip = (
        f"({theme.number_expr('datum.low', unit, signed=signed)}) + ' to ' + "
        f"({theme.number_expr('datum.high', unit, signed=signed)})"
    )
    bar = (
        parts.named("main")
        .transform_calculate(tip=tip)
        .mark_bar(color=theme.hex_of("neutral"), binSpacing=1)
        .encode(
            x=x,
            x2="high",
            y=alt.Y(
                "count:Q",
                axis=parts.y_axis("count", tickMinStep=1, tickCount=4),
                scale=alt.Scale(domain=[0, top * 1.02], nice=False),
            ),
            tooltip=[
                alt.Tooltip("tip:N", title="Range"),
                alt.Tooltip("count:Q", title=what, format=","),
            ],
        )
    )
    texts = {k: f"{k} {layout.number_text(v, unit, signed=signed)}" for k, v in marks.items()}
    rows = pd.DataFrame({"x": list(marks.values()), "label": list(texts.values())}).rename_axis(
        None
    )
    layers, data = (
        parts.event_layers(
            rows, pd.Index([edges[0], edges[-1]], name="x"), theme.NARROW_PLOT + 20, strong=True
        )
        if len(rows)
        else ([], {})
    )
    chart = alt.layer(bar, *layers).properties(height=height)
    told = alttext.distribution(values, observed, unit, what=shows, signed=signed) if shows else ""
    return Drawing(chart, {"main": table, **data}, height, alt=told)


def scatter(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    unit_x: str,
    unit_y: str,
    title_x: str,
    title_y: str,
    fit: bool = True,
    label: str | None = None,
    highlight: list[str] | None = None,
    signed: bool = True,
    height: int = 340,
) -> Drawing:
    """Points with, if asked, their least-squares line; some points named.

    Args:
        frame: the columns ``x`` and ``y``; rows with NaN in either are left out. A ``date``
            column is shown in the tooltip.
        label: column that names the points. highlight: names written beside their points.
    """
    names = [x, y, *([label] if label else []), *(["date"] if "date" in frame.columns else [])]
    table = need(need(frame, *names)[names].dropna(subset=[x, y]), x, y)
    axis_x = parts.number_axis(unit_x, title=title_x)
    x_reach, y_reach = (
        layout.domain(table[x].to_numpy(float)),
        layout.domain(table[y].to_numpy(float)),
    )
    ex = alt.X(
        f"{parts.field(x)}:Q",
        axis=axis_x,
        scale=alt.Scale(domain=list(x_reach), nice=False, zero=False),
    )
    ey = alt.Y(
        f"{parts.field(y)}:Q",
        axis=parts.y_axis(unit_y),
        scale=alt.Scale(domain=list(y_reach), nice=False, zero=False),
    )
    tips = {
        title_x: theme.number_expr(parts.datum(x), unit_x, signed=signed),
        title_y: theme.number_expr(parts.datum(y), unit_y, signed=signed),
    }
    if "date" in table.columns:
        tips = {"Date": parts.day("datum.date"), **tips}
    if label:
        tips = {"Name": parts.datum(label), **tips}
    base = parts.named("main").transform_calculate(
        **{f"tip_{i}": e for i, e in enumerate(tips.values())}
    )
    dense = len(table) > 150
    head = parts.single().mark_text(
        align="left", baseline="bottom", text=title_y, color=theme.hex_of("caption")
    )
    layers = [
        *_axes(x_reach, y_reach, height),
        head.encode(x=alt.value(0), y=alt.value(-8)),
        base.mark_point(
            filled=True,
            size=18 if dense else 45,
            opacity=0.6 if dense else 0.85,
            color=theme.hex_of("small"),
        ).encode(
            x=ex, y=ey, tooltip=[alt.Tooltip(f"tip_{i}:N", title=t) for i, t in enumerate(tips)]
        ),
    ]
    data = {"main": table}
    if fit and len(table) > 2 and np.ptp(table[x].to_numpy(float)) > 0:
        slope, level = np.polyfit(table[x].to_numpy(float), table[y].to_numpy(float), 1)
        ends = np.array([table[x].min(), table[x].max()], dtype=float)
        data["fit"] = pd.DataFrame({x: ends, y: level + slope * ends})
        layers.append(
            parts.named("fit")
            .mark_line(color=theme.hex_of("tech"), strokeWidth=2.5, clip=True)
            .encode(x=ex, y=ey)
        )
    if highlight and label:
        chosen = base.transform_filter(
            f"indexof({json.dumps(highlight)}, {parts.datum(label)}) >= 0"
        )
        middle = float(np.mean(x_reach))
        tests = {"right": f"{parts.datum(x)} <= {middle}", "left": f"{parts.datum(x)} > {middle}"}
        for side, align, dx in parts.SIDES:
            layers.append(
                chosen.transform_filter(tests[side])
                .mark_text(align=align, dx=2 * dx, fontSize=11, fontWeight=600)
                .encode(x=ex, y=ey, text=f"{parts.field(label)}:N")
            )
    told = alttext.scatter(
        frame, x=x, y=y, unit_x=unit_x, unit_y=unit_y, title_x=title_x, title_y=title_y
    )
    return Drawing(alt.layer(*layers).properties(height=height), data, height, alt=told)


def _axes(x_reach: tuple[float, float], y_reach: tuple[float, float], height: int) -> parts.Layers:
    """Lines at zero where zero is in sight."""
    made: parts.Layers = []
    if y_reach[0] < 0 < y_reach[1]:
        made.append(parts.reference_rule(height * y_reach[1] / (y_reach[1] - y_reach[0])))
    if x_reach[0] < 0 < x_reach[1]:
        rule = parts.single().mark_rule(color=theme.hex_of("axis"), strokeWidth=1)
        made.append(rule.encode(x=alt.datum(0, title=None)))
    return made


def heatmap(
    frame: pd.DataFrame,
    *,
    unit: str,
    midpoint: float = 0.0,
    signed: bool = True,
    row_title: str = "Row",
    column_title: str = "Column",
    shows: str = "",
    step: int = 22,
) -> Drawing:
    """Cells coloured from negative over a pale midpoint to positive, e.g. months × years.

    Args:
        frame: columns row, column, value; rows and columns are drawn in order of appearance.
            A missing cell stays empty. Colours saturate at the 97.5th percentile of the size.
        shows: as in :func:`distribution`.
    """
    table = need(frame, "row", "column", "value")[["row", "column", "value"]]
    table = table.assign(row=table["row"].astype(str), column=table["column"].astype(str))
    finite = table["value"].dropna().to_numpy(float)
    if not len(finite):
        raise FigureError("heatmap() got no value; show a sentence instead.")
    order_x, order_y = list(dict.fromkeys(table["column"])), list(dict.fromkeys(table["row"]))
    size = float(np.quantile(np.abs(finite - midpoint), 0.975)) or 1.0
    widest = max(layout.text_width(name) for name in order_x) + 4
    short = f"width < {len(order_x) * widest:.0f} ? slice(datum.label, 0, 1) : datum.label"
    quiet: dict[str, Any] = {"title": None, "domain": False, "ticks": False, "labelOverlap": False}
    height = step * len(order_y)
    colour = alt.Color(
        "value:Q",
        scale=alt.Scale(
            domain=[midpoint - size, midpoint, midpoint + size],
            clamp=True,
            interpolate="lab",
            range=[theme.hex_of(n) for n in ("negative", "midpoint", "positive")],
        ),
        legend=alt.Legend(
            orient="top",
            title=None,
            direction="horizontal",
            gradientLength=160,
            gradientThickness=8,
            tickCount=3,
            labelExpr=theme.axis_expr(unit),
        ),
    )
    cell = (
        parts.named("main")
        .transform_filter("isValid(datum.value)")
        .transform_calculate(shown=theme.number_expr("datum.value", unit, signed=signed))
        .mark_rect(stroke=theme.hex_of("paper"), strokeWidth=1)
        .encode(
            x=alt.X(
                "column:N",
                sort=order_x,
                axis=alt.Axis(labelAngle=0, orient="top", labelExpr=short, **quiet),
            ),
            y=alt.Y("row:N", sort=order_y, axis=alt.Axis(**quiet)),
            color=colour,
            tooltip=[
                alt.Tooltip("row:N", title=row_title),
                alt.Tooltip("column:N", title=column_title),
                alt.Tooltip("shown:N", title="Value"),
            ],
        )
    )
    told = alttext.heatmap(frame, unit, what=shows, signed=signed) if shows else ""
    return Drawing(cell.properties(height=height), {"main": table}, height, alt=told)
