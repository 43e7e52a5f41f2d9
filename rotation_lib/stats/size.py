"""How often the event tests of this package see an effect: where there is none, and where one is.

Dates go into histories with known parameters, without meaning or with a planted effect; the share
of p-values at or below the level comes out. No market data.
`python -m rotation_lib.stats.size` rewrites the record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd

from rotation_lib.errors import DataError
from rotation_lib.stats import eventstudy
from rotation_lib.stats.bootstrap import SEED
from rotation_lib.stats.coverage import (
    ALARMS_HEADING,
    DESIGN,
    DESIGNS,
    SESSIONS,
    Design,
    simulate_pairs,
)
from rotation_lib.stats.shifts import shifted_means

LEVEL = 0.05
EVENTS = 9
MONTH = 21
#: How the dates lie: anywhere in the history, or within one stretch of these many sessions.
PATTERNS: Mapping[str, int | None] = {"scattered": None, "bunched": 252}
#: Planted on each date in the study of power: fractions added to the day's return.
EFFECTS = (0.0025, 0.005, 0.01)

EventTest: TypeAlias = Callable[[pd.DataFrame, pd.DatetimeIndex], float]


def _placebo(horizon: int, draws: int) -> EventTest:
    def p_value(pair: pd.DataFrame, dates: pd.DatetimeIndex) -> float:
        small, large = pair["small"], pair["large"]
        seen = eventstudy.event_returns(small, dates, [horizon], large)[horizon]
        pool = pd.DatetimeIndex(pair.index).difference(dates)
        drawn = eventstudy.placebo_distribution(
            small, len(dates), horizon, benchmark=large, pool=pool, draws=draws, min_gap=horizon
        )
        return eventstudy.placebo_p_value(float(seen.mean()), drawn)

    return p_value


def _shifted(horizon: int) -> EventTest:
    def p_value(pair: pd.DataFrame, dates: pd.DatetimeIndex) -> float:
        windows = eventstudy.window_returns(pair["small"], horizon, pair["large"])
        seen = float(windows.reindex(dates).mean())
        return eventstudy.placebo_p_value(seen, shifted_means(windows, dates))

    return p_value


def event_tests(draws: int) -> Mapping[str, EventTest]:
    """The package's event tests by name, each from a pair and dates to a two-sided p-value.

    Args:
        draws: sets of placebo dates.

    Returns:
        `placebo_day`, `placebo_month`: mean relative return over 1 and 21 sessions against random
        dates as far apart; `shift_day`, `shift_month`: against the whole pattern of dates moved;
        `abnormal_t`, `abnormal_sign`: t and sign test of market-model abnormal returns.
    """

    def study(pair: pd.DataFrame, dates: pd.DatetimeIndex) -> eventstudy.EventStudy:
        return eventstudy.event_study(pair["small"], pair["large"], dates)

    return {
        "placebo_day": _placebo(1, draws),
        "placebo_month": _placebo(MONTH, draws),
        "shift_day": _shifted(1),
        "shift_month": _shifted(MONTH),
        "abnormal_t": lambda pair, dates: study(pair, dates).p,
        "abnormal_sign": lambda pair, dates: study(pair, dates).sign_p,
    }


def meaningless_dates(
    index: pd.DatetimeIndex, stretch: int | None, rng: np.random.Generator
) -> pd.DatetimeIndex:
    """Nine sessions 21 or more apart, with a year before and a month after them.

    Args:
        index: n sessions, more than 271 and the stretch.
        stretch: sessions within which they all lie, at least 169; None for anywhere.
        rng: source of randomness.

    Raises:
        DataError: too few sessions.
    """
    first, last = -eventstudy.ESTIMATION[0], len(index) - MONTH
    span = last - first if stretch is None else stretch
    free = span - (EVENTS - 1) * (MONTH - 1)
    if free < EVENTS or span > last - first:
        raise DataError(
            f"{EVENTS} dates {MONTH} sessions apart do not fit {len(index)} sessions; take more."
        )
    start = first + int(rng.integers(0, last - first - span + 1))
    places = np.sort(rng.choice(free, size=EVENTS, replace=False))
    return index[start + places + (MONTH - 1) * np.arange(EVENTS)]


def false_positives(
    reps: int,
    draws: int,
    *,
    stretch: int | None = None,
    n: int = SESSIONS,
    seed: int = SEED,
    design: Design = DESIGN,
) -> dict[str, float]:
    """Share of histories in which each test calls meaningless dates an effect at 5 %.

    Args:
        reps: histories.
        draws: sets of placebo dates a history.
        stretch: as in `meaningless_dates`.
        n: sessions each.
        seed: of histories and dates.
        design: of the simulation, whose values are taken as log returns.

    Returns:
        Rate by name of `event_tests`; 0.05 is right, more cries wolf.

    Raises:
        DataError: counts below 1 or too few sessions.
    """
    return _called(event_tests(draws), reps, 0.0, stretch, n, seed, design)


def power(
    effect: float,
    reps: int,
    draws: int,
    *,
    n: int = SESSIONS,
    seed: int = SEED,
    design: Design = DESIGN,
) -> dict[str, float]:
    """Share of histories in which each one-day test finds an effect planted on scattered dates.

    Args:
        effect: fraction added to the small index on each date.
        reps: histories.
        draws: sets of placebo dates a history.
        n: sessions each.
        seed: of histories and dates.
        design: as in `false_positives`.

    Returns:
        Rate by name of those `event_tests` that look at one day.

    Raises:
        DataError: counts below 1 or too few sessions.
    """
    tests = {k: v for k, v in event_tests(draws).items() if not k.endswith("month")}
    return _called(tests, reps, effect, None, n, seed, design)


def _called(
    tests: Mapping[str, EventTest],
    reps: int,
    effect: float,
    stretch: int | None,
    n: int,
    seed: int,
    design: Design,
) -> dict[str, float]:
    """Share of histories in which each test calls its dates an effect."""
    rng = np.random.default_rng(seed + 1)
    hits = dict.fromkeys(tests, 0)
    for logs in simulate_pairs(reps, n, seed, design):
        pair = np.expm1(logs)  # extreme tails must not lose more than everything
        dates = meaningless_dates(pd.DatetimeIndex(pair.index), stretch, rng)
        pair.loc[dates, "small"] += effect
        for name, test in tests.items():
            hits[name] += test(pair, dates) <= LEVEL
    return {name: count / reps for name, count in hits.items()}


def record(reps: int, draws: int, n: int = SESSIONS) -> str:
    """False-positive rates of every test, design and pattern of dates, and power, as TOML tables.

    Args:
        reps: histories a design and pattern.
        draws: sets of placebo dates.
        n: sessions a history.
    """
    lines = [
        ALARMS_HEADING,
        "# Written by: python -m rotation_lib.stats.size",
        "[size]",
        f"reps = {reps}",
        f"draws = {draws}",
        f"sessions = {n}",
        f"events = {EVENTS}",
        f"level = {LEVEL}",
        f"seed = {SEED}",
    ]
    for label, design in DESIGNS.items():
        for pattern, stretch in PATTERNS.items():
            found = false_positives(reps, draws, stretch=stretch, n=n, design=design)
            lines += ["", f"[size.designs.{label}.{pattern}]"]
            lines += [f"{name} = {rate:.4f}" for name, rate in found.items()]
    for label, design in DESIGNS.items():
        for effect in EFFECTS:
            found = power(effect, reps, draws, n=n, design=design)
            lines += ["", f"[[size.power.{label}]]", f"effect = {effect}"]
            lines += [f"{name} = {rate:.4f}" for name, rate in found.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    from pathlib import Path

    from rotation_lib.project import need_checkout
    from rotation_lib.stats.intervals import RECORD

    need_checkout("This record")
    kept = Path(__file__).with_name(RECORD)
    coverage = kept.read_text(encoding="utf-8").split(ALARMS_HEADING)[0].rstrip("\n")
    kept.write_text(f"{coverage}\n\n{record(2000, 999)}", encoding="utf-8")
