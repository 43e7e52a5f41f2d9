"""Words of the summary: the answer first, tiles, titles, and what would change the answer.

Everything is said from frames and findings handed in; no threshold of a verdict lives here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from . import words
from .ledger import tally, tally_sentence

if TYPE_CHECKING:
    from ..claims import Judged
    from ..findings import Finding

#: What counts as a lead at all, as a fraction: smaller differences are called even.
EVEN = 0.005


def answer(ledger: Sequence[Judged], leadership: pd.DataFrame, wealth: pd.DataFrame) -> list[str]:
    """The report's conclusion in four short statements.

    Args:
        ledger: all judged claims.
        leadership: as :func:`rotation_lib.studies.overview.leadership`.
        wealth: as :func:`rotation_lib.studies.overview.relative_wealth`.
    """
    lines = [f"**{verdict_sentence(leadership)}**", tally_sentence(ledger)]
    for horizon in ("1 year", "since the first cut"):
        said = lead_sentence(leadership, horizon)
        if said:
            lines.append(said)
    lines.append(long_run_sentence(wealth))
    return lines


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
    return (
        f"{name} ({when}) small caps returned {_against(large['value'])} large caps and "
        f"{_against(tech['value'])} technology: {words.percentile(large['percentile'])}, and "
        f"{words.percentile(tech['percentile'], 'such windows')}."
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


def story_heading(wealth: pd.DataFrame) -> str:
    """Heading of the story: how much of the ground lost to technology has been won back."""
    column = wealth["against technology"]
    low_day = column.idxmin()
    high = float(column.loc[:low_day].max())
    low, last = float(column.min()), float(column.iloc[-1])
    if high - low <= EVEN:
        return "Small caps have lost no ground to technology in this window"
    if low_day == column.index[-1]:
        return "Small caps are losing ground to technology to this day"
    share = min((last - low) / (high - low), 1.0)
    lost_since = column.loc[:low_day].idxmax()
    return (
        f"Small caps have won back {words.pct(share, 0)} of the ground "
        f"they lost to technology after {words.month(lost_since)}"
    )


def now_heading(leadership: pd.DataFrame) -> str:
    """Heading of the horizons: in how many of them small caps lead both."""
    if leadership.empty:
        return "Who leads now cannot be said of so short a window"
    least = leadership.groupby("horizon", sort=False)["value"].min()
    ahead = int((least > EVEN).sum())
    return (
        f"Small caps lead both over {words.spelled(ahead)} of {words.spelled(len(least))} horizons"
    )


def wealth_title(wealth: pd.DataFrame) -> str:
    """Title of the story's chart: where relative wealth stands and how far it came back."""
    column = wealth["against technology"]
    low_day = column.idxmin()
    rise = float(column.iloc[-1] / column.min() - 1)
    state = float(column.iloc[-1]) - 1
    side = "below" if state < 0 else "above"
    standing = f"{words.pct(abs(state))} {side} where it stood on {words.date(wealth.index[0])}"
    if low_day == wealth.index[-1]:
        return f"Small caps against technology are at their low: {standing}"
    return (
        f"Small caps have gained {words.pct(rise)} on technology since {words.month(low_day)}; "
        f"their relative wealth is {standing}"
    )


def story_paragraph(cycles: pd.DataFrame, leadership: pd.DataFrame) -> str:
    """What the shaded policy cycles say: moves in the latest one, and the caveat."""
    text = (
        "The chart starts both funds at one. Where a line ends below one, small caps lost ground over "
        "the whole window."
    )
    if cycles.empty:
        return text + " The Fed did not move its target range in this window."
    last = cycles.iloc[-1]
    change = words.bp(abs(float(last["change_bp"])))
    verb = "cut" if last["label"] == "Cuts" else "raised"
    text += (
        f" In the latest policy cycle the Fed {verb} its target by {change}, in "
        f"{words.plural(int(last['moves']), 'move')} from {words.month(last['start'])} to "
        f"{words.month(last['end'])}."
    )
    since = _leads(leadership, "since the first cut")
    if since:
        text += (
            f" Since the first of the cuts of 2024 small caps returned {_against(since['large caps'])} "
            f"large caps and {_against(since['technology'])} technology."
        )
    return text


def ledger_title(ledger: Sequence[Judged]) -> str:
    """Title of the ledger: how much of the story survives."""
    count = tally(ledger)
    return (
        f"{count['holds']} of {len(ledger)} claims hold as stated, "
        f"{count['holds in part']} hold in part"
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
    return f"Small caps lead both over {words.join(ahead)}, and over no other horizon"


def tiles(findings: Mapping[str, Finding], ledger: Sequence[Judged]) -> str:
    """Headline tiles: label, value, and the interval or rank below it."""
    count = tally(ledger)
    cards = [
        _card(
            "Claims that hold",
            f"{count['holds']} of {len(ledger)}",
            f"{count['holds in part']} in part, {count['does not hold']} not, "
            f"{count['cannot be tested']} untestable",
        )
    ]
    shown = {
        "rate_sensitivity.since_september_2024_cut": "Small minus large caps since the first cut",
        "tech_valuations.gap_total_return": "Technology minus small caps, cumulative",
        "rate_sensitivity.beta_2y_latest": "Rate beta, last two years",
        "risks.volatility_ratio": "Volatility, small over large",
        "reshoring_sectors.construction_from_peak": "Factory construction from its peak",
    }
    cards += [_tile(label, findings[name]) for name, label in shown.items()]
    return '<div class="tiles">\n' + "\n".join(cards) + "\n</div>"


def _tile(label: str, finding: Finding) -> str:
    if finding.value is None:
        return _card(label, "–", f"not available: {finding.reason}")
    if finding.unit == "pp per pp":
        value = f"{words.number(finding.value * 100, 2, signed=True)} pp"
        low, high = finding.low, finding.high
        note = "per point of the 2-year yield"
        if low is not None and high is not None:
            note += (
                f"; 95% interval {words.number(low * 100, 2, signed=True)} to "
                f"{words.number(high * 100, 2, signed=True)}"
            )
        return _card(label, value, note)
    signed = finding.unit == "fraction"
    value = words.value_of(finding, signed=signed)
    if finding.percentile is not None:
        return _card(label, value, words.percentile(finding.percentile))
    if finding.low is not None and finding.high is not None:
        ends = [words.quantity(b, finding.unit) for b in (finding.low, finding.high)]
        return _card(label, value, f"95% interval {ends[0]} to {ends[1]}")
    return _card(label, value, f"{words.month(finding.start)} to {words.month(finding.end)}")


def _card(label: str, value: str, note: str) -> str:
    return (
        f'<div class="tile"><p class="tile-label">{label}</p>'
        f'<p class="tile-value">{value}</p><p class="tile-note">{note}</p></div>'
    )


def change_list(ledger: Sequence[Judged], limit: int = 8) -> str:
    """What would change the verdicts, one line a claim that is not settled by arithmetic."""
    open_ones = [j for j in ledger if j.verdict.value != "cannot be tested"][:limit]
    return "\n".join(f"- **{j.claim.title}.** {j.claim.would_change}" for j in open_ones)


def _leads(leadership: pd.DataFrame, horizon: str) -> dict[str, float]:
    rows = leadership[leadership["horizon"] == horizon]
    return dict(zip(rows["against"], rows["value"], strict=True))


def _against(value: float) -> str:
    if abs(value) <= EVEN:
        return "about the same as"
    return f"{words.pp(abs(value))} {'more' if value > 0 else 'less'} than"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
