"""Estimates with their uncertainty: forest charts and specification curves.

Filled marks exclude the reference, hollow ones do not, so that colour is never the only
sign. Builders take a tidy frame and return a Drawing; they must never compute an interval.

    forest(betas, unit="percentage points", reference=0)                     # label, value, low, high
    specification_curve(specs, unit="percentage points", headline="Weekly, whole sample")
    specification_curve(specs, unit="percentage points", factors=["Yield", "Sample"])
"""

from __future__ import annotations

import re
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from ..errors import FigureError, nearest
from . import alttext, layout, parts, theme
from .figure import Drawing
from .rows import mark_at, need, rows

_ROW = 44
#: Most and fewest letters of a name's line; the numbers stand beside it.
_LETTERS = (38, 14)
#: Between a row's value and its interval.
_OPEN = " ("
#: Least room between a name and its numbers.
_GAP = 4
_NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?")


def forest(
    frame: pd.DataFrame,
    *,
    unit: str,
    reference: float | None = 0.0,
    sort: str = "given",
    show: str = "auto",
    signed: bool | None = None,
    shows: str = "",
) -> Drawing:
    """One row per estimate: dot, interval, and the numbers beside the name.

    Args:
        frame: columns label, value, low, high and, optionally, note (tooltip). A row
            without bounds is a dot alone; a row without a value is left out.
        reference: value of no effect, drawn as a thin line; ``None`` for none.
        sort: "given" or "value".
        show: "auto" (value and interval; the values alone where a narrow screen has no room
            for more beside one of the names), "value" or "none".
        signed: sign on the numbers; by default when the reference is zero.
        shows: the quantity, as a noun phrase: opens the text that says what is drawn.
    """
    signed = reference == 0 if signed is None else signed
    table = need(need(frame, "label", "value", "low", "high").dropna(subset=["value"]), "label")
    if sort == "value":
        table = table.sort_values("value", ascending=False, kind="stable", ignore_index=True)
    table = table[[c for c in ("label", "value", "low", "high", "note") if c in table.columns]]
    table = table.assign(verdict=verdicts(table, reference))
    table["shown"] = [
        _row_text(r.value, r.low, r.high, unit, show, signed) for r in table.itertuples()
    ]
    letters = _letters(table["shown"])
    beside = max(map(layout.text_width, table["shown"])) + _GAP
    row = rows(table["label"], _ROW, letters, beside)
    extra = [] if reference is None else [reference]
    reach = layout.domain([*table[["value", "low", "high"]].to_numpy(float).ravel(), *extra])
    axis = parts.number_axis(unit)
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(domain=list(reach), nice=False, zero=False))
    tips = interval_tips(unit, signed, "note" in table.columns)
    base = parts.named("main").transform_calculate(**tip_texts(unit, signed))
    numbers = base.transform_calculate(beside=_fitting(table, letters))
    layers: parts.Layers = [row.names]
    if reference is not None:
        layers.append(mark_at(reference, row))
    layers += [
        base.mark_rule(strokeWidth=2.5, yOffset=row.offset).encode(
            y=row.y,
            x=alt.X("low:Q", axis=axis, scale=x["scale"]),
            x2="high",
            color=verdict_colour(),
        ),
        *dots(base, x, row.y, tips, size=75, offset=row.offset),
        numbers.mark_text(
            align="right", baseline="top", yOffset=row.offset - 28, fontWeight=600
        ).encode(y=row.y, x=alt.value("width"), text="beside:N"),
    ]
    told = _told(frame, unit, shows, reference or 0.0, signed)
    chart = alt.layer(*layers).properties(height=row.height)
    return Drawing(chart, {"main": table}, row.height, alt=told)


def _told(frame: pd.DataFrame, unit: str, shows: str, reference: float, signed: bool) -> str:
    if not shows:
        return ""
    return alttext.intervals(frame, unit, what=shows, reference=reference, signed=signed)


def verdicts(table: pd.DataFrame, reference: float | None) -> list[str]:
    """ "above", "below" or "open" (the interval contains the reference, or there is none)."""
    if reference is None:
        return ["above"] * len(table)
    return [
        "above" if low > reference else "below" if high < reference else "open"
        for low, high in zip(table["low"], table["high"], strict=True)
    ]


def verdict_colour() -> alt.Color:
    """Colour of an estimate by its verdict."""
    return alt.Color(
        "verdict:N",
        legend=None,
        scale=alt.Scale(
            domain=["above", "below", "open"],
            range=[theme.hex_of(n) for n in ("small", "negative", "neutral")],
        ),
    )


