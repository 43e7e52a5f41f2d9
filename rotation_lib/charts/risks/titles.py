"""Titles of the charts on risk, and what the replays missed: they state what their data show.

Every title follows sign, size and absence of a value; none holds a number no finding holds.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ... import words
from ...findings import Finding
from ...prose.markdown import Prose
from .shared import Findings, funds


def title_drawdowns(findings: Findings) -> str:
    """Title of the drawdown chart."""
    small, large = funds(findings)
    a, b = finding_of(findings, "max_drawdown_small"), finding_of(findings, "max_drawdown_large")
    if not known(a, b):
        return f"The drawdowns of {small} and {large} cannot be compared here"
    return f"At worst {small} fell {words.pct(size_of(a))} from its peak, {large} {words.pct(size_of(b))}"


def title_tail_chart(findings: Findings) -> str:
    """Title of the chart of tail figures."""
    interval = words.bounds(words.size(finding_of(findings, "cvar_99_small")))
    return _shortfalls(
        findings,
        lambda small, large: (
            f"The 99% shortfall of {small[0]} is {small[1]} a day ({interval}), "
            f"that of {large[0]} {large[1]}"
        ),
    )


def _shortfalls(findings: Findings, said: Callable[[tuple[str, str], tuple[str, str]], str]) -> str:
    """A sentence on fund and mean loss of both, or that they cannot be compared."""
    small, large = funds(findings)
    a, b = finding_of(findings, "cvar_99_small"), finding_of(findings, "cvar_99_large")
    if not known(a, b):
        return f"The tails of {small} and {large} cannot be compared here"
    return said((small, words.pct(size_of(a))), (large, words.pct(size_of(b))))


def title_beta(findings: Findings) -> str:
    """Title of the rolling beta."""
    small, _ = funds(findings)
    whole, latest = finding_of(findings, "beta"), finding_of(findings, "beta_latest")
    if not known(whole, latest):
        return f"The beta of {small} cannot be followed over time here"
    if latest.low is not None and latest.low > value_of(whole):
        place = "above its average over the window"
    elif latest.high is not None and latest.high < value_of(whole):
        place = "below its average over the window"
    else:
        place = "not far from its average over the window"
    return f"The beta of {small} drifts: {words.ratio(latest.value)} over the last year, {place}"


def title_regime_chart(findings: Findings, last: float) -> str:
    """Title of the chart of relative wealth; ``last`` is its final value."""
    small, large = funds(findings)
    verb = words.direction(last - 1, "gained on", "lost ground to", "kept level with", 0.005)
    return f"{small} {verb} {large} through calm and storm: relative wealth ends at {words.ratio(last)}"


def text_replays(frame: pd.DataFrame) -> Prose:
    """Which episodes the model missed; ``frame`` as ``scenario.replays``."""
    if frame.empty:
        return Prose("No past episode can be replayed here.")
    missed = frame[~frame["inside"].astype(bool)]
    if missed.empty:
        return Prose("All replayed episodes ended inside the model's interval.")
    told = [
        f"{r.episode} ({words.pct(r.actual, signed=True)}, model {words.pct(r.value, signed=True)})"
        for r in missed.itertuples()
    ]
    return Prose(
        f"Outside the interval: {words.join(told)}. What moved small caps then was not in yields, "
        "credit or the market, so no scenario built on these would have foreseen it."
    )


def title_scenario_chart(rows: list[tuple[float, float]]) -> str:
    """Title of the scenario chart from the intervals it shows."""
    clear = sum(low > 0 or high < 0 for low, high in rows)
    head = "None" if clear == 0 else str(clear)
    verb = "has" if clear < 2 else "have"
    return f"{head} of {len(rows)} what-ifs {verb} a prediction interval clear of zero"


def title_set_scenario(findings: Findings) -> str:
    """Title of the chart with sliders, which cannot state what its reader will set."""
    small, large = funds(findings)
    return f"Set the moves of a quarter: what the model makes of {small} against {large}"


def title_barometer_chart(findings: Findings) -> str:
    """Title of the chart of attempts."""
    wins, tries = finding_of(findings, "barometer_wins"), finding_of(findings, "barometer_tries")
    if not known(wins, tries):
        return "Attempts to foretell from relative strength"
    head = words.count(wins.value) if wins.value else "None"
    return f"{head} of {words.count(tries.value)} attempts beat the plain historical mean"


def title_august_chart(findings: Findings, rose: int, years: int) -> str:
    """Title of the months: ``rose`` of the ``years`` Augusts shown were positive."""
    small, _ = funds(findings)
    rank = finding_of(findings, "august_2025_rank")
    last = f"; 2025's was {place(rank)}" if known(rank) else ""
    return f"{small} rose in {rose} of {words.plural(years, 'August')} since 2010{last}"


def title_cpi_chart(findings: Findings, days: int) -> str:
    """Title of the scatter of release days."""
    day = finding_of(findings, "cpi_slope")
    if not known(day):
        return f"{words.plural(days, 'release')}: too few to tell a slope"
    return (
        f"Ten basis points more on the 2-year yield went with "
        f"{words.pp(value_of(day) / 10, 2, signed=True)}"
    )


def title_specifications(ends: list[tuple[float, float]]) -> str:
    """Title of the chart of other measurements, from the intervals it shows."""
    below = sum(high < 0 for _, high in ends)
    above = sum(low > 0 for low, _ in ends)
    count, what = (above, "gain") if above > below else (below, "loss")
    if count == 0:
        return f"None of {len(ends)} ways to measure it gives a clear loss or gain"
    return f"{count} of {len(ends)} ways to measure it {'gives' if count == 1 else 'give'} a clear {what}"


def title_tariff_chart(news: str, end: float, low: float, high: float, sessions: int) -> str:
    """Title of the event paths: where the mean path after ``news`` ends, against placebo dates."""
    place = "inside" if low <= end <= high else "outside"
    return (
        f"{sessions} sessions after tariff {news} the gap is {words.pp(end, signed=True)} on average, "
        f"{place} the placebo band"
    )


def finding_of(findings: Findings, key: str) -> Finding:
    """The finding by the last part of its id."""
    return findings[f"risks.{key}"]


def known(*found: Finding) -> bool:
    """Whether all have a value."""
    return all(f.value is not None for f in found)


def value_of(finding: Finding) -> float:
    """The value of a finding known to have one."""
    assert finding.value is not None
    return finding.value


def place(rank: Finding) -> str:
    """ "the best", "the 2nd best"."""
    number = int(value_of(rank))
    return "the best" if number == 1 else f"the {words.ordinal(number)} best"


def size_of(finding: Finding) -> float | None:
    """The value without its sign."""
    return None if finding.value is None else abs(finding.value)
