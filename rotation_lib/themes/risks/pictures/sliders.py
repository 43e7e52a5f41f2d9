"""The what-if that a reader sets: five sliders, what each move does, and the answer's interval.

The arithmetic runs inside the chart, from coefficients and covariance in its data; the study's
``FactorModel.predict`` is the same formula. It must never hold a coefficient of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from .... import words
from ....charts import intervals, parts, theme
from ....charts.figure import Drawing, Figure
from ....charts.layout import domain
from ....charts.of_findings import Findings, nothing, origin
from ....charts.rows import TIGHT
from ....prose.markdown import Prose

WEEKS = 13
TOTAL = "All together"
_ROW = 44
_OFFSET = _ROW // 2 - 12
#: Pixels from which each move's interval fits beside its name.
_WIDE = 440


@dataclass(frozen=True)
class Slider:
    """How a factor is set: in basis points or per cent, in steps, to a multiple of ``whole``."""

    label: str
    unit: str
    per: float
    step: float
    whole: float

    def model(self, value: str) -> str:
        """A Vega expression: what is set, as the model takes it (returns as log returns)."""
        return f"log(1 + {value} / 100)" if self.unit == "%" else f"{value} / {self.per:g}"


_BP = ("bp", 100.0, 5.0, 25.0)
_PERCENT = ("%", 100.0, 0.5, 5.0)
SLIDERS = {
    "two_year": Slider("2-year yield", *_BP),
    "curve": Slider("10-year minus 2-year", *_BP),
    "breakeven": Slider("10-year breakeven", *_BP),
    "credit": Slider("Credit excess return", *_PERCENT),
    "market": Slider("Large-cap return", *_PERCENT),
}


def set_scenario(frame: pd.DataFrame, yield_shock: float, f: Findings) -> Figure | Prose:
    """The chart with its sliders; ``frame`` as ``scenario.slider_model``.

    Args:
        frame: one row a term; empty where the model cannot be fitted.
        yield_shock: where the slider of the 2-year yield starts, in percentage points.
        f: findings, for dates and names.
    """
    if frame.empty:
        return nothing("The what-if to set", f["risks.what_if_yield"])
    small, large = f["risks.beta"].series
    frame = frame.reset_index(drop=True)
    start = _started(frame, yield_shock)
    answer = _answer(frame, start)
    moved = words.bp(start["two_year"], signed=True)
    return _drawing(frame, start, small, large).figure(
        "risks.set_scenario",
        title=set_scenario_title(f),
        subtitle=f"Return of {small} over {large} in {WEEKS} weeks if this happened, with 95% intervals",
        unit="per cent in 13 weeks",
        **origin(f, "risks.what_if_yield"),
        alt=_alt(answer, moved, small, large),
        note="Sliders reach as far as any thirteen weeks of the window went. Upper rows: what each move "
        "adds, with its confidence interval. Last row: all of it, with the interval for one such quarter.",
    )


def set_scenario_title(f: Findings) -> str:
    """Title of the chart with sliders, which cannot state what its reader will set."""
    small, large = f["risks.beta"].series
    return f"Set the moves of a quarter: what the model makes of {small} against {large}"


def _started(frame: pd.DataFrame, yield_shock: float) -> dict[str, float]:
    low, high, step = _reach(frame)["two_year"]
    first = min(max(round(yield_shock * 100 / step) * step, low), high)
    return {**dict.fromkeys(SLIDERS, 0.0), "two_year": float(first)}


def _reach(frame: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Lowest, highest and step of each slider: how far a quarter went, rounded outwards."""
    ends = frame.set_index("term")[["lowest", "highest"]]
    return {
        name: (
            min(math.floor(ends.loc[name, "lowest"] * 100 / s.whole), -1) * s.whole,
            max(math.ceil(ends.loc[name, "highest"] * 100 / s.whole), 1) * s.whole,
            s.step,
        )
        for name, s in SLIDERS.items()
    }


