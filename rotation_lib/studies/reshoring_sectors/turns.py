"""Where growth turned, and whether it turned when the laws came.

Every break is sought in a window set by the date of a law, never by the data, and is judged by
a test that allows for the search.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...errors import DataError
from ...findings import Finding, missing, tendency
from ...market import Market
from ...stats.bootstrap import Array
from ...stats.breaks import MINIMUM, Break, break_test
from ...stats.months import months_before
from ...units import UnitName
from .spending import NOMINAL_SPENDING, REAL_SPENDING, measures
from .terms import DEFLATOR, LAWS, SPENDING, Bounds, Law, finding_id

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


def findings(market: Market) -> list[Finding]:
    """Of deflated spending and each law: months to the likeliest break, its size, its p-values."""
    found = table(market)
    spending = found[found["series"] == REAL_SPENDING].set_index("law")
    made: list[Finding] = []
    for law in LAWS:
        if law.name in spending.index:
            steps = window(measures(market)[REAL_SPENDING], law)
            made += _found(law, spending.loc[law.name], pd.DatetimeIndex(steps.index), len(found))
        else:
            reason = f"too few months around the {law.name} are visible"
            made += [
                missing(i, t, unit=u, series=(SPENDING, DEFLATOR), reason=reason)
                for i, t, u in _labels(law)
            ]
    return made


def _labels(law: Law) -> list[tuple[str, str, UnitName]]:
    """Id, label and unit of the four findings of a law."""
    what = "the likeliest break in growth of deflated factory construction"
    return [
        (finding_id(f"break_{law.key}_months"), f"Months from the {law.name} to {what}", "months"),
        (
            finding_id(f"break_{law.key}_step"),
            f"Growth after {what} near the {law.name}, minus before",
            "percentage points a year",
        ),
        (
            finding_id(f"break_{law.key}_p"),
            f"P-value of {what} near the {law.name}, alone",
            "p-value",
        ),
        (
            finding_id(f"break_{law.key}_p_family"),
            f"P-value of {what} near the {law.name}, all searches",
            "p-value",
        ),
    ]


def _found(law: Law, hit: pd.Series, index: pd.DatetimeIndex, searches: int) -> list[Finding]:
    how = str(hit["method"])
    bounds = Bounds(float(hit["months_low"]), float(hit["months_high"]))
    values = (
        (float(hit["months"]), bounds, how),
        (
            float(hit["after"] - hit["before"]),
            None,
            f"difference of mean growth at the break that fits best, so without an interval; {how}",
        ),
        (float(hit["p"]), None, how),
        (float(hit["p_family"]), None, f"{how}; Holm over {searches} searches"),
    )
    turn = law.month + pd.DateOffset(months=int(hit["months"]))
    facts = {
        "turn": turn.date().isoformat(),
        "way": "up" if hit["after"] > hit["before"] else "down",
    }
    return [
        tendency(
            i,
            t,
            value,
            bound,
            unit=u,
            index=index,
            series=(SPENDING, DEFLATOR),
            method=method,
            facts=facts,
        )
        for (i, t, u), (value, bound, method) in zip(_labels(law), values, strict=True)
    ]
