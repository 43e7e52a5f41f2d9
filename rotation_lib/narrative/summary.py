"""Words of the summary: the answer first, tiles, titles, and what would change the answer.

Everything is said from frames and findings handed in; no threshold of a verdict lives here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from .. import words
from ..prose.markdown import fold
from .ledger import tally, tally_sentence

if TYPE_CHECKING:
    from ..findings import Finding
    from ..judging import Judged

#: How the values of a tile's line are written; leads and slopes are percentage points.
_TREND_UNITS: dict[str, Callable[[float], str]] = {
    "risks.volatility_ratio": words.ratio,
    "reshoring_sectors.construction_from_peak": words.pct,
}
#: What counts as a lead at all, as a fraction: smaller differences are called even.
EVEN = 0.005


def answer(
    ledger: Sequence[Judged], leadership: pd.DataFrame, wealth: pd.DataFrame, yearly: Finding
) -> list[str]:
    """The report's conclusion in a few short statements, the last on how sure it is.

    Args:
        ledger: all judged claims.
        leadership: as :func:`rotation_lib.studies.overview.leadership`.
        wealth: as :func:`rotation_lib.studies.overview.relative_wealth`.
        yearly: technology's lead over small caps as a rate a year, with its interval.
    """
    lines = [f"**{verdict_sentence(leadership)}**", claims_sentence(ledger)]
    for horizon in ("1 year", "since the first cut"):
        said = lead_sentence(leadership, horizon)
        if said:
            lines.append(said)
    lines.append(long_run_sentence(wealth))
    return [*lines, sure_sentence(yearly)]


def claims_sentence(ledger: Sequence[Judged], most: int = 4) -> str:
    """The tally, and by name the claims that hold and those that do not, while they are few."""
    text = tally_sentence(ledger)
    for head, verdict in (("Holds", "holds"), ("Does not hold", "does not hold")):
        found = [j.claim for j in ledger if j.verdict.value == verdict]
        if 0 < len(found) <= most:
            named = (f"[{c.title}]({c.chapter}.ipynb#claim-{c.id})" for c in found)
            text += f" *{head}:* {'; '.join(named)}."
    return text


def sure_sentence(yearly: Finding) -> str:
    """How sure the answer is: what ranks can tell, and what technology's yearly lead proves."""
    text = (
        "**How sure is that?** Leads over named days are facts; their ranks say how unusual they were, "
        "not what comes next."
    )
    clear = words.excludes(yearly)
    if clear is None:
        return text
    lead = "lead" if (yearly.value or 0) > 0 else "lag"
    proof = (
        "excludes zero" if clear else "includes zero: even all these years do not prove a tendency"
    )
    return (
        f"{text} Technology’s {lead} over the whole window, {words.pct(yearly.value, signed=True)} a "
        f"year, has a {words.bounds(yearly)}, which {proof}."
    )


def verdict_sentence(leadership: pd.DataFrame) -> str:
    """The answer in one sentence: who leads over one year, and whether it reaches further back."""
    short = _leads(leadership, "1 year") or _leads(leadership, "3 months")
    reach = "three years" if _leads(leadership, "3 years") else "the whole window"
    long = _leads(leadership, "3 years") or short
    if not short or not long:
        return "The window is too short to say who leads."
    recent, lasting = min(short.values()), min(long.values())
    behind = [name for name, value in long.items() if value <= EVEN]
    if recent > EVEN and lasting > EVEN:
        return f"Small caps lead large caps and technology, over the last year and over {reach}."
    if recent > EVEN:
        return (
            "Small caps have led for a year, but not for long enough to call it a change of "
            f"leadership: over {reach} they still trail {words.join(behind)}."
        )
    if max(short.values()) > EVEN:
        return (
            "Small caps lead one of the two over the last year, not both: leadership is not theirs."
        )
    return "Small caps do not lead: over the last year they trail large caps and technology."


