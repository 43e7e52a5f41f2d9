"""Words on how much small caps move: volatility, tails, beta, regimes.

Every sentence follows sign, size and absence of a value; none holds a number no finding holds.
"""

from __future__ import annotations

from collections.abc import Callable

from ... import words
from ...findings import Finding
from ..prose import Prose
from .shared import Findings, finding_of, funds, known, significant, size_of, value_of

_BOTH = ("small", "large")


def section_volatility(findings: Findings) -> Prose:
    """Volatility, beta and drawdowns."""
    small, large = funds(findings)
    ratio, beta, down = (
        finding_of(findings, k) for k in ("volatility_ratio", "beta", "downside_beta")
    )
    deep_small, deep_large = (finding_of(findings, f"max_drawdown_{w}") for w in _BOTH)
    year_small, year_large = (finding_of(findings, f"volatility_{w}") for w in _BOTH)
    return Prose.of(
        f"## {title_volatility(findings)}",
        f"A year of {small} has a volatility of {words.described(year_small)}; for {large} it is "
        f"{words.described(year_large)}. The ratio of the two is {words.described(ratio)}. "
        f"Part of this is shared movement, amplified: beta is {words.described(beta)}, and "
        f"{words.described(down)} on days when {large} falls.",
        f"From its peak {small} lost {words.pct(size_of(deep_small))} at worst, {large} "
        f"{words.pct(size_of(deep_large))}. Those are facts of this sample. A history of the same "
        f"length and temper would be expected to hold a deepest fall of "
        f"{_range(deep_small)} for {small} and {_range(deep_large)} for {large}.",
        _reward(findings),
    )


def _reward(findings: Findings) -> str:
    """Whether the risk was paid: the difference of Sharpe ratios with interval and p-value."""
    small, large = funds(findings)
    gap, p = finding_of(findings, "sharpe_difference"), finding_of(findings, "sharpe_difference_p")
    if not known(gap, p):
        return f"Reward per unit of risk: {words.described(gap)}."
    told = words.described(gap, signed=True, also=words.p_value(p.value))
    size = f"its Sharpe ratio over Treasury bills less that of {large}, both a year, is {told}"
    if not gap.excludes_zero:
        return f"Whether {small} paid better or worse for its risk cannot be told: {size}."
    side = "less" if value_of(gap) < 0 else "more"
    return f"{small} paid {side} for its risk: {size}."


def _range(finding: Finding) -> str:
    """ "28% to 63%" of a loss's interval."""
    if finding.low is None or finding.high is None:
        return words.MISSING
    low, high = sorted((abs(finding.low), abs(finding.high)))
    return f"{words.pct(low, 0)} to {words.pct(high, 0)}"


def title_volatility(findings: Findings) -> str:
    """Heading of the first section."""
    small, large = funds(findings)
    ratio = finding_of(findings, "volatility_ratio")
    if not known(ratio):
        return f"The volatility of {small} against {large} cannot be measured here"
    value, low, high = value_of(ratio), ratio.low or 0.0, ratio.high or 0.0
    if low > 1:
        return f"{small} is {words.ratio(value)} times as volatile as {large}"
    if high < 1:
        return f"{small} is less volatile than {large}: {words.ratio(value)} times"
    return f"{small} is not clearly more volatile than {large}"


def title_drawdowns(findings: Findings) -> str:
    """Title of the drawdown chart."""
    small, large = funds(findings)
    a, b = finding_of(findings, "max_drawdown_small"), finding_of(findings, "max_drawdown_large")
    if not known(a, b):
        return f"The drawdowns of {small} and {large} cannot be compared here"
    return f"At worst {small} fell {words.pct(size_of(a))} from its peak, {large} {words.pct(size_of(b))}"


def section_tails(findings: Findings) -> Prose:
    """Value at risk, shortfall and the test of the rule."""
    small, large = funds(findings)
    var, cvar = finding_of(findings, "var_99_small"), finding_of(findings, "cvar_99_small")
    other = finding_of(findings, "cvar_99_large")
    rate, p = (finding_of(findings, f"var_breaches_historical{end}") for end in ("", "_p"))
    rate2, p2 = (finding_of(findings, f"var_breaches_filtered{end}") for end in ("", "_p"))
    if known(rate, p, rate2, p2):
        test = (
            f"A rule that takes the 1% quantile of the last 500 sessions was broken on "
            f"{words.pct(rate.value, 2)} of days. Judged on number and independence together, "
            f"{_kept(p)} ({words.p_value(p.value)}). Scaled by recent volatility it was broken on "
            f"{words.pct(rate2.value, 2)}: {_kept(p2)} ({words.p_value(p2.value)})."
        )
    else:
        test = f"Whether a value-at-risk rule would have held: {words.described(rate)}."
    return Prose.of(
        f"## {title_tails(findings)}",
        f"On one day in a hundred {small} lost {words.pct(size_of(var))} or more "
        f"({words.bounds(words.size(var))}). The mean loss on such days, its historical shortfall, is "
        f"{words.pct(size_of(cvar))} ({words.bounds(words.size(cvar))}), against "
        f"{words.pct(size_of(other))} for {large}.",
        test,
    )


def _kept(p: Finding) -> str:
    return "it failed" if significant(p) else "no failure can be shown"


def title_tails(findings: Findings) -> str:
    """Heading of the tails."""
    return _shortfalls(
        findings,
        lambda small, large: (
            f"On its worst 1% of days {small[0]} lost {small[1]} on average, {large[0]} {large[1]}"
        ),
    )


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


def section_regimes(findings: Findings) -> Prose:
    """Calm and stormy markets."""
    small, large = funds(findings)
    share, now, gap = (
        finding_of(findings, k) for k in ("storm_share", "storm_now", "storm_relative")
    )
    if not known(share, now):
        return Prose.of(f"## {title_regimes(findings)}", f"Regimes: {words.described(share)}.")
    return Prose.of(
        f"## {title_regimes(findings)}",
        f"A model with two regimes puts {words.pct(share.value, 0)} of weeks of {large} into a stormy "
        f"one. At the end of the window its probability is {words.pct(now.value, 0)}.",
        f"In weeks that followed a stormy one, the relative return of {small} differed by "
        f"{words.pp(gap.value, signed=True)} a year from that of other weeks ({words.bounds(gap)})."
        if known(gap)
        else f"The two kinds of weeks cannot be compared: {words.described(gap)}.",
    )


def title_regime_chart(findings: Findings, last: float) -> str:
    """Title of the chart of relative wealth; ``last`` is its final value."""
    small, large = funds(findings)
    verb = words.direction(last - 1, "gained on", "lost ground to", "kept level with", 0.005)
    return f"{small} {verb} {large} through calm and storm: relative wealth ends at {words.ratio(last)}"


def title_regimes(findings: Findings) -> str:
    """Heading of the regimes and title of their chart."""
    small, _ = funds(findings)
    gap = finding_of(findings, "storm_relative")
    if not known(gap):
        return "Calm and stormy regimes cannot be told apart here"
    if not gap.excludes_zero:
        return f"Storms in the market do not by themselves decide whether {small} leads"
    verb = "lags" if value_of(gap) < 0 else "leads"
    return f"{small} {verb} in stormy markets"
