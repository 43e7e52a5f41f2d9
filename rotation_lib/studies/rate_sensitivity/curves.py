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

from ...errors import DataError
from ...findings import SEED, Finding, Specification, chapter_of, missing
from ...market import Market
from ...stats.bootstrap import Array
from ...stats.months import month_ends as last_of_months
from ...stats.multiple import family_of_means
from ...stats.regression import first_slope
from ...stats.returns import latest_on
from .betas import THEME
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


@lru_cache(maxsize=8)
def _pairs(market: Market) -> tuple[tuple[str, str], ...]:
    second = next(s for s in SECOND_SMALL if s != market.small)
    wanted = [
        (market.small, market.large),
        (second, market.large),
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
        {r: latest_on(yields[r], ends).diff().iloc[1:] for r in YIELDS if r in yields},
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


def findings(market: Market) -> list[Finding]:
    """Share of specifications with the claim's sign by era, and the family-wise p-value."""
    table = grid(market)
    out = []
    for period, name in (
        (WHOLE, "whole"),
        (FIRST_ERA, "before_2022"),
        (LAST_ERA, "since_mid_2023"),
    ):
        part = table[table["era"] == period]
        out.append(
            _share(
                market, part, f"beta_negative_specs_{name}", period, "negative", part["value"] < 0
            )
        )
        out.append(
            _share(
                market,
                part,
                f"beta_clearly_negative_specs_{name}",
                period,
                "clearly negative",
                part["high"] < 0,
            )
        )
    return [*out, _family(market)]


def _share(
    market: Market, part: pd.DataFrame, name: str, period: str, words: str, flags: pd.Series
) -> Finding:
    id, label = f"{THEME}.{name}", f"Share of specifications with a {words} rate beta, {period}"
    series = series_used(market)
    if part.empty:
        return missing(
            id,
            label,
            unit="fraction",
            series=series,
            reason="no specification has enough observations there",
        )
    return Finding(
        id=id,
        chapter=chapter_of(id),
        label=label,
        value=float(flags.mean()),
        unit="fraction",
        method=(
            "count over yield, sampling day, control and pair; specifications share data, so this "
            "describes and does not test"
        ),
        n=len(part),
        start=market.start.date().isoformat(),
        end=market.end.date().isoformat(),
        series=series,
    )


def series_used(market: Market) -> tuple[str, ...]:
    """Catalog ids behind the grid."""
    return tuple(dict.fromkeys([*chain.from_iterable(pairs(market)), *YIELDS]))


def _family(market: Market) -> Finding:
    id = f"{THEME}.beta_family_p"
    label = "Smallest family-wise p-value of a negative rate beta"
    sets = pairs(market)
    series = series_used(market)
    weeks = [weekly(market, *pair) for pair in sets]
    index = pd.DatetimeIndex(weeks[0].relative.index)
    if len(index) < SAMPLING["Friday"][1] or not set(YIELDS) <= set(weeks[0].changes):
        reason = f"{len(index)} complete weeks are too few, {SAMPLING['Friday'][1]} are needed"
        return missing(id, label, unit="p-value", series=series, reason=reason)
    # Minus the influence values: "greater" then asks for slopes below zero.
    tested = family_of_means(-_influences(weeks), draws=DRAWS, seed=SEED, alternative="greater")
    return Finding(
        id=id,
        chapter=chapter_of(id),
        label=label,
        value=float(tested.table["p_adjusted"].min()),
        unit="p-value",
        method=f"{tested.method}; one-sided, weekly slopes linearised by their influence functions",
        n=tested.tried,
        start=index[0].date().isoformat(),
        end=index[-1].date().isoformat(),
        series=series,
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
    """The grid as specifications of the claim."""
    return [
        Specification(label=r.label, value=r.value, low=r.low, high=r.high, unit=SLOPE_UNIT)
        for r in grid(market).itertuples()
    ]
