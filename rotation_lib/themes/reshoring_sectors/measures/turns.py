"""Where growth turned, and whether it turned when the laws came.

Every break is sought in a window set by the date of a law, never by the data, and is judged by
a test that allows for the search.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats.bootstrap import Array, Interval
from ....stats.breaks import MINIMUM, Break, break_test
from ....stats.months import months_before
from ....studies.declared import Measured, finding
from .spending import NOMINAL_SPENDING, REAL_SPENDING, measures
from .terms import CHIPS, DEFLATOR, IIJA, LAWS, SPENDING, TARIFFS, Law

#: Months of a search: two years either side of the month of the law, and that month.
MONTHS = 49
#: Months that must follow a law before its window says anything about it.
AFTER = 8
LEVEL = 0.05
#: Name on a chart that has little room.
SHORT = {REAL_SPENDING: "Building"}


def growth(values: pd.Series) -> pd.Series:
    """Monthly log growth; a month whose predecessor is missing is left out.

    Args:
        values: monthly levels above zero.
    """
    return (np.log(values) - np.log(months_before(values, 1))).dropna()


def window(values: pd.Series, law: Law, months: int = MONTHS) -> pd.Series:
    """Monthly growth around a law: centred on it, or the last ``months`` while it is recent.

    Log points a month; empty when fewer than :data:`AFTER` months have followed. A missing month
    leaves a gap and is not filled.

    Args:
        values: monthly levels above zero.
        law: its date.
        months: of the window.
    """
    steps = growth(values)
    if (steps.index > law.month).sum() < AFTER:
        return steps.iloc[:0]
    half = months // 2
    last = min(law.month + pd.DateOffset(months=half), steps.index[-1])
    return steps.loc[:last].iloc[-months:]


def distance(month: pd.Timestamp, law: Law) -> int:
    """Months from a law to ``month``, negative before it."""
    return int((month.to_period("M") - law.month.to_period("M")).n)


def break_near(values: pd.Series, law: Law, months: int = MONTHS) -> Break | None:
    """The likeliest break in mean growth around a law, ``None`` where it cannot be sought.

    Args:
        values: monthly levels above zero; a missing month is left out.
        law: its date.
        months: of the window.
    """
    steps = window(values, law, months)
    if len(steps) < MINIMUM:
        return None
    try:
        return break_test(steps)
    except DataError:
        return None


@lru_cache(maxsize=4)
def table(market: Market) -> pd.DataFrame:
    """One row a series and law; nominal spending is left out, since it repeats deflated spending.

    Columns: ``series``, ``law``, ``break`` (first month of the new growth), ``low``, ``high``
    (its 95 % interval), ``months``, ``months_low``, ``months_high`` (distance from the law, negative
    before it), ``before``, ``after`` (growth per year, continuously compounded), ``p``, ``p_family``
    (Holm 1979, over all rows) and ``method``.
    """
    rows = []
    for law in LAWS:
        for name, values in measures(market).items():
            found = None if name == NOMINAL_SPENDING else break_near(values, law)
            if found is None:
                continue
            when = {"break": found.date, "low": found.low, "high": found.high}
            gaps = [distance(d, law) for d in when.values()]
            rows.append(
                {"series": name, "law": law.name, **when}
                | dict(zip(("months", "months_low", "months_high"), gaps, strict=True))
                | {
                    "before": float(found.before["const"]) * 12,
                    "after": float(found.after["const"]) * 12,
                    "p": found.p,
                    "method": f"{found.method}; {found.n} months around the law",
                }
            )
    dates = ["break", "low", "high", "months", "months_low", "months_high"]
    names = ["series", "law", *dates, "before", "after", "p", "method"]
    made = pd.DataFrame(rows, columns=names)
    return made.assign(p_family=holm(made["p"].to_numpy(dtype=float)))


def holm(p: Array) -> Array:
    """Step-down p-values for a family of tests, in the order given (Holm 1979)."""
    p = np.asarray(p, dtype=float)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    # statsmodels has the same, and collects all garbage at each call, which takes longer.
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return np.minimum(adjusted, 1.0)


def shown(found: pd.DataFrame) -> pd.DataFrame:
    """The likeliest breaks in deflated spending, and others that survive all searches, for a chart.

    Columns: ``label``, ``value``, ``low``, ``high`` (months from the law), ``note``.

    Args:
        found: every search, as the table of breaks holds them, nothing missing.
    """
    kept = found[(found["series"] == REAL_SPENDING) | (found["p_family"] <= LEVEL)]
    rows = [
        (
            f"{SHORT.get(r.series, r.series)}, {r.law}",
            float(r.months),
            float(r.months_low),
            float(r.months_high),
            f"growth a year from {r.before:.1%} to {r.after:.1%}, p alone {r.p:.3f}".replace(
                "-", "−"
            ),
        )
        for r in kept.itertuples()
    ]
    return pd.DataFrame(rows, columns=["label", "value", "low", "high", "note"])


_REAL = (SPENDING, DEFLATOR)
_BREAK = "the likeliest break in growth of deflated factory construction"


@finding(
    "reshoring_sectors.break_iija_months",
    f"Months from the IIJA to {_BREAK}",
    "months",
    _REAL,
    law=IIJA,
)
@finding(
    "reshoring_sectors.break_iija_step",
    f"Growth after {_BREAK} near the IIJA, minus before",
    "percentage points a year",
    _REAL,
    law=IIJA,
)
@finding(
    "reshoring_sectors.break_iija_p",
    f"P-value of {_BREAK} near the IIJA, alone",
    "p-value",
    _REAL,
    law=IIJA,
)
@finding(
    "reshoring_sectors.break_iija_p_family",
    f"P-value of {_BREAK} near the IIJA, all searches",
    "p-value",
    _REAL,
    law=IIJA,
)
@finding(
    "reshoring_sectors.break_chips_months",
    f"Months from the CHIPS and IRA to {_BREAK}",
    "months",
    _REAL,
    law=CHIPS,
)
@finding(
    "reshoring_sectors.break_chips_step",
    f"Growth after {_BREAK} near the CHIPS and IRA, minus before",
    "percentage points a year",
    _REAL,
    law=CHIPS,
)
@finding(
    "reshoring_sectors.break_chips_p",
    f"P-value of {_BREAK} near the CHIPS and IRA, alone",
    "p-value",
    _REAL,
    law=CHIPS,
)
@finding(
    "reshoring_sectors.break_chips_p_family",
    f"P-value of {_BREAK} near the CHIPS and IRA, all searches",
    "p-value",
    _REAL,
    law=CHIPS,
)
@finding(
    "reshoring_sectors.break_tariffs_months",
    f"Months from the April 2025 tariffs to {_BREAK}",
    "months",
    _REAL,
    law=TARIFFS,
)
@finding(
    "reshoring_sectors.break_tariffs_step",
    f"Growth after {_BREAK} near the April 2025 tariffs, minus before",
    "percentage points a year",
    _REAL,
    law=TARIFFS,
)
@finding(
    "reshoring_sectors.break_tariffs_p",
    f"P-value of {_BREAK} near the April 2025 tariffs, alone",
    "p-value",
    _REAL,
    law=TARIFFS,
)
@finding(
    "reshoring_sectors.break_tariffs_p_family",
    f"P-value of {_BREAK} near the April 2025 tariffs, all searches",
    "p-value",
    _REAL,
    law=TARIFFS,
)
def around(market: Market, law: Law) -> tuple[Measured, ...]:
    """The turn of deflated building around a law, its p-values, and what it was.

    Args:
        market: data and window.
        law: that sets the window searched.
    """
    found = table(market)
    rows = found[(found["series"] == REAL_SPENDING) & (found["law"] == law.name)]
    if rows.empty:
        raise DataError(f"too few months around the {law.name} are visible")
    hit = rows.iloc[0]
    dates = window(measures(market)[REAL_SPENDING], law).index
    how = str(hit["method"])
    step = f"difference of mean growth at the break that fits best, so without an interval; {how}"
    bounds = Interval(float(hit["months_low"]), float(hit["months_high"]), 0.95, how)
    turn = law.month + pd.DateOffset(months=int(hit["months"]))
    way = "up" if hit["after"] > hit["before"] else "down"
    facts = {"turn": turn.date().isoformat(), "way": way}
    values = (
        (hit["months"], bounds, how),
        (hit["after"] - hit["before"], None, step),
        (hit["p"], None, how),
        (hit["p_family"], None, f"{how}; Holm over {len(found)} searches"),
    )
    return tuple(Measured(float(v), ends, dates, method, facts=facts) for v, ends, method in values)
