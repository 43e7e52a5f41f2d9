"""Words on what comes next: what-ifs, the barometer, August 2025, broader earnings.

Every sentence follows sign, size and absence of a value; none holds a number no finding holds.
"""

from __future__ import annotations

import pandas as pd

from ... import words
from ..prose import Prose
from .shared import Findings, finding_of, funds, known, place, significant, value_of


def section_scenarios(findings: Findings) -> Prose:
    """What-if table and replays."""
    r2, cover = finding_of(findings, "scenario_r2"), finding_of(findings, "scenario_coverage")
    inside = finding_of(findings, "replays_inside")
    if not known(r2, cover):
        return Prose.of(
            f"## {title_scenarios(findings)}", f"The factor model: {words.described(r2)}."
        )
    text = (
        f"Yields, the curve, breakevens, credit and the market, all of the same week, explain "
        f"{words.pct(r2.value)} of the weekly relative return out of sample "
        f"({words.bounds(r2) or 'no interval'}). "
        f"The model's 95% intervals held {words.pct(cover.value)} of the weeks ({words.bounds(cover)})."
    )
    if known(inside):
        text += (
            f" Of {inside.n} past episodes, each predicted without its own weeks, "
            f"{words.spelled(int(value_of(inside)))} ended inside the interval."
        )
    return Prose.of(f"## {title_scenarios(findings)}", text, _unstable(findings))


def _unstable(findings: Findings) -> str | None:
    whole, latest = (
        finding_of(findings, "what_if_yield"),
        finding_of(findings, "what_if_yield_latest"),
    )
    company = finding_of(findings, "what_if_yield_company")
    if not known(whole, latest, company):
        return None
    return (
        f"A rise of one point in the 2-year yield with nothing else moving implies "
        f"{words.described(whole, signed=True)} over the quarter; together with what usually moves "
        f"along, {words.described(company, signed=True)}. Fitted on the last {latest.n} weeks alone, "
        f"the first answer becomes {words.described(latest, signed=True)}: what small caps owe to "
        f"yields has changed before and may change again."
    )


def title_scenarios(findings: Findings) -> str:
    """Heading of the scenarios."""
    whole = finding_of(findings, "what_if_yield")
    if not known(whole):
        return "The factor model cannot be fitted here"
    if whole.excludes_zero:
        verb = "hurt" if value_of(whole) < 0 else "help"
        return f"A jump in short yields would {verb} small caps, the factor model says"
    return "No single shock decides: the model's intervals include gains and losses"


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


def section_barometer(findings: Findings) -> Prose:
    """Lead–lag trial."""
    best, p = finding_of(findings, "barometer_best"), finding_of(findings, "barometer_p")
    tries, wins = finding_of(findings, "barometer_tries"), finding_of(findings, "barometer_wins")
    with_it = finding_of(findings, "barometer_coincident")
    parts = [f"## {title_barometer(findings)}"]
    if known(best, p, tries, wins):
        parts.append(
            f"{words.count(tries.value)} combinations of outcome, look-back and horizon were tried. "
            f"{words.spelled(int(value_of(wins))).capitalize()} beat the plain historical mean out of "
            f"sample. The best reaches an R² of {words.pct(best.value)}; allowing for the number "
            f"tried, {words.p_value(p.value)}."
        )
    else:
        parts.append(f"The trial: {words.described(best)}.")
    if known(with_it):
        moves = (
            "Small caps move with financial conditions rather than ahead of them"
            if with_it.excludes_zero and not significant(p)
            else "Over the same quarter"
        )
        parts.append(
            f"{moves}: the correlation of relative strength with the change in the NFCI over the same "
            f"quarter is {words.described(with_it)}; a falling NFCI means easier conditions."
        )
    return Prose.of(*parts)


def title_barometer_chart(findings: Findings) -> str:
    """Title of the chart of attempts."""
    wins, tries = finding_of(findings, "barometer_wins"), finding_of(findings, "barometer_tries")
    if not known(wins, tries):
        return "Attempts to foretell from relative strength"
    head = words.count(wins.value) if wins.value else "None"
    return f"{head} of {words.count(tries.value)} attempts beat the plain historical mean"