def dots(
    base: alt.Chart, x: alt.X, y: alt.Y, tips: list[alt.Tooltip], *, size: int, offset: int = 0
) -> parts.Layers:
    """Filled for estimates that exclude the reference, hollow for the others."""
    common: dict[str, Any] = {"size": size, "yOffset": offset, "opacity": 1}
    hollow = base.transform_filter("datum.verdict == 'open'").mark_point(
        filled=True, fill=theme.hex_of("paper"), strokeWidth=2, **common
    )
    filled = base.transform_filter("datum.verdict != 'open'").mark_point(filled=True, **common)
    return [
        hollow.encode(
            x=x,
            y=y,
            stroke=alt.Stroke("verdict:N", legend=None, scale=verdict_colour()["scale"]),
            tooltip=tips,
        ),
        filled.encode(x=x, y=y, color=verdict_colour(), tooltip=tips),
    ]


def tip_texts(unit: str, signed: bool) -> dict[str, str]:
    """Calculated texts for tooltips of value and interval."""
    value, low, high = (
        theme.number_expr(f"datum.{n}", unit, signed=signed) for n in ("value", "low", "high")
    )
    between = f"isValid(datum.low) ? ({low}) + ' to ' + ({high}) : 'none'"
    return {"tip_value": value, "tip_interval": between}


def interval_tips(unit: str, signed: bool, note: bool) -> list[alt.Tooltip]:
    """Tooltips of an estimate; pair with :func:`tip_texts`."""
    tips = [
        alt.Tooltip("label:N", title="Estimate"),
        alt.Tooltip("tip_value:N", title="Value"),
        alt.Tooltip("tip_interval:N", title="Interval"),
    ]
    return [*tips, alt.Tooltip("note:N", title="Note")] if note else tips


def _row_text(value: float, low: float, high: float, unit: str, show: str, signed: bool) -> str:
    if show == "none":
        return ""
    alone = layout.number_text(value, unit, signed=signed)
    if show == "value" or not np.isfinite(low):
        return alone
    suffix = theme.unit(unit).suffix
    ends = [layout.number_text(v, unit, signed=signed).removesuffix(suffix) for v in (low, high)]
    return f"{alone}{_OPEN}{ends[0]} to {ends[1]})"