def lead_sentence(leadership: pd.DataFrame, horizon: str) -> str:
    """Lead over both opponents at one horizon, with ranks; empty if the window lacks it."""
    rows = leadership[leadership["horizon"] == horizon].set_index("against")
    if rows.empty:
        return ""
    large, tech = rows.loc["large caps"], rows.loc["technology"]
    when = f"{words.date(large['first_close'])} to {words.date(large['last_close'])}"
    name = "Over one year" if horizon == "1 year" else _capital(horizon)
    ranks = [
        words.pct(min(max(p, 0.01), 0.99), 0) for p in (large["percentile"], tech["percentile"])
    ]
    return (
        f"{name} ({when}) small caps returned {_against(large['value'])} large caps and "
        f"{_against(tech['value'])} technology. That was higher than in {ranks[0]} (large caps) and "
        f"{ranks[1]} (technology) of stretches this long since 2010."
    )


def long_run_sentence(wealth: pd.DataFrame) -> str:
    """Relative wealth since the base close, with the low it has come back from."""
    base, last = wealth.index[0], wealth.index[-1]
    column = wealth["against technology"]
    low, low_day = float(column.min()), column.idxmin()
    change = float(column.iloc[-1]) - 1
    text = (
        f"A holder of small caps since {words.date(base)} has {words.pct(abs(change))} "
        f"{'less' if change < 0 else 'more'} than a holder of technology"
    )
    rise = float(column.iloc[-1]) / low - 1
    if rise > EVEN and low_day not in (base, last):
        text += f"; the ratio was lowest on {words.date(low_day)} and is up {words.pct(rise)} since"
    return text + "."


def now_heading(leadership: pd.DataFrame) -> str:
    """Heading of the horizons: in how many of them small caps lead both."""
    if leadership.empty:
        return "Who leads now cannot be said of so short a window"
    least = leadership.groupby("horizon", sort=False)["value"].min()
    ahead = int((least > EVEN).sum())
    return (
        f"Small caps lead both large caps and technology over {words.spelled(ahead)} of "
        f"{words.spelled(len(least))} horizons"
    )


def leadership_title(leadership: pd.DataFrame) -> str:
    """Title of the horizons chart: over how many of them small caps lead both opponents."""
    if leadership.empty:
        return "The window is too short for any trailing horizon"
    least = leadership.groupby("horizon", sort=False)["value"].min()
    ahead = [h for h in least.index if least[h] > EVEN]
    if not ahead:
        return "Small caps trail large caps or technology over every horizon"
    if len(ahead) == len(least):
        return "Small caps lead large caps and technology over every horizon"
    return (
        f"Small caps lead both large caps and technology over {words.join(ahead)}, and over no other "
        "horizon"
    )


@dataclass(frozen=True)
class Tile:
    """One headline number: its finding, its words, and what the line under it shows."""

    finding: str
    label: str
    value: str
    note: str
    chapter: str = ""
    trend: str = ""


def tiles(findings: Mapping[str, Finding], ledger: Sequence[Judged]) -> list[Tile]:
    """Headline tiles: label, value, and the interval or rank below it."""
    count = tally(ledger)
    first = Tile(
        "",
        "Claims that hold as stated",
        f"{count['holds']} of {len(ledger)}",
        f"{count['holds in part']} hold in part, {count['not shown']} are not shown, "
        f"{count['does not hold']} do not hold, "
        f"{count['cannot be tested']} cannot be tested",
        trend="Share of claims by verdict",
    )
    cut, lead, rate, year, moves, built = (
        findings[name]
        for name in (
            "rate_sensitivity.since_september_2024_cut",
            "tech_valuations.gap_total_return",
            "rate_sensitivity.beta_2y_all_days_since_mid_2023",
            "tech_valuations.lead_per_year",
            "risks.volatility_ratio",
            "reshoring_sectors.construction_from_peak",
        )
    )
    return [
        first,
        _tile(
            cut,
            "Small minus large caps since the first cut",
            _pp(cut),
            rank_note(cut),
            "Lead since the cut",
        ),
        _tile(
            lead,
            "Technology minus small caps, whole window",
            _pp(lead),
            _yearly_note(year),
            "Gap since the start",
        ),
        _tile(
            rate,
            "Small minus large caps when the 2-year yield rises by ten basis points in a week",
            _pp(_tenth(rate), 2),
            f"{words.bounds(_tenth(rate))}, since mid-2023",
            "Two years to each week",
        ),
        _tile(
            moves,
            "Volatility of small caps over that of large caps",
            words.times(moves.value, 2) if moves.value is not None else "",
            words.bounds(moves),
            "One year to each week",
        ),
        _tile(
            built,
            "Factory construction, latest month against its peak",
            words.pct(built.value, signed=True) if built.value is not None else "",
            f"{words.month(built.start)} to {words.month(built.end)}, as counted"
            if built.start
            else "",
            "Distance from the peak",
        ),
    ]


