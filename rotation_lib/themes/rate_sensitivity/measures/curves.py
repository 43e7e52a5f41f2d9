"""Many reasonable ways to measure the rate beta, and what is left once their number is counted.

The grid is fixed before looking: yield × sampling × control × era × pair. No specification is
dropped for its answer, only where the data are too few.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, product

import numpy as np
import numpy.typing as npt
import pandas as pd

from ....errors import DataError
from ....findings import SEED, Specification
from ....market import Market
from ....stats.bootstrap import Array
from ....stats.months import month_ends as last_of_months
from ....stats.multiple import family_of_means
from ....stats.regression import first_slope
from ....stats.returns import latest_on, quoted_changes
from ....studies.declared import PAIR, Measured, finding
from .september import EQUAL_WEIGHT, SECOND_SMALL
from .stability import FIRST_ERA, LAST_ERA, in_era
from .weekly import LAGS, SLOPE_UNIT, Weekly, weekly

WHOLE = "whole window"
PERIODS = (WHOLE, FIRST_ERA, LAST_ERA)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
YIELDS = {"DGS2": "2-year", "DGS10": "10-year"}
MONTHLY, DAILY = "month-end", "daily"
#: Newey-West lags and fewest rows by sampling; a week's lags cover a month.
SAMPLING = {MONTHLY: (2, 24), DAILY: (10, 252)} | dict.fromkeys(DAYS, (LAGS, 52))
DRAWS = 2000
#: Behind the grid; a run tells which of them it used.
SERIES = (*PAIR, "second", EQUAL_WEIGHT, "tech", *YIELDS)
COLUMNS = ["label", "value", "low", "high", "n", "yield", "sampling", "control", "era", "pair"]


@dataclass(frozen=True)
class _Rows:
    """Aligned returns and yield changes at one sampling, and the rows of each period."""

    relative: Array
    market: Array
    changes: dict[str, Array]
    inside: dict[str, npt.NDArray[np.bool_]]


def pairs(market: Market) -> list[tuple[str, str]]:
    """The report's pair, then a second small-cap index, equal weights and technology."""
    return list(_pairs(market))


def _second(market: Market) -> str:
    return next(s for s in SECOND_SMALL if s != market.small)


@lru_cache(maxsize=8)
def _pairs(market: Market) -> tuple[tuple[str, str], ...]:
    wanted = [
        (market.small, market.large),
        (_second(market), market.large),
        (market.small, EQUAL_WEIGHT),
        (market.small, market.tech),
    ]
    complete = market.total_returns.notna().all()
    return tuple(
        p for p in dict.fromkeys(wanted) if p[0] != p[1] and complete[p[0]] and complete[p[1]]
    )


@lru_cache(maxsize=8)
def grid(market: Market) -> pd.DataFrame:
    """Slope of relative returns on yield changes in every specification.

    Returns:
        :data:`COLUMNS`; ``value, low, high`` are fractions per percentage point with 95 %
        Newey-West intervals. The first row is the headline: 2-year yield, Fridays, no control.
    """
    base, *others = pairs(market)
    plans = [(base, s, p) for s in (*reversed(DAYS), MONTHLY, DAILY) for p in PERIODS]
    plans += [(pair, "Friday", p) for pair in others for p in PERIODS]
    rows = []
    samples = {key: _sampled(market, *key) for key in dict.fromkeys((p, s) for p, s, _ in plans)}
    for pair, sampling, period in plans:
        sampled = samples[pair, sampling]
        for rate in YIELDS:
            for control in (False, True):
                row = _row(sampled, pair, sampling, period, rate, control)
                if row is not None:
                    rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(
    rows: _Rows, pair: tuple[str, str], sampling: str, period: str, rate: str, control: bool
) -> tuple[object, ...] | None:
    if rate not in rows.changes:
        return None
    x = np.column_stack([rows.changes[rate], *([rows.market] if control else [])])
    known = np.isfinite(rows.relative) & np.isfinite(x).all(axis=1) & rows.inside[period]
    lags, least = SAMPLING[sampling]
    if known.sum() < least:
        return None
    try:
        value, low, high = first_slope(rows.relative[known], x[known], lags)
    except DataError:
        return None
    held = f"{pair[1]} held fixed" if control else "no control"
    names = (YIELDS[rate], sampling, held if control else "none", period, f"{pair[0]} − {pair[1]}")
    label = f"{pair[0]} − {pair[1]}, {YIELDS[rate]} yield, {sampling}, {held}, {period}"
    return (label, value, low, high, int(known.sum()), *names)


