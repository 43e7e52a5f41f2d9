"""Words on the quality gates: what each asks, where it was asked, and what came out.

Counts come from ``studies.gates``. It must never call a series good that a gate left open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from .. import words

if TYPE_CHECKING:
    from ..market import Market

#: Gate → its name, and what it asks.
ASKED = {
    "shape": ("Shape", "Are all values finite numbers, in ascending order of their days?"),
    "days": (
        "Calendar",
        "Do prices stand on sessions of the exchange, and periods on their first day?",
    ),
    "twice": ("Duplicates", "Does each day or period stand there once?"),
    "positive": ("Positive prices", "Is every close above zero?"),
    "jump": (
        "Jumps",
        "Is every daily move beyond {jump} explained: by a split, a second series, a judgement?",
    ),
    "repeats": ("Stale tail", "Does the end of the series move, or does a stopped feed repeat?"),
    "rows": ("Coverage", "Are all rows there that were there before?"),
    "current": ("Age", "Does the series reach the newest session, or its next release?"),
}
#: Where a gate looks at something else than the returns and values of this report.
_LIVE = {
    "positive": "On every pull, of closes; here, of returns: none may lose everything.",
    "rows": "On every pull, against what is stored; here, against the store’s record.",
    "current": "Here only, against the newest session that all required prices reach.",
}
_EMBEDDED = {
    "positive": "Of returns, none of which may lose everything: a snapshot holds no closes.",
    "jump": "Of returns, from which splits are gone: only a judgement or a second series counts.",
    "rows": "Against the manifest, with the checksum of each file.",
    "current": "Against the newest session of the snapshot.",
}
_STATES = {
    "absent": "not available",
    "stale": "stale",
    "open": "not explained",
    "early": "ends early",
    "noted": "passed, with a note",
    "passed": "passed",
}
#: Names written out in one row.
_NAMED = 8


def is_live(market: Market) -> bool:
    """Whether the data came from a live source."""
    return bool(market.dataset.provenance["source"] == "live")


def title(series: pd.DataFrame) -> str:
    """How the gates ended, in one line.

    Args:
        series: as :func:`rotation_lib.studies.gates.by_series`.
    """
    held = series[series["state"] != "absent"]
    count = words.plural(len(held), "series", "series")
    counts = held["state"].value_counts()
    parts = []
    if n := int(counts.get("stale", 0)):
        parts.append(f"{words.spelled(n)} could not be refreshed")
    if n := int(counts.get("open", 0)):
        parts.append(
            f"{words.spelled(n)} {'shows' if n == 1 else 'show'} what nobody has explained"
        )
    if n := int(counts.get("early", 0)):
        parts.append(f"{words.spelled(n)} {'ends' if n == 1 else 'end'} early")
    if not parts:
        return f"All {count} pass the quality gates"
    return f"Of {count} behind the quality gates, {words.join(parts)}"


def paragraph(market: Market, series: pd.DataFrame) -> str:
    """Where the gates were asked, and what a failure would do.

    Args:
        market: data and window.
        series: as :func:`rotation_lib.studies.gates.by_series`.
    """
    noted = int((series["state"] == "noted").sum())
    passed = f"{words.plural(noted, 'series', 'series')} passed with a note." if noted else ""
    if not is_live(market):
        text = (
            "This report rests on the embedded snapshot. Its gates were asked when it was made, and "
            "a fault that nobody had judged would have stopped the writing. They are asked again "
            "here, as far as that is possible without price levels, which a snapshot may not hold."
        )
    else:
        text = (
            "This report rests on live data. A pull that a gate refuses is not stored: the older "
            "data stay in use and count as stale. A required series that is missing stops the "
            "build; without an optional one, its figures are left out with a note."
        )
    return f"{text} {passed}".strip()


def gate_rows(counts: pd.DataFrame, *, live: bool, jump: float) -> pd.DataFrame:
    """Gates as a reader's table.

    Args:
        counts: as :func:`rotation_lib.studies.gates.by_gate`.
        live: whether the data came from a live source.
        jump: size of a daily return from which on it must be explained, a fraction.
    """
    where = _LIVE if live else _EMBEDDED
    return pd.DataFrame(
        {
            "Gate": [ASKED[g][0] for g in counts["gate"]],
            "Series": counts["series"],
            "Passed": counts["passed"],
            "Noted": counts["noted"],
            "Open": counts["open"],
            "What it asks": [
                f"{ASKED[g][1].format(jump=words.pct(jump, 0))} {where.get(g, '')}".strip()
                for g in counts["gate"]
            ],
        }
    )


def gates_note(*, live: bool) -> str:
    """When the gates were asked.

    Args:
        live: whether the data came from a live source.
    """
    when = "on every pull, before anything is stored," if live else "when the snapshot was made,"
    return (
        f"Asked {when} and again here, of the returns and values this report uses; each gate of "
        "the series it can say something about. Noted: let pass, with the reason below. Open: not "
        "as it should be."
    )


def series_rows(series: pd.DataFrame) -> pd.DataFrame:
    """Series as a reader's table.

    Args:
        series: as :func:`rotation_lib.studies.gates.by_series`.
    """
    states = [
        f"stale since {words.date(day)}" if state == "stale" else _STATES[state]
        for state, day in zip(series["state"], series["since"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Series": series["label"],
            "Newest value": series["last"],
            "Gates": states,
            "What was found": series["found"].where(series["found"] != "", "nothing"),
        }
    )


def fresh_sentence(market: Market, groups: pd.DataFrame) -> str:
    """How old the data are, and how many series are not as new as they should be.

    Args:
        market: data and window.
        groups: as :func:`rotation_lib.studies.gates.not_fresh`.
    """
    provenance = market.dataset.provenance
    if not is_live(market):
        return (
            f"A snapshot does not age by itself: its prices reach {words.date(provenance['data_through'])}, "
            "and nothing was asked of any publisher for this report. Only a live build can find a "
            "series stale or missing."
        )
    answered = f"The publishers’ services last answered on {words.date(provenance['taken_on'])}."
    if groups.empty:
        return f"{answered} Every series was confirmed by its publisher."
    stale = _count(groups, "stale")
    absent = _count(groups, "absent")
    parts = []
    if stale:
        parts.append(f"{words.plural(stale, 'series', 'series')} could not be refreshed")
    if absent:
        parts.append(f"{words.plural(absent, 'series', 'series')} could not be had at all")
    return f"{answered} {words.join(parts).capitalize()}."


def _count(groups: pd.DataFrame, state: str) -> int:
    return sum(len(names) for names in groups.loc[groups["state"] == state, "series"])


def fresh_rows(groups: pd.DataFrame) -> pd.DataFrame:
    """What is not fresh, as a reader's table.

    Args:
        groups: as :func:`rotation_lib.studies.gates.not_fresh`.
    """
    return pd.DataFrame(
        {
            "Series": [_named(names) for names in groups["series"]],
            "State": [
                f"stale since {words.date(row.since)}" if row.since else "left out"
                for row in groups.itertuples()
            ],
            "Why": groups["why"],
        }
    )


def _named(names: Sequence[str]) -> str:
    if len(names) <= _NAMED + 1:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
