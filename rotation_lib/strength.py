"""The scale on which each part of a claim is measured, and the verdict that follows from the parts.

Pure arithmetic on an estimate, its interval and what was asked of it: no finding, no data, no words.
The scale is the table in ``docs/decisions.md``, "How a part is judged"; exactly one row of it fits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import Literal

#: What makes an estimate believable.
Evidence = Literal["interval", "placebo", "fact", "band", "rank"]
#: Largest p-value of a placebo test that counts as one.
P_MAX = 0.05
#: Confidence at which a part may lean.
INNER = 0.80
#: Chance of seeing the effect that is called detectable.
POWER = 0.80


class Strength(StrEnum):
    """How far the data bear a part of a claim."""

    ESTABLISHED = "established"
    FOR = "leans for"
    UNDECIDED = "undecided"
    AGAINST = "leans against"
    REFUTED = "refuted"
    UNTESTABLE = "cannot be tested"


class Verdict(StrEnum):
    """What the parts of a claim say together."""

    HOLDS = "holds"
    PART = "holds in part"
    NOT_SHOWN = "not shown"
    FAILS = "does not hold"
    UNTESTABLE = "cannot be tested"


@dataclass(frozen=True)
class Asked:
    """What would make a part true.

    Attributes:
        evidence: see :data:`Evidence`.
        side: on which side of ``zero`` the claim lies.
        zero: the value of no effect.
        size: the effect asked for, strictly beyond ``zero`` on that side; of a band its lower end.
        upper: of a band its upper end.
        rank: share of windows that must be less extreme, for evidence by rank.
        once: whether one single event stands behind it, which never proves more than a lean.
    """

    evidence: Evidence
    side: Literal["above", "below"] = "above"
    zero: float = 0.0
    size: float = 0.0
    upper: float = math.inf
    rank: float = 0.95
    once: bool = False


@dataclass(frozen=True)
class Estimate:
    """What was measured; all in one unit.

    Attributes:
        value: the estimate; ``None`` where there is none.
        low, high: its interval, or the placebo band put around it; ``None`` without one.
        confidence: of the interval.
        p: of its placebo test.
        rank: among windows of its length, 0 to 1.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    confidence: float = 0.95
    p: float | None = None
    rank: float | None = None


def strength(asked: Asked, found: Estimate) -> Strength:
    """How far an estimate bears what was asked.

    Args:
        asked: the rule.
        found: NaN and infinite values count as missing.
    """
    if found.value is None or not math.isfinite(found.value):
        return Strength.UNTESTABLE
    match asked.evidence:
        case "fact":
            reached = _beyond(asked, found.value) >= _beyond(asked, asked.size)
            told = Strength.ESTABLISHED if reached else Strength.REFUTED
        case "band":
            inside = asked.size <= found.value <= asked.upper
            told = Strength.ESTABLISHED if inside else Strength.REFUTED
        case "rank":
            told = _of_rank(asked, found.rank)
        case _:
            told = _of_interval(asked, found)
    if asked.once:
        return {Strength.ESTABLISHED: Strength.FOR, Strength.REFUTED: Strength.AGAINST}.get(
            told, told
        )
    return told


def _beyond(asked: Asked, value: float) -> float:
    """How far a value lies beyond that of no effect, positive on the claim's side."""
    return (value - asked.zero) * (1 if asked.side == "above" else -1)


def _of_rank(asked: Asked, rank: float | None) -> Strength:
    if rank is None or not math.isfinite(rank):
        return Strength.UNTESTABLE
    rank = rank if asked.side == "above" else 1 - rank
    if rank >= asked.rank:
        return Strength.FOR
    return Strength.AGAINST if 1 - rank >= asked.rank else Strength.UNDECIDED


def _of_interval(asked: Asked, found: Estimate) -> Strength:
    assert found.value is not None
    value, size = _beyond(asked, found.value), _beyond(asked, asked.size)
    ends = _ends(asked, found)
    clear = ends is not None and ends[0] > 0
    if asked.evidence == "placebo":
        clear = value > 0 and found.p is not None and found.p <= P_MAX
    if value >= size and clear:
        return Strength.ESTABLISHED
    if ends is None:
        return Strength.UNDECIDED
    low, high = ends
    drawn = drawn_in(found.confidence)
    if value >= size and value - drawn * (value - low) > 0:
        return Strength.FOR
    if high < size:
        return Strength.REFUTED
    if value + drawn * (high - value) < 0:
        return Strength.AGAINST
    return Strength.UNDECIDED


def _ends(asked: Asked, found: Estimate) -> tuple[float, float] | None:
    """The interval's ends, the one nearer to refuting the claim first."""
    if found.low is None or found.high is None:
        return None
    ends = sorted((_beyond(asked, found.low), _beyond(asked, found.high)))
    return ends[0], ends[1]


def drawn_in(confidence: float = 0.95) -> float:
    """Share of an interval's half-width that the inner interval keeps, each side by itself.

    As under a normal law (0.654 of a 95 % interval), so that one rule serves every kind of interval.

    Args:
        confidence: of the interval.
    """
    normal = NormalDist()
    return normal.inv_cdf((1 + INNER) / 2) / normal.inv_cdf((1 + confidence) / 2)


def detectable(asked: Asked, found: Estimate) -> float | None:
    """The effect that this test would have seen four times in five, as a distance from ``zero``.

    ``(z(0.975) + z(0.80)) / z(0.975)`` times the half-width on the side of no effect: the usual
    minimum detectable effect (Bloom 1995).

    Args:
        asked: the rule.
        found: what was measured.

    Returns:
        Never negative; ``None`` where there is no interval to take it from.
    """
    ends = _ends(asked, found)
    if asked.evidence not in ("interval", "placebo") or found.value is None or ends is None:
        return None
    normal = NormalDist()
    reach = normal.inv_cdf((1 + found.confidence) / 2)
    half = max(0.0, _beyond(asked, found.value) - ends[0])
    return half * (reach + normal.inv_cdf(POWER)) / reach


def verdict(strengths: Sequence[Strength]) -> Verdict:
    """What the strengths of a claim's parts say together; parts that cannot be tested say nothing.

    Args:
        strengths: one a part.
    """
    tested = [s for s in strengths if s is not Strength.UNTESTABLE]
    if not tested:
        return Verdict.UNTESTABLE
    held, lost = (tested.count(s) for s in (Strength.ESTABLISHED, Strength.REFUTED))
    if held:
        return Verdict.HOLDS if held == len(tested) else Verdict.PART
    return Verdict.FAILS if 2 * lost > len(tested) else Verdict.NOT_SHOWN


@dataclass(frozen=True)
class Varied:
    """How often a part says the same under another way or day of measuring.

    Attributes:
        n: ways that could be measured.
        same: of them, those in which "established or not" and "refuted or not" stay.
    """

    n: int = 0
    same: int = 0

    @property
    def robust(self) -> bool | None:
        """Whether it stays in four of five; ``None`` where nothing was varied."""
        return None if not self.n else 5 * self.same >= 4 * self.n


def varied(told: Strength, others: Sequence[Strength]) -> Varied:
    """Compare a strength with those of other ways to measure the same.

    Args:
        told: of the part.
        others: those that cannot be tested are left out.
    """
    tested = [s for s in others if s is not Strength.UNTESTABLE]
    decided = (Strength.ESTABLISHED, Strength.REFUTED)
    same = sum(all((s is d) == (told is d) for d in decided) for s in tested)
    return Varied(len(tested), same)