def _sampled(market: Market, pair: tuple[str, str], sampling: str) -> _Rows:
    if sampling in DAYS:
        w = weekly(market, *pair, DAYS.index(sampling))
        return _rows(w.relative, w.returns[pair[1]], w.changes)
    logs = np.log1p(market.complete(*pair))
    if sampling == MONTHLY:
        ends = month_ends(market)
        at = pd.DatetimeIndex(logs.index)
        inside = logs[(at > ends[0]) & (at <= ends[-1])] if len(ends) > 1 else logs.iloc[:0]
        logs = inside.groupby(ends.searchsorted(inside.index)).sum(skipna=False)
        logs.index = ends[1 : len(logs) + 1]
    else:
        ends = pd.DatetimeIndex([market.base]).append(pd.DatetimeIndex(logs.index))
    yields = market.yields
    changes = pd.DataFrame(
        {r: quoted_changes(latest_on(yields[r], ends)).iloc[1:] for r in YIELDS if r in yields},
        index=logs.index,
    )
    return _rows(logs[pair[0]] - logs[pair[1]], logs[pair[1]], changes)


def _rows(relative: pd.Series, market: pd.Series, changes: pd.DataFrame) -> _Rows:
    inside = _inside(pd.DatetimeIndex(relative.index))
    columns = {rate: changes[rate].to_numpy(dtype=float) for rate in YIELDS if rate in changes}
    return _Rows(relative.to_numpy(dtype=float), market.to_numpy(dtype=float), columns, inside)


def _inside(index: pd.DatetimeIndex) -> dict[str, npt.NDArray[np.bool_]]:
    """Which dates each of :data:`PERIODS` holds."""
    return {p: np.full(len(index), True) if p == WHOLE else in_era(index, p) for p in PERIODS}


def month_ends(market: Market) -> pd.DatetimeIndex:
    """Last closes of complete months from the base close on."""
    closes = pd.DatetimeIndex([market.base]).append(market.sessions)
    ends = last_of_months(closes)
    unfinished = (ends[-1] + pd.offsets.BDay()).month == ends[-1].month
    return ends[:-1] if unfinished else ends


def _names(market: Market) -> dict[str, str]:
    return {"second": _second(market)}


@finding(
    "rate_sensitivity.beta_negative_specs_whole",
    "Share of specifications with a negative rate beta, whole window",
    "fraction", SERIES, _names, period=WHOLE,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_clearly_negative_specs_whole",
    "Share of specifications with a clearly negative rate beta, whole window",
    "fraction", SERIES, _names, period=WHOLE,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_negative_specs_before_2022",
    "Share of specifications with a negative rate beta, before 2022",
    "fraction", SERIES, _names, period=FIRST_ERA,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_clearly_negative_specs_before_2022",
    "Share of specifications with a clearly negative rate beta, before 2022",
    "fraction", SERIES, _names, period=FIRST_ERA,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_negative_specs_since_mid_2023",
    "Share of specifications with a negative rate beta, since mid-2023",
    "fraction", SERIES, _names, period=LAST_ERA,
)  # fmt: skip
@finding(
    "rate_sensitivity.beta_clearly_negative_specs_since_mid_2023",
    "Share of specifications with a clearly negative rate beta, since mid-2023",
    "fraction", SERIES, _names, period=LAST_ERA,
)  # fmt: skip
def shares(market: Market, period: str) -> tuple[Measured, Measured]:
    """Share of specifications with the claim's sign in a period, and of those clear of zero.

    Args:
        market: data and window.
        period: of :data:`PERIODS`.
    """
    table = grid(market)
    part = table[table["era"] == period]
    if part.empty:
        raise DataError("no specification has enough observations there")
    how = (
        "count over yield, sampling day, control and pair; specifications share data, so this "
        "describes and does not test"
    )
    dates, used = pd.DatetimeIndex([market.start, market.end]), series_used(market)
    negative, clearly = (
        Measured(float(flags.mean()), None, dates, how, len(part), series=used)
        for flags in (part["value"] < 0, part["high"] < 0)
    )
    return negative, clearly


