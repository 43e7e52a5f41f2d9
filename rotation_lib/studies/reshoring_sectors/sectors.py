"""Industrials, home builders and banks against the large-cap fund since the first rate cut.

All intervals share one set of resampled days. Nothing here picks a window by its result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...findings import Finding, missing, tendency
from ...market import Market
from ...params import MINIMUM_SESSIONS
from ...stats import measures
from ...stats.bootstrap import Array, Bootstrap, block_length
from ...stats.multiple import Superiority, romano_wolf, superior_ability
from ...stats.returns import SESSIONS_PER_YEAR, max_drawdown
from ...units import UnitName
from ..facts import null_reason, window_fact
from .terms import CUT_BASE, DRAWS, FUNDS, GROUP_KEYS, GROUPS, Bounds, finding_id

SUPERIOR = "P-value of no fund with a higher mean return than the benchmark"


@dataclass(frozen=True)
class Since:
    """Daily returns from a base close to ``end``.

    Attributes:
        base: the base close. benchmark: symbol. returns: sessions × (funds, benchmark), complete;
        funds not listed throughout are left out. groups: group → its funds that are in returns.
    """

    base: pd.Timestamp
    benchmark: str
    returns: pd.DataFrame
    groups: dict[str, list[str]]

    @property
    def funds(self) -> list[str]:
        """Funds measured: those listed throughout, without the benchmark."""
        return [f for f in FUNDS if f in self.returns.columns and f != self.benchmark]

    def relative(self) -> pd.DataFrame:
        """Daily simple return of each fund minus the benchmark's.

        Rows: sessions; columns: :attr:`funds`; NaN where either return is missing.
        """
        return self.returns[self.funds].sub(self.returns[self.benchmark], axis=0)

    def group_returns(self) -> pd.DataFrame:
        """Daily return of each group, its funds equally weighted every day.

        Rows: sessions; columns: groups; a fund without a return that day is left out of its mean.
        """
        return pd.DataFrame({g: self.returns[f].mean(axis=1) for g, f in self.groups.items()})

    def group_relative(self) -> pd.DataFrame:
        """Daily return of each group minus the benchmark's.

        Rows and columns as in :meth:`group_returns`.
        """
        return self.group_returns().sub(self.returns[self.benchmark], axis=0)

    def relative_wealth(self, returns: pd.DataFrame) -> pd.DataFrame:
        """Daily returns (fractions) of wealth in ``returns`` divided by wealth in the benchmark.

        NaN where a return is missing; rows and columns as in ``returns``.
        """
        return (1 + returns).div(1 + self.returns[self.benchmark], axis=0) - 1


def reason_without(market: Market, base: pd.Timestamp = CUT_BASE) -> str | None:
    """Why nothing can be said of the time since ``base``, or ``None``."""
    if market.end <= base:
        return f"the report ends on {market.end.date()}, before the first cut of September 2024"
    reason = null_reason(market, base, market.end)
    if reason is not None:
        return reason
    count = int((market.sessions > base).sum())
    if count < MINIMUM_SESSIONS:
        return (
            f"only {count} sessions have passed since {base.date()}, {MINIMUM_SESSIONS} are needed"
        )
    return None


def since(
    market: Market,
    base: pd.Timestamp = CUT_BASE,
    benchmark: str | None = None,
    sessions: int | None = None,
) -> Since | None:
    """Returns since a base close, ``None`` where :func:`reason_without` gives a reason.

    Args:
        benchmark: default the report's large-cap fund.
        sessions: only the first so many, ``None`` too when fewer have passed.
    """
    against = benchmark or market.large
    if reason_without(market, base) is not None:
        return None
    rows = market.total_returns.loc[market.sessions > base]
    if sessions is not None:
        if len(rows) < sessions:
            return None
        rows = rows.iloc[:sessions]
    funds = [f for f in FUNDS if f != against and rows[f].notna().all()]
    if not funds or rows[against].isna().any():
        return None
    groups = {g: [f for f in members if f in funds] for g, members in GROUPS.items()}
    return Since(base, against, rows[[*funds, against]], {g: f for g, f in groups.items() if f})


@dataclass(frozen=True)
class Drawn:
    """Resampled yearly means of several daily relative returns: one row a resample.

    Attributes:
        estimate: mean per day × 252. draws: the same on each resample. names, block, count.
    """

    names: list[str]
    estimate: Array
    draws: Array
    block: int

    def interval(self, name: str) -> tuple[float, float]:
        """95 % percentile interval.

        Args:
            name: one of ``names``.
        """
        low, high = np.quantile(self.draws[:, self.names.index(name)], [0.025, 0.975])
        return float(low), float(high)

    def family(self, funds: list[str]) -> pd.DataFrame:
        """Romano–Wolf p-values (two-sided) that each of ``funds`` has a mean of zero."""
        at = [self.names.index(f) for f in funds]
        spread = self.draws[:, at].std(axis=0, ddof=1)
        null = (self.draws[:, at] - self.estimate[at]) / spread
        return romano_wolf(self.estimate[at] / spread, null, funds).table

    @property
    def method(self) -> str:
        """One phrase for the report."""
        return (
            f"mean daily difference of total returns × {SESSIONS_PER_YEAR}; stationary block "
            f"bootstrap, {len(self.draws):,} draws, mean block {self.block} rows, percentile "
            "interval, seed 20240918"
        )


def drawn(frame: pd.DataFrame, block: int, draws: int = DRAWS) -> Drawn:
    """Resample the daily relative returns of ``frame`` together.

    Args:
        frame: complete daily relative returns, one column each.
        block: mean block length, of the returns they were made of.
        draws: resamples.
    """
    sample = Bootstrap(frame, block, draws)
    means = sample.distribution(lambda x: np.moveaxis(x.mean(axis=-1), 0, -1)) * SESSIONS_PER_YEAR
    estimate = frame.mean().to_numpy(dtype=float) * SESSIONS_PER_YEAR
    return Drawn([str(c) for c in frame.columns], estimate, means, block)


def superiority(held: Since, block: int) -> Superiority:
    """Does any fund earn more than the benchmark, the search for the best one allowed for?

    Args:
        held: returns since the cut; a loss is a return with its sign turned.
        block: mean block length of the resamples.
    """
    losses = -held.returns
    return superior_ability(losses[held.benchmark], losses[held.funds], block=block)


def fund_table(market: Market) -> pd.DataFrame:
    """Each fund against the benchmark since the cut; empty where the window does not allow it.

    Columns: ``fund``, ``group``, ``relative`` (difference of total returns), ``percentile``,
    ``yearly`` (mean daily difference × 252), ``low``, ``high``, ``drawdown`` (deepest fall of the
    relative wealth), ``p``, ``p_family``; all fractions.
    """
    shape = ["drawdown", "p", "p_family"]
    columns = ["fund", "group", "relative", "percentile", "yearly", "low", "high", *shape]
    held = since(market)
    if held is None:
        return pd.DataFrame(columns=columns)
    sample = drawn(held.relative(), block_length(held.returns))
    family = sample.family(held.funds)
    wealth = held.relative_wealth(held.returns[held.funds])
    rows = []
    for group, members in held.groups.items():
        for fund in members:
            fact = _fund_fact(market, fund)
            low, high = sample.interval(fund)
            rows.append(
                (
                    fund,
                    group,
                    fact.value,
                    fact.percentile,
                    float(sample.estimate[sample.names.index(fund)]),
                    low,
                    high,
                    max_drawdown(wealth[fund]),
                    float(family.loc[fund, "p"]),
                    float(family.loc[fund, "p_adjusted"]),
                )
            )
    return pd.DataFrame(rows, columns=columns)


def group_paths(market: Market) -> pd.DataFrame:
    """Wealth in each group over wealth in the benchmark, 1 at the base close; may be empty.

    Rows: closes; columns: groups.
    """
    held = since(market)
    if held is None:
        return pd.DataFrame()
    relative = held.relative_wealth(held.group_returns())
    head = pd.DataFrame(0.0, index=pd.DatetimeIndex([held.base]), columns=relative.columns)
    return (1 + pd.concat([head, relative])).cumprod().rename_axis("date")


def _fund_fact(market: Market, fund: str) -> Finding:
    name, title = finding_id(f"relative_{fund.lower()}"), f"{fund} since the first cut, relative"
    ids = (fund, market.large)
    reason = reason_without(market)
    if fund == market.large:
        reason = f"{fund} is the benchmark of this run"
    if reason is not None:
        return missing(name, title, unit="percentage points", series=ids, reason=reason)
    return window_fact(market, name, title, fund, CUT_BASE, market.end, minus=market.large)


def findings(market: Market) -> list[Finding]:
    """Each fund's lead since the cut, each group's yearly mean and drawdown, and the family."""
    made = [_fund_fact(market, fund) for fund in FUNDS]
    held = since(market)
    if held is None:
        return made + _without(market, reason_without(market) or "no fund was listed throughout")
    sample = drawn(held.group_relative(), block_length(held.returns))
    wealth = held.relative_wealth(held.group_returns())
    for group, key in GROUP_KEYS.items():
        made += _group(held, sample, wealth, group, key)
    family = drawn(held.relative(), sample.block).family(held.funds)
    best = superiority(held, sample.block)
    text = f"Romano–Wolf step-down over {len(held.funds)} funds, two-sided; {sample.method}"
    index, ids = pd.DatetimeIndex(held.returns.index), (*held.funds, held.benchmark)
    ahead = sum(1 for f in made if f.id.startswith(finding_id("relative_")) and (f.value or 0) > 0)
    made.append(
        tendency(
            finding_id("sectors_p"),
            "Smallest family-wise p-value among the funds",
            float(family["p_adjusted"].min()),
            None,
            unit="p-value",
            index=index,
            series=ids,
            method=text,
        )
    )
    made.append(
        tendency(
            finding_id("sectors_superior_p"),
            SUPERIOR,
            best.consistent,
            None,
            unit="p-value",
            index=index,
            series=ids,
            method=f"one-sided; {best.method} (Hansen 2005)",
        )
    )
    made.append(
        tendency(
            finding_id("sectors_ahead"),
            "Funds ahead of the benchmark since the first cut",
            float(ahead),
            None,
            unit="count",
            index=index,
            series=ids,
            method=f"count of positive differences of total returns among {len(held.funds)}",
            facts={"funds": len(held.funds)},
        )
    )
    return made


def _group(held: Since, sample: Drawn, wealth: pd.DataFrame, group: str, key: str) -> list[Finding]:
    names = (finding_id(f"group_{key}"), finding_id(f"group_{key}_drawdown"))
    titles = _group_titles(group)
    members = held.groups.get(group)
    if not members:
        reason = "none of its funds was listed throughout"
        return [
            missing(n, t, unit=u, series=GROUPS[group], reason=reason)
            for n, t, u in zip(names, titles, _GROUP_UNITS, strict=True)
        ]
    ids, index = (*members, held.benchmark), pd.DatetimeIndex(held.returns.index)
    depth = Bootstrap(wealth[[group]], sample.block, DRAWS).interval(measures.max_drawdown)
    bounds = Bounds(*sample.interval(group), sample.method)
    value = float(sample.estimate[sample.names.index(group)])
    return [
        tendency(
            names[0],
            titles[0],
            value,
            bounds,
            unit="percentage points a year",
            index=index,
            series=ids,
        ),
        tendency(
            names[1],
            titles[1],
            max_drawdown(wealth[group]),
            depth,
            unit="fraction",
            index=index,
            series=ids,
            method=f"deepest fall of relative wealth; interval of the deepest fall of such "
            f"histories: {depth.method}",
        ),
    ]


_GROUP_UNITS: tuple[UnitName, UnitName] = ("percentage points a year", "fraction")


def _group_titles(group: str) -> tuple[str, str]:
    return (
        f"{group} against the large-cap fund since the first cut",
        f"{group}: deepest fall of relative wealth since the first cut",
    )


def _without(market: Market, reason: str) -> list[Finding]:
    made = []
    for group, key in GROUP_KEYS.items():
        names = (f"group_{key}", f"group_{key}_drawdown")
        made += [
            missing(finding_id(n), t, unit=u, series=GROUPS[group], reason=reason)
            for n, t, u in zip(names, _group_titles(group), _GROUP_UNITS, strict=True)
        ]
    rest: tuple[tuple[str, str, UnitName], ...] = (
        ("sectors_p", "Smallest family-wise p-value among the funds", "p-value"),
        ("sectors_superior_p", SUPERIOR, "p-value"),
        ("sectors_ahead", "Funds ahead of the benchmark since the first cut", "count"),
    )
    return made + [
        missing(finding_id(n), t, unit=u, series=(*FUNDS, market.large), reason=reason)
        for n, t, u in rest
    ]
