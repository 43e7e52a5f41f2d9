"""Titles of the charts on reshoring and sectors: they state what their data show.

Every title holds for any sign, size or missing value; nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ... import words
from ...studies.reshoring_sectors.pairs import title
from ...studies.reshoring_sectors.terms import PAIRS

if TYPE_CHECKING:
    from ...findings import Finding

#: P-value up to which something is said to be more than chance.
LEVEL = 0.05


def get(findings: Mapping[str, Finding], name: str) -> Finding:
    """The finding of that name in this chapter."""
    return findings[f"reshoring_sectors.{name}"]


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def counted(n: int) -> str:
    """ "Six", "None"; digits from thirteen on."""
    return "None" if n == 0 else capital(words.spelled(n))


def groups_title(paths: pd.DataFrame, large: str) -> str:
    """What each group gained or lost against the benchmark."""
    if paths.empty:
        return "The groups cannot be followed since the first cut here"
    moves = (paths.iloc[-1] / paths.iloc[0] - 1).sort_values()
    told = [
        f"{name.lower()} {words.direction(v, 'gained', 'lost', 'kept level', 0.005)}"
        + (f" {words.pct(abs(v), 0)}" if abs(v) > 0.005 else "")
        for name, v in moves.items()
    ]
    return f"Against {large}, {words.join(told)}"


def curve_title(curve: pd.DataFrame) -> str:
    """How many ways to measure the sectors show a lead, and how many exclude zero."""
    if curve.empty:
        return "There is nothing yet to measure in more than one way"
    lead, clear = int((curve["value"] > 0).sum()), int((curve["low"] > 0).sum())
    under = int((curve["high"] < 0).sum())
    text = f"{lead} of {len(curve)} ways to measure show a lead"
    if clear == under == 0:
        return f"{text}, and none is clear of zero"
    return f"{text}; {clear} clear of zero above, {under} below"


def paths_title(paths: pd.DataFrame) -> str:
    """What each pair's ratio of wealth came to."""
    if paths.empty:
        return "The pairs cannot be followed here"
    told = []
    pairs = {title(key): funds for key, funds in PAIRS.items()}
    for name in paths.columns:
        line = paths[name].dropna()
        value = float(line.iloc[-1])
        a, b = pairs[str(name)]
        change = words.direction(value - 1, "more", "less", "as much", 0.005)
        size = "" if change == "as much" else f"{words.pct(abs(value - 1), 0)} "
        told.append(
            f"{a} made {size}{change} {'as' if change == 'as much' else 'than'} {b} "
            f"since {words.month(line.index[0])}"
        )
    return words.join(told)


def profile_title(profile: pd.DataFrame) -> str:
    """Where the correlation is largest and whether it leaves the limits of chance."""
    if profile.empty:
        return "Too few months for a profile of leads"
    held = profile.drop(columns="limit")
    lead = held.abs().max(axis=1).idxmax()
    name = held.loc[lead].abs().idxmax()
    value, limit = float(held.loc[lead, name]), float(profile["limit"].iloc[0])
    share = abs(value) / limit
    where = "within" if share < 0.95 else "at the edge of" if share <= 1.05 else "beyond"
    when = "in the month of the return"
    if lead:
        when = f"{words.plural(abs(int(lead)), 'month')} {'before' if lead > 0 else 'after'} the return"
    return (
        f"The closest link, {words.number(value, 2, signed=True)} with {str(name).lower()} published {when}, "
        f"lies {where} the limits of chance"
    )


def construction_title(levels: pd.DataFrame) -> str:
    """Where spending is now, in dollars, and where it was at its highest in the chart."""
    if levels.empty:
        return "No spending on factory construction can be shown here"
    nominal = levels["Nominal"].dropna()
    last, top = float(nominal.iloc[-1]), float(nominal.max())
    now = f"${words.count(last)} billion a year in {words.month(nominal.index[-1])}"
    if last >= 0.995 * top:
        return f"Factory construction ran at {now}, the highest shown"
    then = f"${words.count(top)} billion in {words.month(nominal.idxmax())}"
    return f"Factory construction ran at {now}, down from {then}"


def _economy(findings: Mapping[str, Finding]) -> list[tuple[str, Finding]]:
    return [
        ("factory jobs", get(findings, "jobs_since_iija")),
        ("factory output", get(findings, "output_since_iija")),
        ("deflated core orders", get(findings, "orders_since_iija_real")),
    ]


def economy_chart_title(findings: Mapping[str, Finding]) -> str:
    """The four changes since the infrastructure act in one line."""
    built = get(findings, "construction_since_iija_real")
    short = ("building", "jobs", "output", "core orders")
    parts = zip(short, (built, *(f for _, f in _economy(findings))), strict=True)
    told = [
        f"{name} {words.pct(f.value, 0, signed=True)}" for name, f in parts if f.value is not None
    ]
    if not told:
        return "Building, jobs, output and orders of the factory economy"
    return f"Since October 2021: {words.join(told)}"


def searches_title(found: pd.DataFrame) -> str:
    """How many of the searches found a break."""
    if found.empty:
        return "No law has months enough around it to search for a break"
    count = int((found["p_family"] <= LEVEL).sum())
    verb = "find" if count > 1 else "finds"
    return (
        f"{counted(count)} of {words.spelled(len(found))} searches {verb} a break that survives the "
        "number of searches"
    )


def reactions_title(frame: pd.DataFrame) -> str:
    """How many single steps stand out, and the largest."""
    steps = frame[~frame["label"].astype(str).str.startswith("Mean")]
    if steps.empty:
        return "No tax step can be measured here"
    clear = steps[(steps["low"] > 0) | (steps["high"] < 0)]
    count = f"{counted(len(clear))} of {words.spelled(len(steps))} tax steps"
    if clear.empty:
        return f"{count} moved small caps more than an ordinary week does"
    top = clear.loc[clear["value"].abs().idxmax()]
    if len(clear) == 1:
        return f"{count} stands out from ordinary weeks: {top['label']}"
    return f"{count} stand out from ordinary weeks, most of all {top['label']}"
