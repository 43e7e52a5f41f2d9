"""Industrials, home builders and banks against the large-cap fund since the first rate cut.

All intervals share one set of resampled days. Nothing here picks a window by its result.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ....errors import DataError
from ....market import Market
from ....params import MINIMUM_SESSIONS
from ....stats import measures
from ....stats.bootstrap import Bootstrap, Interval, block_length
from ....stats.multiple import Superiority, superior_ability
from ....stats.returns import max_drawdown
from ....studies.declared import LARGE, Measured, finding
from ....studies.facts import null_reason, window_return
from .resampled import Drawn, drawn
from .terms import CUT_BASE, DRAWS, FUNDS, GROUPS


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
            fact = _relative(market, fund)
            rank = (fact.value, fact.percentile) if isinstance(fact, Measured) else (None, None)
            low, high = sample.interval(fund)
            rows.append(
                (
                    fund,
                    group,
                    *rank,
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


def _relative(market: Market, fund: str) -> Measured | DataError:
    """Lead of one fund since the cut, or why it has none."""
    reason = reason_without(market)
    if fund == market.large:
        reason = f"{fund} is the benchmark of this run"
    if reason is not None:
        return DataError(reason)
    try:
        return window_return(market, fund, CUT_BASE, market.end, market.large)
    except DataError as error:
        return error


@finding(
    "reshoring_sectors.relative_xli",
    "XLI since the first cut, relative",
    "percentage points",
    ("XLI", *LARGE),
)
@finding(
    "reshoring_sectors.relative_pave",
    "PAVE since the first cut, relative",
    "percentage points",
    ("PAVE", *LARGE),
)
@finding(
    "reshoring_sectors.relative_airr",
    "AIRR since the first cut, relative",
    "percentage points",
    ("AIRR", *LARGE),
)
@finding(
    "reshoring_sectors.relative_psci",
    "PSCI since the first cut, relative",
    "percentage points",
    ("PSCI", *LARGE),
)
@finding(
    "reshoring_sectors.relative_itb",
    "ITB since the first cut, relative",
    "percentage points",
    ("ITB", *LARGE),
)
@finding(
    "reshoring_sectors.relative_xhb",
    "XHB since the first cut, relative",
    "percentage points",
    ("XHB", *LARGE),
)
@finding(
    "reshoring_sectors.relative_kre",
    "KRE since the first cut, relative",
    "percentage points",
    ("KRE", *LARGE),
)
@finding(
    "reshoring_sectors.relative_kbe",
    "KBE since the first cut, relative",
    "percentage points",
    ("KBE", *LARGE),
)
def relatives(market: Market) -> tuple[Measured | DataError, ...]:
    """Total return of each fund since the cut, minus the benchmark's."""
    return tuple(_relative(market, fund) for fund in FUNDS)


@finding(
    "reshoring_sectors.group_industrials",
    "Industrials against the large-cap fund since the first cut",
    "percentage points a year",
    GROUPS["Industrials"],
)
@finding(
    "reshoring_sectors.group_industrials_drawdown",
    "Industrials: deepest fall of relative wealth since the first cut",
    "fraction",
    GROUPS["Industrials"],
)
@finding(
    "reshoring_sectors.group_builders",
    "Home builders against the large-cap fund since the first cut",
    "percentage points a year",
    GROUPS["Home builders"],
)
@finding(
    "reshoring_sectors.group_builders_drawdown",
    "Home builders: deepest fall of relative wealth since the first cut",
    "fraction",
    GROUPS["Home builders"],
)
@finding(
    "reshoring_sectors.group_banks",
    "Banks against the large-cap fund since the first cut",
    "percentage points a year",
    GROUPS["Banks"],
)
@finding(
    "reshoring_sectors.group_banks_drawdown",
    "Banks: deepest fall of relative wealth since the first cut",
    "fraction",
    GROUPS["Banks"],
)
def groups(market: Market) -> tuple[Measured | DataError, ...]:
    """Yearly mean of each group over the benchmark, and its deepest fall against it."""
    held = _held(market)
    sample = drawn(held.group_relative(), block_length(held.returns))
    wealth = held.relative_wealth(held.group_returns())
    return tuple(part for group in GROUPS for part in _group(held, sample, wealth, group))


def _held(market: Market) -> Since:
    held = since(market)
    if held is None:
        raise DataError(reason_without(market) or "no fund was listed throughout")
    return held


def _group(
    held: Since, sample: Drawn, wealth: pd.DataFrame, group: str
) -> tuple[Measured | DataError, Measured | DataError]:
    members = held.groups.get(group)
    if not members:
        none = DataError("none of its funds was listed throughout")
        return none, none
    ids, dates = (*members, held.benchmark), held.returns.index
    depth = Bootstrap(wealth[[group]], sample.block, DRAWS).interval(measures.max_drawdown)
    ends = Interval(*sample.interval(group), 0.95, sample.method)
    value = float(sample.estimate[sample.names.index(group)])
    fall = (
        "deepest fall of relative wealth; interval of the deepest fall of such histories: "
        f"{depth.method}"
    )
    return (
        Measured(value, ends, dates, series=ids),
        Measured(max_drawdown(wealth[group]), depth, dates, fall, series=ids),
    )


@finding(
    "reshoring_sectors.sectors_p",
    "Smallest family-wise p-value among the funds",
    "p-value",
    (*FUNDS, *LARGE),
)
@finding(
    "reshoring_sectors.sectors_superior_p",
    "P-value of no fund with a higher mean return than the benchmark",
    "p-value",
    (*FUNDS, *LARGE),
)
@finding(
    "reshoring_sectors.sectors_ahead",
    "Funds ahead of the benchmark since the first cut",
    "count",
    (*FUNDS, *LARGE),
)
def family(market: Market) -> tuple[Measured, ...]:
    """All funds together: whether any stands out, and how many are ahead."""
    held = _held(market)
    sample = drawn(held.relative(), block_length(held.returns))
    best = superiority(held, sample.block)
    ahead = sum(isinstance(one, Measured) and one.value > 0 for one in relatives(market))
    count = len(held.funds)
    counted = f"count of positive differences of total returns among {count}"
    stepped = f"Romano–Wolf step-down over {count} funds, two-sided; {sample.method}"
    dates, ids = held.returns.index, (*held.funds, held.benchmark)
    p = float(sample.family(held.funds)["p_adjusted"].min())
    higher = f"one-sided; {best.method} (Hansen 2005)"
    return (
        Measured(p, None, dates, stepped, series=ids),
        Measured(best.consistent, None, dates, higher, series=ids),
        Measured(float(ahead), None, dates, counted, facts={"funds": count}, series=ids),
    )
