"""What numbers are counted in: one closed list of units, and the one way each is written.

Prose, tables, charts and the ledger all read it, so that a number reads the same everywhere. It
knows no finding and writes no sentence. A unit names the display: values stay plain fractions
(0.073 shows as 7.3%, 3.323 as 332.3 percentage points), and basis points are basis points.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

#: Units that a finding may have.
UnitName = Literal[
    "fraction",
    "percent a year",
    "percent",
    "percentage points",
    "percentage points a year",
    "net percentage points",
    "pp per pp",
    "basis points",
    "log change",
    "ratio",
    "times",
    "correlation",
    "standard deviations",
    "p-value",
    "index",
    "count",
    "days",
    "sessions",
    "months",
    "years",
    "dollars",
    "billion dollars",
]


@dataclass(frozen=True)
class Unit:
    """How numbers of one unit are written.

    Attributes:
        factor: the value times this is what is shown.
        digits: decimals; ``None`` is one, and none from 100 on.
        suffix: what follows the number in prose.
        mark: what follows it where room is scarce: in a chart or a table.
        chart_digits: decimals in a chart, where values stand side by side.
        one: the suffix of exactly one, where it differs.
        fine: whether a number that stays below one, its interval included, gets a second decimal.
    """

    factor: float
    digits: int | None
    suffix: str
    mark: str
    chart_digits: int
    one: str | None = None
    fine: bool = False


def _counted(noun: str, mark: str) -> Unit:
    return Unit(1, 0, f" {noun}s", mark, 0, f" {noun}")


#: Every unit of a finding, and how it is written.
UNITS: MappingProxyType[str, Unit] = MappingProxyType(
    {
        "fraction": Unit(100, None, "%", "%", 1),
        "percent a year": Unit(100, None, "% a year", "% a year", 1),
        "percent": Unit(1, 2, "%", "%", 2),
        "percentage points": Unit(100, None, " percentage points", " pp", 1, fine=True),
        "percentage points a year": Unit(
            100, None, " percentage points a year", " pp a year", 1, fine=True
        ),
        "net percentage points": Unit(1, 1, " net percentage points", " pp", 1),
        "pp per pp": Unit(100, None, " percentage points per point of yield", " pp", 1, fine=True),
        "basis points": Unit(1, 0, " basis points", " bp", 0, " basis point"),
        "log change": Unit(1, 2, "", "", 2),
        "ratio": Unit(1, 2, "", "", 2),
        "times": Unit(1, 1, " times", "×", 2),
        "correlation": Unit(1, 2, "", "", 2),
        "standard deviations": Unit(1, 2, " standard deviations", " sd", 2),
        "p-value": Unit(1, 3, "", "", 3),
        "index": Unit(1, 1, "", "", 1),
        "count": Unit(1, 0, "", "", 0),
        "days": _counted("day", " days"),
        "sessions": _counted("session", " sessions"),
        "months": _counted("month", " months"),
        "years": Unit(1, 1, " years", " y", 1),
        "dollars": Unit(1, 2, " dollars", "", 2),
        "billion dollars": Unit(1, 0, " billion dollars", " bn", 0),
    }
)

#: What units were called in reports of the first form; ``rotation diff`` reads those too.
FORMER: MappingProxyType[str, UnitName] = MappingProxyType(
    {"pp": "percentage points", "bp": "basis points", "log points": "log change"}
)

#: Units that are counted in hundredths: differences of them are differences of percentages.
HUNDREDTHS = frozenset(name for name, unit in UNITS.items() if unit.factor == 100)

assert set(UNITS) == set(get_args(UnitName)), "a unit is named but not written, or the other way"