def _answer(frame: pd.DataFrame, setting: dict[str, float]) -> tuple[float, float, float]:
    """Value, low and high of a setting, as the chart computes them: for axis and alt text."""
    terms = list(frame["term"])
    x = np.array([
        WEEKS if t == "const"
        else np.log1p(setting[t] / 100) if SLIDERS[t].unit == "%"
        else setting[t] / SLIDERS[t].per
        for t in terms
    ])  # fmt: skip
    value = float(x @ frame["coefficient"])
    covariance = frame[[f"cov_{t}" for t in terms]].to_numpy(dtype=float)
    variance = float(x @ covariance @ x) + WEEKS * float(frame["residual"].iloc[0]) ** 2
    half = float(frame["quantile"].iloc[0]) * math.sqrt(variance)
    return math.expm1(value), math.expm1(value - half), math.expm1(value + half)


def _drawing(frame: pd.DataFrame, start: dict[str, float], small: str, large: str) -> Drawing:
    names = [str(label) for label in frame["label"]]
    height = _ROW * (len(names) + 1)
    y = alt.Y("label:N", axis=None, scale=alt.Scale(**TIGHT.to_dict(), domain=[*names, TOTAL]))
    reach = _reach(frame)
    corners = product(*(reach[name][:2] for name in SLIDERS))
    ends = [v for c in corners for v in _answer(frame, dict(zip(SLIDERS, c, strict=True)))]
    scale = alt.Scale(domain=list(domain(ends)), nice=False, zero=False, clamp=True)
    x = alt.X("value:Q", axis=parts.number_axis("fraction"), scale=scale)
    params = [
        alt.param(
            name=name,
            value=start[name],
            bind=alt.binding_range(
                min=reach[name][0], max=reach[name][1], step=s.step, name=f"{s.label}, {s.unit}"
            ),
        )
        for name, s in SLIDERS.items()
    ]
    # What a group of rows computes is computed once for all its marks.
    each = _each(alt.layer(*_marks(x, y, heavy=False), data=alt.NamedData(name="main")))
    total = _total(
        alt.layer(*_marks(x, y, heavy=True), data=alt.NamedData(name="main")), small, large
    )
    chart = alt.layer(each, total).add_params(*params).properties(height=height)
    return Drawing(chart, {"main": frame}, height)


def _moves() -> dict[str, str]:
    """Vega expressions: the move of each term as the model takes it."""
    return {"const": str(WEEKS), **{name: s.model(name) for name, s in SLIDERS.items()}}


def _terms(rows: Any) -> Any:
    """Each term with ``move``, ``part`` (log return) and ``spread`` (its share of the variance)."""
    chosen = "0"
    for name, move in _moves().items():
        chosen = f"datum.term == '{name}' ? {move} : {chosen}"
    spread = " + ".join(f"datum.cov_{name} * {move}" for name, move in _moves().items())
    return (
        rows.transform_calculate(move=chosen)
        .transform_calculate(part="datum.coefficient * datum.move")
        .transform_calculate(spread=f"datum.move * ({spread})")
    )


def _each(rows: Any) -> Any:
    """One row a term: what its move adds, and the confidence interval of that."""
    said = f"datum.term == 'const' ? ' over {WEEKS} weeks' : ''"
    for name, s in SLIDERS.items():
        number = f"({name} > 0 ? '+' : '') + format({name}, ',~')"
        said = f"datum.term == '{name}' ? ', ' + {number} + '{'' if s.unit == '%' else ' '}{s.unit}' : {said}"
    ends = ("datum.low * datum.move", "datum.high * datum.move")
    return (
        _terms(rows)
        .transform_calculate(written=f"replace(datum.label, ' a week', '') + ({said})")
        .transform_calculate(value="exp(datum.part) - 1")
        .transform_calculate(first=f"exp(min({', '.join(ends)})) - 1")
        .transform_calculate(last=f"exp(max({', '.join(ends)})) - 1")
        .transform_calculate(**_verdict())
        .transform_calculate(shown=_number("value"))
        .transform_calculate(
            shown="datum.shown + (datum.first < datum.last ? ' (' + "
            f"{_number('first')} + ' to ' + {_number('last')} + ')' : '')"
        )
    )


