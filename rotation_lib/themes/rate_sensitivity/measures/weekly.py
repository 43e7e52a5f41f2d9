"""Weekly relative returns beside the same weeks' changes in yields, and slopes of one on the other.

Everything that measures a rate beta starts here. It must never fill a missing week.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....market import Market
from ....stats.bootstrap import Interval
from ....stats.regression import Regression, newey_west
from ....stats.returns import FRIDAY, week_ends, weekly_changes, weekly_log_returns
from ....studies.declared import Measured
from ....units import UnitName

#: Newey-West lags of weekly regressions, and the fewest weeks a slope may rest on.
LAGS = 4
MINIMUM_WEEKS = 52
#: Yields of the chapter: catalog id → words.
RATES = {
    "DGS2": "2-year yield",
    "DGS10": "10-year yield",
    "DGS30": "30-year yield",
    "DFII10": "10-year real yield",
    "T10YIE": "10-year breakeven",
}
SLOPE_UNIT: UnitName = "pp per pp"


@dataclass(frozen=True, eq=False)
class Weekly:
    """One row a week, dated by the session that ends it.

    Attributes:
        small, large: symbols compared.
        returns: log total returns of ``small`` and ``large`` (fractions).
        relative: the first minus the second.
        changes: weekly changes of the yields of :data:`RATES` that can be seen, percentage points;
            NaN where a yield had not been observed yet.
    """

    small: str
    large: str
    returns: pd.DataFrame
    relative: pd.Series
    changes: pd.DataFrame

    def pair(self, rates: Sequence[str], control: bool = False) -> tuple[pd.Series, pd.DataFrame]:
        """Relative returns and regressors on the weeks on which all are known.

        Args:
            rates: ids of :data:`RATES`. control: add the return of ``large`` as ``market``.

        Raises:
            DataError: if a rate cannot be seen.
        """
        unseen = [r for r in rates if r not in self.changes]
        if unseen:
            raise DataError(f"{unseen[0]} has no observation that can be shown.")
        asked = (tuple(rates), control)
        if asked not in self._pairs:
            self._pairs[asked] = self._pair(*asked)
        y, x = self._pairs[asked]
        return y.copy(deep=False), x.copy(deep=False)  # a caller's changes stay its own

    def _pair(self, rates: tuple[str, ...], control: bool) -> tuple[pd.Series, pd.DataFrame]:
        columns = {rate: self.changes[rate].to_numpy() for rate in rates}
        if control:
            columns["market"] = self.returns[self.large].to_numpy()
        relative = self.relative.to_numpy()
        known = ~np.isnan([relative, *columns.values()]).any(axis=0)
        index = self.relative.index[known]
        x = pd.DataFrame({name: values[known] for name, values in columns.items()}, index=index)
        return pd.Series(relative[known], index=index, name=self.relative.name), x

    @cached_property
    def _pairs(self) -> dict[tuple[tuple[str, ...], bool], tuple[pd.Series, pd.DataFrame]]:
        """Pairs asked for so far: a dozen findings rest on the same few."""
        return {}


def weekly(market: Market, small: str = "", large: str = "", weekday: int = FRIDAY) -> Weekly:
    """The window by weeks.

    Weeks end on the last session on or before ``weekday`` (4 is Friday); a week whose closing day
    lies after the window's end is dropped; the first return runs between the first two week-ends
    on or after the base close. Yields are the latest dated on or before a week-end.

    Args:
        market: data and window.
        small, large: symbols; the market's own when empty.
    """
    return _weekly(market, small or market.small, large or market.large, weekday)


@lru_cache(maxsize=32)
def _weekly(market: Market, first: str, second: str, weekday: int) -> Weekly:
    both = market.complete(first, second)
    whole = len(both) == len(market.sessions)
    daily = both if whole else market.total_returns[[first, second]]  # a gap stays a gap
    returns = weekly_log_returns(daily, market.base, market.end, weekday)
    relative = (returns[first] - returns[second]).rename("relative")
    return Weekly(first, second, returns, relative, _yield_changes(market, weekday))


@lru_cache(maxsize=8)
def _yield_changes(market: Market, weekday: int) -> pd.DataFrame:
    """What every pair shares: changes of the yields between the week-ends."""
    ends = week_ends(market.sessions, market.base, market.end, weekday)
    yields = market.yields
    return pd.DataFrame(
        {r: weekly_changes(yields[r], ends) for r in RATES if r in yields}, index=ends[1:]
    )


def fit(y: pd.Series, x: pd.DataFrame, leverage: bool = True) -> Regression | str:
    """The regression, or the reason why there is none.

    Args:
        y: weekly returns, none missing.
        x: regressors on the same weeks, none missing.
        leverage: as in :func:`rotation_lib.stats.regression.newey_west`.
    """
    if len(y) < MINIMUM_WEEKS:
        return f"{len(y)} complete weeks are too few, {MINIMUM_WEEKS} are needed"
    try:
        return newey_west(y, x, LAGS, leverage=leverage)
    except DataError as error:
        return str(error).rstrip(".")


def slope(
    y: pd.Series, x: pd.DataFrame, name: str, *, n: int | None = None, leverage: bool = True
) -> Measured:
    """The coefficient of ``name`` in a regression of ``y`` on ``x``.

    Args:
        y, x: complete weeks, as :meth:`Weekly.pair` gives them.
        name: a column of ``x``.
        n: weeks that carry the coefficient, where fewer than all.
        leverage: as in :func:`fit`; the betas whose definition is fixed go without.

    Raises:
        DataError: where there are too few weeks, or nothing varies.
    """
    result = fit(y, x, leverage)
    if isinstance(result, str):
        raise DataError(result)
    text = f"weekly log total returns, {result.method}"
    others = [c for c in x.columns if c != name]
    if others:
        text += f", with {', '.join(map(str, others))} in the regression"
    dates = pd.DatetimeIndex(y.index)
    return Measured(result.coefficient(name), result.interval(name), dates, text, n)


def of_group(table: pd.DataFrame, group: str, method: str, why: str) -> Measured | DataError:
    """One row of :func:`by_group`, or why the group has none.

    Args:
        table: as :func:`by_group` makes it.
        group: label of the row.
        method: told with it.
        why: reason where there is no such row. No value of the table is missing.
    """
    if group not in table.index:
        return DataError(why)
    row = table.loc[group]
    ends = Interval(float(row["low"]), float(row["high"]), 0.95, method)
    dates = pd.DatetimeIndex([row["first"], row["last"]])
    return Measured(float(row["value"]), ends, dates, method, int(row["weeks"]))


def by_group(y: pd.Series, x: pd.Series, groups: pd.Series) -> pd.DataFrame:
    """One slope a group of weeks, all from one regression, so that lags cross no gap.

    Args:
        y, x: n weekly values, none missing. groups: a label a week; weeks labelled "" belong to none.

    Returns:
        Rows by label in order of appearance in ``groups.unique()``; columns ``value, low, high,
        weeks, first, last``. Groups under :data:`MINIMUM_WEEKS` weeks are left out.
    """
    labels = groups.to_numpy(dtype=object)
    places = {str(group): labels == group for group in dict.fromkeys(labels) if group != ""}
    kept = {group: inside for group, inside in places.items() if inside.sum() >= MINIMUM_WEEKS}
    columns = ["value", "low", "high", "weeks", "first", "last"]
    design = {}
    # A group's own intercept; the last set of weeks keeps the common one.
    rest = sum(inside.sum() for inside in kept.values()) < len(labels)
    for position, (group, inside) in enumerate(kept.items()):
        if rest or position:
            design[f"level {group}"] = inside.astype(float)
        design[f"slope {group}"] = np.where(inside, x.to_numpy(), 0.0)
    result = fit(y, pd.DataFrame(design, index=y.index)) if kept else ""
    if isinstance(result, str):
        return pd.DataFrame(columns=columns)
    rows = {}
    for group, inside in kept.items():
        interval, dates = result.interval(f"slope {group}"), y.index[inside]
        value = result.coefficient(f"slope {group}")
        rows[group] = (value, interval.low, interval.high, len(dates), dates[0], dates[-1])
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)