def _letters(shown: pd.Series) -> int:
    """Letters of a name's line that leave room for every row's numbers on a phone."""
    left = theme.NARROW_ROW - _GAP - max(layout.text_width(text) for text in shown)
    most, fewest = _LETTERS
    return int(np.clip(left // (theme.FONT_SIZE * theme.CHARACTER), fewest, most))


def _fitting(table: pd.DataFrame, letters: int) -> str:
    """A Vega expression: the rows' numbers as far as all fit beside their names as drawn."""
    needs = [
        layout.text_width(layout.wrapped(str(label), letters)) + layout.text_width(shown) + _GAP
        for label, shown in zip(table["label"], table["shown"], strict=True)
        if _OPEN in shown
    ]
    need = round(max(needs, default=0))
    if need <= theme.NARROW_PLOT:
        return "datum.shown"
    return f"{need} > width ? split(datum.shown, '{_OPEN}')[0] : datum.shown"


def specification_curve(
    frame: pd.DataFrame,
    *,
    unit: str,
    reference: float = 0.0,
    factors: list[str] | None = None,
    headline: str | None = None,
    signed: bool = True,
    shows: str = "",
    height: int = 240,
) -> Drawing:
    """All specifications, sorted by estimate, with their intervals and, below, their choices.

    Args:
        frame: columns label, value, low, high and one column per factor (text).
        factors: columns shown as a matrix below: one row per choice, ordered by
            :func:`in_order`.
        headline: label of the specification to mark.
        shows: as in :func:`forest`.
    """
    table = need(need(frame, "label", "value", "low", "high").dropna(subset=["value"]), "label")
    table = table.sort_values("value", kind="stable", ignore_index=True)
    table = table[["label", "value", "low", "high", *(factors or [])]]
    table = table.assign(rank=np.arange(1, len(table) + 1), verdict=verdicts(table, reference))
    reach = layout.domain([*table[["value", "low", "high"]].to_numpy(float).ravel(), reference])
    x = alt.X("rank:Q", scale=alt.Scale(domain=[0, len(table) + 1], nice=False), axis=None)
    scale = alt.Scale(domain=list(reach), range=[height, 0], nice=False, zero=False)
    axis = parts.y_axis(unit, grid=True, orient="left")
    y = alt.Y("value:Q", axis=axis, scale=scale)
    base = parts.named("main").transform_calculate(**tip_texts(unit, signed))
    size = 46 if len(table) <= 40 else 22
    share = (reference - reach[0]) / (reach[1] - reach[0])
    estimates = [
        parts.reference_rule((1 - share) * height, dashed=True),
        base.mark_rule(strokeWidth=1.5, opacity=0.6).encode(
            x=x, y=alt.Y("low:Q", axis=axis, scale=scale), y2="high", color=verdict_colour()
        ),
        *dots(base, x, y, interval_tips(unit, signed, False), size=size),
    ]
    data = {"main": table}
    if headline is not None:
        estimates += _headline(base, x, y, headline, table)
    total = height
    chart = alt.layer(*estimates)
    if factors:
        orders = {factor: in_order(frame[factor]) for factor in factors}
        matrix, data["choices"], total = _matrix(table, orders, x, height)
        chart = alt.layer(chart, matrix).resolve_scale(y="independent")
    told = _told(frame, unit, shows, reference, signed)
    return Drawing(chart.properties(height=total), data, total, alt=told)


def _headline(
    base: alt.Chart, x: alt.X, y: alt.Y, headline: str, table: pd.DataFrame
) -> parts.Layers:
    """A ring around one specification and its name above the plot."""
    row = table[table["label"] == headline]
    if row.empty:
        near = nearest(headline, table["label"])
        raise FigureError(f"no specification is called {headline!r}; {near}.")
    align: Literal["left", "right"] = (
        "right" if int(row["rank"].iloc[0]) > len(table) / 2 else "left"
    )
    chosen = base.transform_filter(alt.FieldEqualPredicate(field="label", equal=headline))
    ink = theme.hex_of("ink")
    text = layout.wrapped(headline, 40)
    return [
        chosen.mark_rule(color=ink, strokeDash=[2, 3]).encode(x=x, y=y, y2=alt.value(-4)),
        chosen.mark_point(filled=False, stroke=ink, size=170, strokeWidth=2, opacity=1).encode(
            x=x, y=y
        ),
        chosen.mark_text(
            align=align, baseline="bottom", fontWeight=600, text=text, lineBreak="\n"
        ).encode(x=x, y=alt.value(-7 - 14 * text.count("\n"))),
    ]


def in_order(choices: pd.Series) -> list[str]:
    """The choices of a factor as a reader expects them.

    Categories keep their order; choices that all begin with a number go by it ("5 sessions"
    before "21 sessions"); others keep the order in which the frame first names them.
    """
    if isinstance(choices.dtype, pd.CategoricalDtype):
        return [str(c) for c in choices.cat.categories if (choices == c).any()]
    found = list(dict.fromkeys(choices.dropna().astype(str)))
    numbers = [_NUMBER.match(choice) for choice in found]
    if not all(numbers):
        return found
    size = {
        c: float(n[0].replace(",", "").replace("−", "-"))
        for c, n in zip(found, numbers, strict=True)
        if n
    }
    return sorted(found, key=lambda choice: (size[choice], choice))


def _matrix(
    table: pd.DataFrame, orders: dict[str, list[str]], x: alt.X, top: int
) -> tuple[Any, pd.DataFrame, int]:
    """A row per choice of each factor, a mark where a specification makes it."""
    long = table.astype(dict.fromkeys(orders, str)).melt(
        id_vars=["rank", "verdict"], value_vars=list(orders), var_name="factor", value_name="choice"
    )
    made = set(zip(long["factor"], long["choice"], strict=True))
    order, heads, pixel = {}, [], top + 26
    for factor, choices in orders.items():
        heads.append({"factor": factor, "pixel": pixel})
        for choice in [c for c in choices if (factor, c) in made]:
            pixel += 17
            order[(factor, choice)] = pixel
        pixel += 25
    long["pixel"] = [order[pair] for pair in zip(long["factor"], long["choice"], strict=True)]
    names = pd.DataFrame(
        [{"text": c, "pixel": p, "kind": "choice"} for (_, c), p in order.items()]
        + [{"text": h["factor"], "pixel": h["pixel"], "kind": "factor"} for h in heads]
    )
    marks = (
        parts.named("choices")
        .transform_filter("datum.kind == 'mark'")
        .mark_tick(thickness=2, height=10, orient="vertical")
        .encode(x=x, y=alt.Y("pixel:Q", scale=None, axis=None), color=verdict_colour())
    )
    texts = [
        parts.named("choices")
        .transform_filter(f"datum.kind == '{kind}'")
        .mark_text(
            align="right",
            fontSize=11,
            fontWeight=600 if kind == "factor" else 400,
            color=theme.hex_of(colour),
            dx=-8,
        )
        .encode(x=alt.value(0), y=alt.Y("pixel:Q", scale=None, axis=None), text="text:N")
        for kind, colour in (("choice", "caption"), ("factor", "ink"))
    ]
    data = pd.concat(
        [long.assign(kind="mark", text=None)[["rank", "verdict", "pixel", "kind", "text"]], names],
        ignore_index=True,
    )
    return alt.layer(marks, *texts), data, pixel - 15
