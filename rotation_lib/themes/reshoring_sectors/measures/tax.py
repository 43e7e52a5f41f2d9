"""Small minus large caps around the steps of two tax laws, against dates of no meaning.

Single events are facts with a rank; what a law did is judged by the mean of its events whose
windows do not overlap. Nothing here says that tax was the only news of a day.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import SEED
from ....market import Market
from ....stats.bootstrap import Array, Interval
from ....stats.effort import capped
from ....stats.eventstudy import event_returns, placebo_p_value, window_returns
from ....stats.multiple import romano_wolf
from ....studies.declared import PAIR, Measured, finding
from ....studies.facts import null_reason, window_return
from .terms import (
    DRAWS,
    ENACTED_BASE,
    EPISODE_NAMES,
    HORIZONS,
    TAX_EPISODES,
    YEAR,
    TaxEvent,
)

COLUMNS = ["episode", "horizon", "value", "low", "high", "events", "p", "p_family"]


def reason_without(market: Market, episode: str, horizon: int = max(HORIZONS)) -> str | None:
    """Why an episode cannot be measured over ``horizon`` sessions, or ``None``."""
    sessions = [e.session for e in TAX_EPISODES[episode]]
    if market.end < sessions[-1]:
        return f"the report ends on {market.end.date()}, before the last step of the law"
    closes = market.closes
    last = closes.get_indexer([sessions[-1]])[0] + horizon - 1
    if last >= len(closes):
        return f"fewer than {horizon} sessions have passed since the last step of the law"
    return null_reason(market, closes[closes.get_indexer([sessions[0]])[0] - 1], closes[last])


def event_table(market: Market) -> pd.DataFrame:
    """Each step that lies in the window, with small minus large over 1, 5 and 21 sessions.

    Columns: ``episode``, ``event``, ``session``; per horizon ``r<h>`` (difference of total
    returns from the close before, NaN where the window is not complete) and ``rank<h>`` (share of
    all windows since 2010 that were lower).
    """
    small, large = market.history[market.small], market.history[market.large]
    windows = {h: window_returns(small, h, large).dropna() for h in HORIZONS}
    rows = []
    for episode, events in TAX_EPISODES.items():
        for event in events:
            if not market.start <= event.session <= market.end:
                continue
            values = event_returns(small, [event.session], HORIZONS, large).iloc[0]
            row: dict[str, object] = {
                "episode": EPISODE_NAMES[episode],
                "event": event.name,
                "session": event.session,
            }
            for h in HORIZONS:
                row[f"r{h}"] = float(values[h])
                known = np.isfinite(values[h])
                row[f"rank{h}"] = float((windows[h] < values[h]).mean()) if known else np.nan
            rows.append(row)
    names = [f"{kind}{h}" for h in HORIZONS for kind in ("r", "rank")]
    return pd.DataFrame(rows, columns=["episode", "event", "session", *names])


def reactions(market: Market, horizon: int = 5) -> pd.DataFrame:
    """Each step and the mean of each law over ``horizon`` sessions, with intervals, for a chart.

    Columns: ``label``, ``value``, ``low``, ``high``. A single step's interval inverts the test
    against all windows since 2010, a mean's the one against placebo dates.
    """
    pool = window_returns(
        market.history[market.small], horizon, market.history[market.large]
    ).dropna()
    below, above = pool.quantile([0.025, 0.975]) - pool.mean()
    events = event_table(market)
    rows = [
        (event, value, value - above, value - below)
        for event, value in zip(events["event"], events[f"r{horizon}"], strict=True)
    ]
    joint = joint_table(market)
    for hit in joint[joint["horizon"] == horizon].itertuples():
        name = f"Mean of {hit.events} steps, {EPISODE_NAMES[hit.episode]}"
        rows.append((name, hit.value, hit.low, hit.high))
    table = pd.DataFrame(rows, columns=["label", "value", "low", "high"])
    return table.astype({"value": float, "low": float, "high": float}).dropna(ignore_index=True)


def apart(events: Sequence[TaxEvent], horizon: int, index: pd.DatetimeIndex) -> list[TaxEvent]:
    """The events whose windows of ``horizon`` sessions do not overlap an earlier one's.

    Args:
        events: in order of date.
        horizon: sessions.
        index: all sessions.
    """
    kept: list[TaxEvent] = []
    free = -1
    for event in events:
        at = int(index.get_indexer([event.session])[0])
        if at >= free:
            kept.append(event)
            free = at + horizon
    return kept


def placebo_sets(market: Market, count: int, draws: int, seed: int) -> np.ndarray:
    """Rows of the history at which ``count`` meaningless events begin, shape (draws, count).

    Dates of a set are the longest horizon apart, have full windows, and lie that far from every
    tax event.
    """
    horizon = max(HORIZONS)
    windows = window_returns(
        market.history[market.small], horizon, market.history[market.large]
    ).to_numpy()
    rows = np.flatnonzero(np.isfinite(windows))
    index = pd.DatetimeIndex(market.history.index)
    sessions = pd.DatetimeIndex([e.session for part in TAX_EPISODES.values() for e in part])
    taken = index.get_indexer(sessions)
    taken = taken[taken >= 0]
    if len(taken):
        rows = rows[(np.abs(rows[:, None] - taken) >= horizon).all(axis=1)]
    rng = np.random.default_rng(seed)
    kept: list[np.ndarray] = []
    have = 0
    while have < draws:
        sets = rng.choice(rows, size=(draws, count))
        gaps = np.diff(np.sort(sets, axis=1), axis=1)
        good = sets[(gaps >= horizon).all(axis=1)]
        kept.append(good)
        have += len(good)
    return np.concatenate(kept)[:draws]


def joint_table(market: Market) -> pd.DataFrame:
    """Mean over the steps of each law that do not overlap, against placebo dates.

    Columns: ``episode`` (key), ``horizon``, ``value``, ``low``, ``high`` (the values of a common
    effect that the placebo dates do not reject at 5 %), ``events``, ``p`` (alone, two-sided),
    ``p_family`` (Romano–Wolf over all rows). Episodes that the window does not allow are left out.
    """
    index = pd.DatetimeIndex(market.history.index)
    small, large = market.history[market.small], market.history[market.large]
    windows = {h: window_returns(small, h, large).to_numpy() for h in HORIZONS}
    rows: list[dict[str, object]] = []
    nulls: list[Array] = []
    for i, (episode, events) in enumerate(TAX_EPISODES.items()):
        if reason_without(market, episode) is not None:
            continue
        sets = placebo_sets(market, len(events), capped(DRAWS), SEED + i)
        for h in HORIZONS:
            kept = apart(events, h, index)
            value = float(event_returns(small, [e.session for e in kept], [h], large)[h].mean())
            null = windows[h][sets[:, : len(kept)]].mean(axis=1)
            below, above = np.quantile(null, [0.025, 0.975])
            centre = float(null.mean())
            rows.append(
                {
                    "episode": episode,
                    "horizon": h,
                    "value": value,
                    "low": value - (above - centre),
                    "high": value - (below - centre),
                    "events": len(kept),
                    "p": placebo_p_value(value, null),
                }
            )
            nulls.append((null - null.mean()) / null.std(ddof=1))
            rows[-1]["z"] = (value - null.mean()) / null.std(ddof=1)
    if not rows:
        return pd.DataFrame(columns=COLUMNS)
    made = pd.DataFrame(rows)
    family = romano_wolf(made["z"].to_numpy(), np.column_stack(nulls), [str(i) for i in made.index])
    return made.assign(p_family=family.table["p_adjusted"].to_numpy())[COLUMNS]


@finding(
    "reshoring_sectors.tax_2016_1d",
    "Small minus large caps over 1 session around steps of the 2016–17 tax law, mean",
    "percentage points",
    PAIR,
)
@finding(
    "reshoring_sectors.tax_2016_1d_p",
    "Family-wise placebo p-value of the 2016–17 tax law over 1 session",
    "p-value",
    PAIR,
)
@finding(
    "reshoring_sectors.tax_2016_5d",
    "Small minus large caps over 5 sessions around steps of the 2016–17 tax law, mean",
    "percentage points",
    PAIR,
)
@finding(
    "reshoring_sectors.tax_2016_5d_p",
    "Family-wise placebo p-value of the 2016–17 tax law over 5 sessions",
    "p-value",
    PAIR,
)
@finding(
    "reshoring_sectors.tax_2016_21d",
    "Small minus large caps over 21 sessions around steps of the 2016–17 tax law, mean",
    "percentage points",
    PAIR,
)
@finding(
    "reshoring_sectors.tax_2016_21d_p",
    "Family-wise placebo p-value of the 2016–17 tax law over 21 sessions",
    "p-value",
    PAIR,
)
@finding(
    "reshoring_sectors.tax_2025_1d",
    "Small minus large caps over 1 session around steps of the 2025 tax law, mean",
    "percentage points",
    PAIR,
)
@finding(
    "reshoring_sectors.tax_2025_1d_p",
    "Family-wise placebo p-value of the 2025 tax law over 1 session",
    "p-value",
    PAIR,
)
@finding(
    "reshoring_sectors.tax_2025_5d",
    "Small minus large caps over 5 sessions around steps of the 2025 tax law, mean",
    "percentage points",
    PAIR,
)
@finding(
    "reshoring_sectors.tax_2025_5d_p",
    "Family-wise placebo p-value of the 2025 tax law over 5 sessions",
    "p-value",
    PAIR,
)
@finding(
    "reshoring_sectors.tax_2025_21d",
    "Small minus large caps over 21 sessions around steps of the 2025 tax law, mean",
    "percentage points",
    PAIR,
)
@finding(
    "reshoring_sectors.tax_2025_21d_p",
    "Family-wise placebo p-value of the 2025 tax law over 21 sessions",
    "p-value",
    PAIR,
)
def steps(market: Market) -> tuple[Measured | DataError, ...]:
    """Joint reaction to each law over 1, 5 and 21 sessions, with p-values."""
    joint = joint_table(market)
    return tuple(
        part for e in TAX_EPISODES for h in HORIZONS for part in _joint(market, joint, e, h)
    )


def _joint(
    market: Market, joint: pd.DataFrame, episode: str, h: int
) -> tuple[Measured | DataError, Measured | DataError]:
    row = joint[(joint["episode"] == episode) & (joint["horizon"] == h)]
    if row.empty:
        reason = reason_without(market, episode)
        assert reason is not None  # joint_table leaves out these episodes alone
        return DataError(reason), DataError(reason)
    hit = row.iloc[0]
    how = (
        f"mean of {int(hit['events'])} steps whose windows do not overlap, difference of total "
        f"returns from the close before; {capped(DRAWS):,} sets of placebo dates since 2010, at least "
        f"{max(HORIZONS)} sessions apart and away from tax events, seed {SEED}"
    )
    dates = pd.DatetimeIndex([e.session for e in TAX_EPISODES[episode]])
    told, n = f"{how}; interval by inverting the placebo test", int(hit["events"])
    ends = Interval(float(hit["low"]), float(hit["high"]), 0.95, told)
    family = f"{how}; two-sided, Romano–Wolf step-down over {len(joint)} tests"
    return (
        Measured(float(hit["value"]), ends, dates, n=n),
        Measured(float(hit["p_family"]), None, dates, family, n),
    )


@finding(
    "reshoring_sectors.tax_2016_5d_without_election",
    "Small minus large caps over 5 sessions around steps of the 2016–17 tax law, the election left out",
    "percentage points", PAIR,
)  # fmt: skip
@finding(
    "reshoring_sectors.tax_2016_5d_without_election_p",
    "Placebo p-value of that mean without the election", "p-value", PAIR,
)  # fmt: skip
def without_election(market: Market) -> tuple[Measured, Measured]:
    """The steps of the first law that were about taxes alone: the election brought other hopes."""
    if (reason := reason_without(market, "2016", 5)) is not None:
        raise DataError(reason)
    steps = TAX_EPISODES["2016"][1:]
    small, large = market.history[market.small], market.history[market.large]
    kept = apart(steps, 5, pd.DatetimeIndex(market.history.index))
    value = float(event_returns(small, [e.session for e in kept], [5], large)[5].mean())
    sets = placebo_sets(market, len(kept), capped(DRAWS), SEED)
    null = window_returns(small, 5, large).to_numpy()[sets].mean(axis=1)
    below, above = np.quantile(null, [0.025, 0.975]) - null.mean()
    dates, n = pd.DatetimeIndex([e.session for e in kept]), len(kept)
    how = f"mean of {n} steps; {len(null):,} sets of placebo dates since 2010, seed {SEED}"
    ends = Interval(value - above, value - below, 0.95, f"{how}; interval by inverting their test")
    p = placebo_p_value(value, null)
    return Measured(value, ends, dates, n=n), Measured(p, None, dates, f"{how}; two-sided", n)


def each_left_out(market: Market, episode: str, horizon: int = 5) -> pd.DataFrame:
    """The mean over a law's steps with each of them left out: so few carry a mean each.

    Args:
        market: data and window.
        episode: of ``TAX_EPISODES``.
        horizon: sessions.

    Returns:
        ``left_out`` (name of the step), ``value`` (fraction), ``n``; empty where the law cannot be
        measured.
    """
    if reason_without(market, episode, horizon) is not None:
        return pd.DataFrame(columns=["left_out", "value", "n"])
    small, large = market.history[market.small], market.history[market.large]
    index = pd.DatetimeIndex(market.history.index)
    rows = []
    for event in apart(TAX_EPISODES[episode], horizon, index):
        others = [e for e in TAX_EPISODES[episode] if e != event]
        kept = [e.session for e in apart(others, horizon, index)]
        mean = float(event_returns(small, kept, [horizon], large)[horizon].mean())
        rows.append((event.name, mean, len(kept)))
    return pd.DataFrame(rows, columns=["left_out", "value", "n"])


@finding(
    "reshoring_sectors.tax_2016_year",
    f"Small minus large caps in the {YEAR} sessions after the 2016–17 tax law",
    "percentage points", PAIR, episode="2016",
)  # fmt: skip
@finding(
    "reshoring_sectors.tax_2025_year",
    f"Small minus large caps in the {YEAR} sessions after the 2025 tax law",
    "percentage points", PAIR, episode="2025",
)  # fmt: skip
def year_after(market: Market, episode: str) -> Measured:
    """The year after a law was signed.

    Args:
        market: data and window.
        episode: of ``ENACTED_BASE``.
    """
    base, closes = ENACTED_BASE[episode], market.closes
    if market.end <= base:
        raise DataError("the law was signed after the report's end")
    at = int(closes.get_indexer([base])[0])
    if at + YEAR >= len(closes):
        raise DataError(f"{YEAR} sessions have not passed since the law was signed")
    return window_return(market, market.small, base, closes[at + YEAR], market.large)