def series_used(market: Market) -> tuple[str, ...]:
    """Catalog ids behind the grid."""
    return tuple(dict.fromkeys([*chain.from_iterable(pairs(market)), *YIELDS]))


@finding(
    "rate_sensitivity.beta_family_p", "Smallest family-wise p-value of a negative rate beta",
    "p-value", SERIES, _names,
)  # fmt: skip
def family(market: Market) -> Measured:
    """What is left of the clearest weekly slope once the number of slopes looked at is counted."""
    weeks = [weekly(market, *pair) for pair in pairs(market)]
    index = pd.DatetimeIndex(weeks[0].relative.index)
    if len(index) < SAMPLING["Friday"][1] or not set(YIELDS) <= set(weeks[0].changes):
        raise DataError(
            f"{len(index)} complete weeks are too few, {SAMPLING['Friday'][1]} are needed"
        )
    # Minus the influence values: "greater" then asks for slopes below zero.
    tested = family_of_means(-_influences(weeks), draws=DRAWS, seed=SEED, alternative="greater")
    return Measured(
        float(tested.table["p_adjusted"].min()),
        None,
        index,
        f"{tested.method}; one-sided, weekly slopes linearised by their influence functions",
        tested.tried,
        series=series_used(market),
    )


def _influences(weeks: list[Weekly]) -> pd.DataFrame:
    """One column a member of the family; its mean is the slope, its rows what each week adds.

    The first-order expansion of OLS: slope + n · (X'X)⁻¹ x e, zero deviation outside the era. It
    lets every member share each resample, also members that use different weeks.
    """
    index = pd.DatetimeIndex(weeks[0].relative.index)
    inside = _inside(index)
    columns = {}
    for w in weeks:  # all on the same week-ends
        held = [w.relative, w.returns[w.large], *(w.changes[rate] for rate in YIELDS)]
        values = np.array([column.to_numpy(dtype=float) for column in held])
        for (at, rate), period, control in product(enumerate(YIELDS, 2), PERIODS, (False, True)):
            design = np.column_stack([np.ones(len(index)), *values[[at, 1] if control else [at]]])
            rows = inside[period] & np.isfinite(design).all(axis=1) & np.isfinite(values[0])
            if rows.sum() < SAMPLING["Friday"][1]:
                continue
            x, y = design[rows], values[0][rows]
            inverse = np.linalg.inv(x.T @ x)
            slopes = inverse @ x.T @ y
            column = np.full(len(index), slopes[1])
            column[rows] += (x @ inverse[1]) * (y - x @ slopes) * len(index)
            columns[f"{w.small}−{w.large} {rate} {period} {control}"] = column
    return pd.DataFrame(columns, index=index)


def specifications(market: Market) -> list[Specification]:
    """The grid as specifications of the claim, by the part that a period speaks of."""
    part = {WHOLE: "history", LAST_ERA: "lately"}
    return [
        Specification(
            label=r.label,
            value=r.value,
            low=r.low,
            high=r.high,
            unit=SLOPE_UNIT,
            part=part.get(r.era, ""),
        )
        for r in grid(market).itertuples()
    ]