def title_barometer(findings: Findings) -> str:
    """Heading of the barometer and title of its chart."""
    best, p = finding_of(findings, "barometer_best"), finding_of(findings, "barometer_p")
    if not known(best, p):
        return "Whether small caps are a barometer cannot be tested here"
    if significant(p) and value_of(best) > 0:
        return "Relative strength of small caps did foretell something"
    return "Small caps are no barometer: their relative strength foretells nothing reliably"


def section_august(findings: Findings) -> Prose:
    """August 2025."""
    small, large = funds(findings)
    august, relative = (
        finding_of(findings, "august_2025"),
        finding_of(findings, "august_2025_relative"),
    )
    rank, effect, since = (
        finding_of(findings, k) for k in ("august_2025_rank", "august_effect", "since_august_2025")
    )
    if not known(august, relative, rank):
        return Prose.of(f"## {title_august(findings)}", f"August 2025: {words.described(august)}.")
    text = (
        f"{small} returned {words.ranked(august)}, {place(rank)} of {rank.n} Augusts. Against "
        f"{large} the month came to {words.pp(relative.value, signed=True)}, "
        f"{words.percentile(relative.percentile)}."
    )
    if known(since):
        text += (
            f" From there to the end of the window the gap is {words.pp(since.value, signed=True)}."
        )
    season = (
        f"August is no season for small caps: leaving out 2025, the mean August differs from the "
        f"mean other month by {words.value_of(effect, signed=True)} ({words.bounds(effect)})."
        if known(effect) and not (effect.excludes_zero and value_of(effect) > 0)
        else f"Leaving out 2025, the mean August differs from the mean other month by "
        f"{words.described(effect, signed=True)}."
    )
    return Prose.of(f"## {title_august(findings)}", text, season)


def title_august_chart(findings: Findings, rose: int, years: int) -> str:
    """Title of the months: ``rose`` of the ``years`` Augusts shown were positive."""
    small, _ = funds(findings)
    rank = finding_of(findings, "august_2025_rank")
    last = f"; 2025's was {place(rank)}" if known(rank) else ""
    return f"{small} rose in {rose} of {words.plural(years, 'August')} since 2010{last}"


def title_august(findings: Findings) -> str:
    """Heading of August and title of its chart."""
    small, _ = funds(findings)
    august = finding_of(findings, "august_2025")
    if not known(august):
        return f"August 2025 cannot be shown here; the months of {small} since 2010"
    rank = finding_of(findings, "august_2025_rank")
    size = (
        "strong"
        if (august.percentile or 0) >= 0.8
        else "ordinary"
        if value_of(august) > 0
        else "poor"
    )
    among = f", {place(rank)} of {rank.n} Augusts" if known(rank) else ""
    return f"August 2025 was {size} for {small}: {words.pct(august.value, signed=True)}{among}"


def section_breadth(findings: Findings) -> Prose:
    """Broader earnings."""
    breadth, profits, lead, gap = (
        finding_of(findings, key)
        for key in (
            "breadth_correlation",
            "profits_correlation",
            "profits_lead_correlation",
            "profitable_gap",
        )
    )
    parts = ["## Broader earnings cannot be tested with open data"]
    if known(breadth, profits):
        leads = breadth.excludes_zero and value_of(breadth) > 0
        shown = "do lead when" if leads else "do not clearly lead when"
        link = "no clear link" if not profits.excludes_zero else "a link"
        parts.append(
            f"Small caps {shown} the average large stock beats the index: the quarterly correlation "
            f"with RSP minus SPY is {words.described(breadth)}. With the growth of all corporate "
            f"profits there is {link}: {words.described(profits)} in the same quarter, and "
            f"{words.described(lead)} for growth already published."
        )
    else:
        parts.append(f"Breadth: {words.described(breadth)}.")
    parts.append(
        f"A small-cap index that demands profits (IJR) beat one that does not (IWM) by "
        f"{words.described(gap, signed=True)}."
        if known(gap) and value_of(gap) > 0
        else f"A small-cap index that demands profits (IJR) against one that does not (IWM): "
        f"{words.described(gap, signed=True)}."
    )
    return Prose.of(*parts)
