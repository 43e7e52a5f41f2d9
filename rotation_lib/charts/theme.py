"""One theme for every chart: colours by meaning, type sizes, number formats.

Nothing here knows a chapter or a data set. Each colour has a light and a dark form and
no hex occurs twice, so that a page can swap a chart to dark by mapping hex to hex.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .. import units
from ..errors import FigureError, nearest

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
FONT_SIZE = 12
#: From one line of a text to the next.
LINE_HEIGHT = 14
#: Width of an average character at FONT_SIZE, as a share of the size; for layout only.
CHARACTER = 0.56
#: What is left for the plot itself on a 390 px phone; crowding is judged at this width.
NARROW_PLOT = 250
#: The same where no axis stands at the side, as in rows with their names above.
NARROW_ROW = 300


@dataclass(frozen=True)
class Colour:
    """The two forms of one meaning."""

    light: str
    dark: str


#: Meaning → colour. The first six of SERIES tell apart lines, also for colour-blind readers.
COLOURS: MappingProxyType[str, Colour] = MappingProxyType(
    {
        "small": Colour("#0a42b0", "#4a85ff"),
        "tech": Colour("#bf5608", "#ee5a33"),
        "large": Colour("#1d2135", "#dbe5ee"),
        "accent": Colour("#a74f9a", "#cb63a4"),
        "fifth": Colour("#07855d", "#2beb93"),
        "sixth": Colour("#4b3002", "#fccb1c"),
        "positive": Colour("#0d6b5a", "#7fe3d3"),
        "negative": Colour("#c63c14", "#fa6a3c"),
        "part": Colour("#f0c568", "#7a5a12"),
        "open": Colour("#7f9fd6", "#4a679c"),
        "neutral": Colour("#6a7383", "#8a94a3"),
        "muted": Colour("#8c94a2", "#66707e"),
        "band": Colour("#9dbdf2", "#27457a"),
        "event": Colour("#59616e", "#a6b0bd"),
        "span": Colour("#e9ebef", "#232a34"),
        "midpoint": Colour("#f1f2f4", "#2b323c"),
        "grid": Colour("#e3e6ea", "#2f3742"),
        "axis": Colour("#98a1ae", "#5f6a78"),
        "ink": Colour("#1c222b", "#e4e9ef"),
        "caption": Colour("#4f5865", "#b3bcc8"),
        "paper": Colour("#ffffff", "#14181f"),
    }
)
SERIES = ("small", "tech", "large", "accent", "fifth", "sixth")
#: Role of the symbols that most charts show; any other label takes the next free colour.
ROLES = MappingProxyType({"IWM": "small", "SPY": "large", "QQQ": "tech"})


def hex_of(name: str, mode: str = "light") -> str:
    """The hex of a meaning; raises FigureError with a near name for an unknown one."""
    if name not in COLOURS:
        raise FigureError(f"no colour is called {name!r}; {nearest(name, COLOURS)}.")
    return COLOURS[name].dark if mode == "dark" else COLOURS[name].light


def palette_pairs() -> dict[str, str]:
    """Light hex → dark hex, for every colour a chart can hold."""
    return {colour.light: colour.dark for colour in COLOURS.values()}


def to_dark(spec: Any) -> Any:
    """A copy of a spec with every light hex replaced by its dark form."""
    text = json.dumps(spec)
    pairs = palette_pairs()
    return json.loads(
        re.sub(r"#[0-9a-f]{6}", lambda hit: pairs.get(hit.group(0), hit.group(0)), text)
    )


def assign(labels: list[str], colours: dict[str, str] | None = None) -> dict[str, str]:
    """Label → hex: what was asked for, then roles known by symbol, then free series colours.

    Args:
        labels: series in order.
        colours: label → meaning ("small", "accent", …) for those that matter.

    Raises:
        FigureError: for an unknown meaning, or more labels than colours that can be told apart.
    """
    asked = {str(k): v for k, v in (colours or {}).items()}
    names = {label: asked.get(label) or ROLES.get(label) for label in labels}
    free = [name for name in SERIES if name not in names.values()]
    for label in labels:
        if names[label] is None:
            if not free:
                raise FigureError(
                    f"{len(labels)} series are too many to tell apart by colour; "
                    "use small_multiples()."
                )
            names[label] = free.pop(0)
    return {label: hex_of(str(name)) for label, name in names.items()}


@dataclass(frozen=True)
class Unit:
    """How numbers of one unit are written by the browser: factor, d3 format, suffix."""

    factor: float
    tip: str
    suffix: str


def _drawn(name: str) -> Unit:
    form = units.UNITS[name]
    return Unit(form.factor, f",.{form.chart_digits}f", form.mark)


#: Unit of a chart's values → how they are written: those of findings, and two that only charts use.
UNITS: MappingProxyType[str, Unit] = MappingProxyType(
    {name: _drawn(name) for name in units.UNITS}
    | {
        "percentage points, finely": Unit(100, ",.2f", " pp"),
        "density": Unit(1, ",.2f", ""),
    }
)


def unit(name: str) -> Unit:
    """The unit of that name, or FigureError naming the near ones."""
    if name not in UNITS:
        raise FigureError(f"no unit is called {name!r}; {nearest(name, UNITS)}.")
    return UNITS[name]


def number_expr(value: str, unit_name: str, *, signed: bool = False) -> str:
    """A Vega expression that writes ``value`` in a unit; what is missing reads "no data".

    Rounded before the sign is chosen, so that nothing reads "−0.0" or "+0.0".
    """
    u = unit(unit_name)
    power = 10 ** int(u.tip.rsplit(".", 1)[1][0])
    rounded = f"(round(({value}) * {u.factor * power:g}) / {power} + 0)"
    plus = f"({rounded} > 0 ? '+' : '') + " if signed else ""
    return f"isValid({value}) ? {plus}format({rounded}, '{u.tip}') + '{u.suffix}' : 'no data'"


def axis_expr(unit_name: str) -> str:
    """A Vega expression for an axis label: no decimals that say nothing (10%, 2.5%).

    Floating point noise (0.30000000000000004) is rounded off before it is written.
    """
    u = unit(unit_name)
    return f"format(round(datum.value * {u.factor * 1e6:g}) / 1e6, ',~') + '{u.suffix}'"


def config() -> dict[str, Any]:
    """The Vega-Lite configuration that every figure embeds."""
    ink, caption, grid = hex_of("ink"), hex_of("caption"), hex_of("grid")
    axis = {
        "labelColor": caption,
        "labelFont": FONT,
        "labelFontSize": FONT_SIZE,
        "titleColor": caption,
        "titleFont": FONT,
        "titleFontSize": FONT_SIZE,
        "titleFontWeight": "normal",
        "gridColor": grid,
        "domainColor": hex_of("axis"),
        "tickColor": hex_of("axis"),
        "labelPadding": 5,
        "titlePadding": 8,
    }
    return {
        "background": "transparent",
        "customFormatTypes": True,
        "font": FONT,
        "padding": {"left": 2, "right": 6, "top": 6, "bottom": 2},
        "view": {"stroke": None, "continuousHeight": 320, "continuousWidth": 640},
        "axis": axis,
        "axisX": {"grid": False, "ticks": True, "tickSize": 4, "labelFlush": False},
        "axisY": {"domain": False, "ticks": False, "tickCount": 6},
        "axisBand": {"domain": False, "ticks": False, "grid": False},
        "text": {"font": FONT, "fontSize": FONT_SIZE, "color": ink, "lineHeight": LINE_HEIGHT},
        "line": {"strokeWidth": 2, "strokeJoin": "round", "strokeCap": "round"},
        # The figure as a whole has its alt text; a label on each of its marks is weight.
        "mark": {"aria": False},
        "rule": {"color": hex_of("axis")},
        "bar": {"color": hex_of("small")},
        "point": {"filled": True, "size": 50, "color": hex_of("small")},
        "title": {
            "anchor": "start",
            "font": FONT,
            "fontSize": 15,
            "color": ink,
            "subtitleFont": FONT,
            "subtitleFontSize": FONT_SIZE,
            "subtitleColor": caption,
            "offset": 12,
        },
        "legend": {
            "orient": "top",
            "title": None,
            "labelColor": caption,
            "labelFont": FONT,
            "labelFontSize": FONT_SIZE,
            "symbolType": "square",
            "columns": 2,
        },
    }