def _tenth(finding: Finding) -> Finding:
    """A slope per point of yield as one per ten basis points: a point in a week never came."""
    scaled = {
        name: None if held is None else held / 10
        for name in ("value", "low", "high")
        for held in (getattr(finding, name),)
    }
    return finding.model_copy(update=scaled)


def _tile(finding: Finding, label: str, value: str, note: str, trend: str) -> Tile:
    chapter = finding.chapter
    if finding.value is None:
        return Tile(finding.id, label, "–", f"not available: {finding.reason}", chapter)
    return Tile(finding.id, label, value, note, chapter, trend)


def rank_note(finding: Finding) -> str:
    """Where a stretch stands among all of its length; empty without a rank.

    A rank of 0.74 is "higher than in 74% of stretches this long since 2010", whatever the sign.
    """
    rank = finding.percentile
    if rank is None:
        return ""
    if rank >= 1 or rank <= 0:
        return f"the {'highest' if rank >= 1 else 'lowest'} of all stretches this long since 2010"
    word, share = ("higher", rank) if rank >= 0.5 else ("lower", 1 - rank)
    return f"{word} than in {words.pct(min(share, 0.99), 0)} of stretches this long since 2010"


def _yearly_note(year: Finding) -> str:
    if year.value is None:
        return ""
    return f"{words.value_of(year, signed=True)}, {words.bounds(year)}"


def _pp(finding: Finding, digits: int | None = None) -> str:
    if finding.value is None:
        return ""
    value = finding.value * 100
    if digits is None:
        digits = 0 if abs(value) >= 100 else 1
    return f"{words.number(value, digits, signed=True)} pp"


def trend_words(tile: Tile, values: pd.Series) -> str:
    """A tile's line in words: from where to where, its ends in time, and its extremes."""
    unit = _TREND_UNITS.get(tile.finding, words.pp)
    low, high = values.idxmin(), values.idxmax()
    return (
        f"{tile.trend}: from {unit(float(values.iloc[0]))} in {words.month(values.index[0])} to "
        f"{unit(float(values.iloc[-1]))} in {words.month(values.index[-1])}; lowest "
        f"{unit(float(values.min()))} in {words.month(low)}, highest "
        f"{unit(float(values.max()))} in {words.month(high)}."
    )


def change_list(ledger: Sequence[Judged]) -> str:
    """What would change each verdict: the first claim of every chapter, the others folded."""
    first = {j.claim.chapter: j.claim.id for j in reversed(ledger)}
    shown = [j for j in ledger if first[j.claim.chapter] == j.claim.id]
    others = [j for j in ledger if first[j.claim.chapter] != j.claim.id]
    said = "\n".join(_change(j) for j in shown)
    if not others:
        return said
    rest = "\n".join(_change(j) for j in others)
    lead = f"What would change the other {words.plural(len(others), 'verdict')}"
    return f"{said}\n\n{fold(lead, rest)}"


def _change(judged: Judged) -> str:
    claim = judged.claim
    return f"- **[{claim.title}]({claim.chapter}.ipynb#claim-{claim.id}).** {claim.would_change}"


def _leads(leadership: pd.DataFrame, horizon: str) -> dict[str, float]:
    rows = leadership[leadership["horizon"] == horizon]
    return dict(zip(rows["against"], rows["value"], strict=True))


def _against(value: float) -> str:
    if abs(value) <= EVEN:
        return "about the same as"
    return f"{words.pp(abs(value))} {'more' if value > 0 else 'less'} than"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
