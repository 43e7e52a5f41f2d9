"""The rolling regression beside statsmodels' own."""

from __future__ import annotations

import time
from collections.abc import Callable

from report import Bar, Part

from rotation_lib.market import Market
from rotation_lib.params import ReportParams
from rotation_lib.stats.regression import newey_west, rolling_slope

WINDOW = 252
LAGS = 4


def _best(work: Callable[[], object], times: int) -> float:
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def part() -> Part:
    """Speed and agreement over the whole sample, small on large caps."""
    from statsmodels.regression.rolling import RollingOLS
    from statsmodels.tools import add_constant

    market = Market.load(ReportParams())
    y, x = market.total_returns[market.small], market.total_returns[market.large]
    design = add_constant(x.rename("x"))
    ours = rolling_slope(y, x, WINDOW, LAGS)
    theirs = RollingOLS(y, design, window=WINDOW).fit().params["x"].dropna()
    last = newey_west(y.iloc[-WINDOW:], x.iloc[-WINDOW:].rename("x"), LAGS)
    mine = _best(lambda: rolling_slope(y, x, WINDOW, LAGS), 10)
    whole = _best(lambda: RollingOLS(y, design, window=WINDOW).fit(), 3)
    points = _best(lambda: RollingOLS(y, design, window=WINDOW).fit(params_only=True), 3)
    bars = [
        Bar("times as quick as `RollingOLS(…).fit()`", whole / mine, 20, at_least=True),
        Bar("largest difference of a slope", float((ours["slope"] - theirs).abs().max()), 1e-10),
        Bar(
            "largest difference of the last band from statsmodels' HAC fit",
            max(abs(ours[k].iloc[-1] - last.table.loc["x", k]) for k in ("se", "low", "high")),
            1e-10,
        ),
    ]
    told = (
        f"{len(y):,} days, windows of {WINDOW}, Newey–West bands with {LAGS} lags: "
        f"{mine * 1e3:.1f} ms with the bands, against {whole * 1e3:.0f} ms for statsmodels' fit, "
        f"which has no such bands, and {points * 1e3:.0f} ms when it is asked for nothing but the "
        f"estimates ({points / mine:.0f} times)."
    )
    return Part("Rolling regression", bars, told)