def _total(rows: Any, small: str, large: str) -> Any:
    """The row of all moves together, with the prediction interval."""
    value, low, high = (_number(name) for name in ("value", "first", "last"))
    return (
        _terms(rows)
        .transform_aggregate(
            log="sum(part)", variance="sum(spread)", residual="max(residual)", t="max(quantile)"
        )
        .transform_calculate(
            half=f"datum.t * sqrt(datum.variance + {WEEKS} * datum.residual * datum.residual)"
        )
        .transform_calculate(
            label=f"'{TOTAL}'",
            written=f"'{TOTAL}'",
            value="exp(datum.log) - 1",
            first="exp(datum.log - datum.half) - 1",
            last="exp(datum.log + datum.half) - 1",
        )
        .transform_calculate(**_verdict())
        .transform_calculate(shown=f"{value} + ' (' + {low} + ' to ' + {high} + ')'")
        .transform_calculate(
            said=f"'{small} over {large} in {WEEKS} weeks: ' + {value} + ', 95% interval ' + "
            f"{low} + ' to ' + {high} + '.'"
        )
    )


def _number(name: str) -> str:
    """A Vega expression: a column as a signed percentage."""
    return f"({theme.number_expr(f'datum.{name}', 'fraction', signed=True)})"


def _verdict() -> dict[str, str]:
    return {"verdict": "datum.first > 0 ? 'above' : datum.last < 0 ? 'below' : 'open'"}


def _marks(x: alt.X, y: alt.Y, *, heavy: bool) -> parts.Layers:
    """Name, interval, dot and number of each row; ``heavy`` is for the answer."""
    base = alt.Chart()
    weight: Literal["bold", "normal"] = "bold" if heavy else "normal"
    tips = [
        alt.Tooltip("written:N", title="Move"),
        alt.Tooltip("shown:N", title="Relative return"),
    ]
    name = base.mark_text(
        align="left", baseline="top", yOffset=4 - _ROW / 2, fontWeight=weight
    ).encode(y=y, x=alt.value(0), text="written:N")
    # A phone has room for the interval beside the answer's short name only.
    fitting = (
        "datum.shown" if heavy else f"width < {_WIDE} ? split(datum.shown, ' (')[0] : datum.shown"
    )
    number = (
        base.transform_calculate(beside=fitting)
        .mark_text(align="right", baseline="top", yOffset=4 - _ROW / 2, fontWeight=600)
        .encode(y=y, x=alt.value("width"), text="beside:N")
    )
    zero = base.mark_tick(
        orient="vertical", color=theme.hex_of("axis"), thickness=1, height=24,
        yOffset=_OFFSET, opacity=1,
    ).encode(x=alt.datum(0), y=y)  # fmt: skip
    rule = base.mark_rule(strokeWidth=4 if heavy else 2, yOffset=_OFFSET).encode(
        y=y,
        x=alt.X("first:Q", axis=x["axis"], scale=x["scale"]),
        x2="last",
        color=intervals.verdict_colour(),
    )
    size = 110 if heavy else 60
    return [
        name,
        number,
        zero,
        rule,
        *intervals.dots(base, x, y, tips, size=size, offset=_OFFSET),
    ]


def _alt(answer: tuple[float, float, float], moved: str, small: str, large: str) -> str:
    value, low, high = (words.pct(v, signed=True) for v in answer)
    return (
        f"Dots with intervals, set by five sliders: the 2-year yield, the curve, the breakeven, credit and "
        f"the large-cap return. To begin with the 2-year yield moves by {moved} and the rest stays: the "
        f"model then says {value} for {small} over {large} in {WEEKS} weeks, with a 95% prediction interval "
        f"from {low} to {high}."
    )
