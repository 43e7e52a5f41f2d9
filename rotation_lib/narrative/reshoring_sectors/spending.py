"""Words on spending, the factories and the dates at which growth turned.

Every sentence holds for any sign, size or missing value; nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ... import words
from ...studies.reshoring_sectors.terms import LAWS, Law
from .common import FLAT, LEVEL, counted, get, moved, reason, value_of

if TYPE_CHECKING:
    from ...findings import Finding

_LAW_NAMES = {
    "iija": "the infrastructure act (IIJA)",
    "chips": "the CHIPS Act and the IRA",
    "tariffs": "the April 2025 tariffs",
}


def spending_title(findings: Mapping[str, Finding]) -> str:
    """How far spending is from its peak."""
    fall = get(findings, "construction_from_peak")
    if fall.value is None:
        return "Factory construction cannot be shown here"
    if fall.value > -0.005:
        return "Factory construction stands at its highest on record"
    return (
        f"Factory construction has fallen {words.pct(-fall.value, 0)} from its peak of "
        f"{words.month(fall.start)}"
    )


def spending_sentence(findings: Mapping[str, Finding]) -> str:
    """Distance from the peak, nominal and deflated, and the latest yearly change with its rank."""
    fall, real, year = (
        get(findings, n)
        for n in ("construction_from_peak", "construction_from_peak_real", "construction_12m_real")
    )
    if fall.value is None:
        return f"Not available: {reason(fall)}."
    if fall.value > -0.005:
        text = f"In {words.month(fall.end)} factory construction stood at or near its highest since 2002"
    else:
        text = (
            f"In {words.month(fall.end)} factory construction stood {words.pct(-fall.value)} below "
            f"its peak of {words.month(fall.start)}, " + _further(fall.percentile)
        )
    if real.value is not None:
        text += (
            f" ({words.pct(-real.value)} below once deflated)"
            if real.value < -0.005
            else " (also once deflated)"
        )
    if year.value is None:
        return f"{text}."
    rank = words.percentile(year.percentile, "12-month changes since 2010")
    verb = words.direction(year.value, "rose by", "fell by", "changed by")
    change = words.pct(abs(year.value))
    return f"{text}. Deflated, it {verb} {change} over the latest twelve months, {rank}."


def _further(rank: float | None) -> str:
    """How rare such a distance from the peak is; ``rank`` is the share of months further below."""
    if rank is None:
        return "a distance without a rank"
    if rank <= 0:
        return "further below a peak than in any other month since 2010"
    return f"further below a peak than in {words.standing(1 - rank)} of months since 2010"


def spending_paragraph(findings: Mapping[str, Finding]) -> str:
    """The sentence, and how much of the rise since the infrastructure act is left."""
    nominal, real = (get(findings, f"construction_since_iija{s}") for s in ("", "_real"))
    text = spending_sentence(findings)
    if nominal.value is None:
        return f"{text} Its change since the infrastructure act of November 2021 cannot be measured here."
    more = (
        "still "
        if nominal.value > 0.05 and (value_of(findings, "construction_from_peak") or 0) < -0.05
        else ""
    )
    text += (
        f" Against October 2021, the month before the infrastructure act (IIJA) was signed, spending "
        f"is {more}{words.pct(abs(nominal.value), 0)} {'higher' if nominal.value >= 0 else 'lower'}"
    )
    if real.value is not None:
        text += (
            f", deflated {words.pct(abs(real.value), 0)} {'higher' if real.value >= 0 else 'lower'}"
        )
    return text + "."


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


def economy_title(findings: Mapping[str, Finding]) -> str:
    """Whether jobs, output and orders went where spending went."""
    built = value_of(findings, "construction_since_iija_real")
    others = [f.value for _, f in _economy(findings) if f.value is not None]
    if built is None or not others:
        return "What followed the acts of 2021 and 2022 cannot be measured here"
    if built > 0.2 and max(others) < built / 4:
        return "Factories were built, but jobs, output and orders hardly followed"
    if built > 0.2:
        return "Building rose after the infrastructure act, and some of the factory economy with it"
    change = words.pct(built, 0, signed=True)
    return f"Since the infrastructure act deflated factory building has changed by {change}"


def economy_sentence(findings: Mapping[str, Finding]) -> str:
    """Change of each series since the month before the infrastructure act."""
    parts = _economy(findings)
    if all(f.value is None for _, f in parts):
        return f"Not available: {reason(parts[0][1])}."
    built = get(findings, "construction_since_iija_real")
    told = _moves(parts)
    if built.value is None:
        return f"Since the infrastructure act of 2021 {told}."
    verb = words.direction(built.value, "rose by", "fell by", "changed by")
    change = words.pct(abs(built.value), 0)
    ranked = [(name, f.percentile) for name, f in parts if f.percentile is not None]
    beaten = words.join(f"{words.standing(share)} for {name}" for name, share in ranked)
    return (
        f"Since the infrastructure act of 2021 deflated building {verb} {change}, while {told}."
        + (f" Of all stretches as long since 2010, that beats {beaten}." if ranked else "")
    )


def _moves(parts: list[tuple[str, Finding]]) -> str:
    """What each series did; those that hardly moved share one verb."""
    still = [(n, f) for n, f in parts if f.value is not None and abs(f.value) <= FLAT]
    if len(still) < 2:
        return words.join(moved(name, f) for name, f in parts)
    told = [moved(name, f) for name, f in parts if (name, f) not in still]
    named = (f"{name} ({words.pct(f.value, signed=True)})" for name, f in still)
    return words.join([*told, f"{words.join(named)} hardly moved"])


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


def _distance(months: float) -> str:
    count = round(abs(months))
    if count == 0:
        return "in the month of"
    return f"{words.plural(count, 'month', spell=True)} {'before' if months < 0 else 'after'}"


def _sought(findings: Mapping[str, Finding]) -> list[Law]:
    """Laws around which a break could be sought."""
    return [law for law in LAWS if value_of(findings, f"break_{law.key}_months") is not None]


class _Turn(NamedTuple):
    """A likeliest turn: its way, month, distances from laws as words and months, smallest p-value."""

    way: str
    month: str
    where: list[str]
    months: list[int]
    p: float

    @property
    def nearest(self) -> str:
        """Its distance from the law nearest to it."""
        return min(zip(self.where, self.months, strict=True), key=lambda pair: abs(pair[1]))[0]

    @property
    def sure(self) -> bool:
        """Whether it survives all searches near at least one of its laws."""
        return self.p <= LEVEL


def _turns(findings: Mapping[str, Finding]) -> list[_Turn]:
    """Each likeliest turn once, however many laws it was found near."""
    made: dict[tuple[str, str], _Turn] = {}
    for law in _sought(findings):
        months = round(value_of(findings, f"break_{law.key}_months") or 0)
        way = "up" if (value_of(findings, f"break_{law.key}_step") or 0) > 0 else "down"
        month = words.month(law.month + pd.DateOffset(months=months))
        p = value_of(findings, f"break_{law.key}_p_family")
        held = made.get((way, month), _Turn(way, month, [], [], 1.0))
        told = f"{_distance(months)} {_LAW_NAMES[law.key]}"
        smaller = held.p if p is None else min(held.p, p)
        made[way, month] = _Turn(way, month, [*held.where, told], [*held.months, months], smaller)
    return list(made.values())


def _verb(turns: list[_Turn]) -> str:
    return "turned" if all(t.sure for t in turns) else "most likely turned"


def turns_title(findings: Mapping[str, Finding]) -> str:
    """When growth of deflated spending turned, each time relative to the nearest law."""
    turns = _turns(findings)
    if not turns:
        return "A turn around the laws cannot be searched for here"
    told = words.join([f"{t.way} {t.nearest}" for t in turns])
    return f"Building {_verb(turns)} {told.replace(' (IIJA)', '')}"


def timing_sentence(findings: Mapping[str, Finding]) -> str:
    """The likeliest turns and how sure each is."""
    turns = _turns(findings)
    if not turns:
        return f"Not available: {reason(get(findings, 'break_iija_months'))}."
    told = [
        f"{t.way} in {t.month}, {words.join(t.where)} ({words.p_value(t.p)} allowing for all searches)"
        for t in turns
    ]
    text = f"Growth of deflated building {_verb(turns)} {'; '.join(told)}."
    if all(t.sure for t in turns):
        return text
    return f"{text} Where p is above 5%, growth is too persistent from month to month to rule chance out."


def _span(findings: Mapping[str, Finding], key: str) -> str:
    months = get(findings, f"break_{key}_months")
    low, high = round(months.low or 0), round(months.high or 0)
    if low == high:
        return f"is {_distance(low)} it at both ends"
    return f"runs from {_distance(low)} it to {_distance(high)} it"


def turns_paragraph(findings: Mapping[str, Finding]) -> str:
    """The likeliest turns, and whether their intervals reach the laws."""
    text = timing_sentence(findings)
    for law in _sought(findings):
        months = get(findings, f"break_{law.key}_months")
        inside = (months.low or 0) <= 0 <= (months.high or 0)
        text += (
            f" For {_LAW_NAMES[law.key]} the 95% interval {_span(findings, law.key)}, its own "
            f"month {'included' if inside else 'not included'}."
        )
    return text


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
