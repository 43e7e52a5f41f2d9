"""Words about the report's own history: when each claim held, and what the panel was made from.

Everything is said from frames and records handed in; it must never judge a claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from .. import words

HEADING = "## Verdicts of earlier editions"
COMMAND = "rotation sweep --write"


def section(
    since: pd.DataFrame, metadata: Mapping[str, Any], unlike: Sequence[str], reason: str = ""
) -> str:
    """The heading and what stands under it, whatever could be loaded.

    Args:
        since: ``id, verdict, since, tested, flips, held``; empty where nothing can be shown.
        metadata: what the panel was made from.
        unlike: ``"parameters"``, ``"data"``, ``"rules"`` that differ from the report's.
        reason: why there is no panel.
    """
    if since.empty:
        return f"{HEADING}\n\n{nothing(metadata, unlike, reason)}"
    warned = warning(metadata, unlike)
    parts = [f"## {heading(since)}", warned, paragraph(since, metadata)]
    return "\n\n".join(p for p in parts if p)


def heading(since: pd.DataFrame) -> str:
    """How many verdicts stayed what they were from the first edition that could give one."""
    tested = since[since["tested"].notna()]
    if tested.empty:
        return "No earlier edition could test a claim"
    steady = int((tested["flips"] == 0).sum())
    number = words.spelled(steady).capitalize() if steady else "None"
    return (
        f"{number} of {len(tested)} claims kept one verdict in every edition that could test them"
    )


def nothing(metadata: Mapping[str, Any], unlike: Sequence[str], reason: str) -> str:
    """Why no history is shown, and how to get one."""
    if "parameters" in unlike:
        held = metadata["params"]
        funds = f"{held['small']}, {held['large']} and {held['tech']}"
        return (
            f"The history was computed for {funds} from {words.date(held['start'])}; this report looks "
            "at other funds or another start, so none is shown. `rotation sweep` with `-p` computes it "
            "for any."
        )
    if reason:
        return f"The history of the verdicts cannot be shown: {reason}"
    first = words.date(metadata["first"])
    return f"The history begins with the edition of {first}, after this report’s last day."


def warning(metadata: Mapping[str, Any], unlike: Sequence[str]) -> str:
    """One sentence when the panel was made from other data or rules; empty otherwise."""
    if not unlike:
        return ""
    what = words.join({"data": "data", "rules": "rules"}.get(u, u) for u in unlike)
    through = words.date(metadata["data_through"])
    return (
        f"**This history was computed with another version of the {what}, with data through {through} "
        f"(data key {metadata['data_key'][:12]}); `{COMMAND}` computes it again.**"
    )


def paragraph(since: pd.DataFrame, metadata: Mapping[str, Any]) -> str:
    """How many claims could ever be tested, how steady their verdicts were, and how it was made."""
    tested = since[since["tested"].notna()]
    if tested.empty:
        return "No claim could be tested yet in any of these editions."
    steady = int((tested["flips"] == 0).sum())
    always = int((tested["held"] == 1.0).sum())
    never = int((tested["held"] == 0.0).sum())
    drawn = metadata["draws"]
    how = (
        "as many resamples as the report itself"
        if drawn is None
        else f"at most {drawn:,} resamples"
    )
    counts = {
        "held in full in every edition that could test it": always,
        "held in full in none": never,
        "kept one verdict throughout": steady,
    }
    told = words.join(f"{words.spelled(n)} {what}" for what, n in counts.items() if n)
    lead = (
        f"Of the {len(since)} claims, {len(tested)} could be tested by at least one of these "
        f"editions{': ' + told if told else ''}."
    )
    most = tested.sort_values("flips", ascending=False, kind="stable").iloc[0]
    changed = (
        ""
        if most["flips"] < 2
        else f" The least steady verdict changed {words.plural(most['flips'], 'time')}."
    )
    return (
        f"{lead}{changed} Each edition is the whole report as a reader of that day could have made it: "
        f"its window ends there, and it knows what had been published by then. Intervals rest on {how} "
        "here, so a verdict near its threshold can differ from the ledger’s above."
    )


def claims_title(since: pd.DataFrame) -> str:
    """What the strips show, for any mix of verdicts."""
    tested = since[since["tested"].notna()]
    if tested.empty:
        return "No claim could be tested yet"
    mostly = int((tested["held"] > 0.5).sum())
    number = words.spelled(mostly).capitalize() if mostly else "None"
    return f"{number} of {len(tested)} claims held in full in most of the editions that could test them"


def claims_alt(since: pd.DataFrame, as_of: pd.Timestamp) -> str:
    """The strips in words: tally at the end, and the claims that changed most."""
    tally = since["verdict"].value_counts(sort=False)
    said = words.join(f"“{verdict}” {words.plural(n, 'time')}" for verdict, n in tally.items())
    changed = since.sort_values("flips", ascending=False, kind="stable")
    most = changed[changed["flips"] > 0].head(3)
    told = (
        ""
        if most.empty
        else " Most changes: "
        + words.join(f"{r.id} ({words.plural(r.flips, 'change')})" for r in most.itertuples())
        + "."
    )
    return (
        f"Strips of verdicts for {len(since)} claims, by month. In the last edition, of "
        f"{words.date(as_of)}: {said}.{told}"
    )


def headline_title(frame: pd.DataFrame) -> str:
    """How the rate beta of the record so far moved, and whether its interval ever left zero.

    Args:
        frame: ``date, value, low, high``, none missing.
    """
    clear = (frame["low"] > 0) | (frame["high"] < 0)
    side = frame["value"].iloc[-1]
    now = "above" if side > 0 else "below" if side < 0 else "at"
    if not clear.any():
        return f"The rate beta of the record so far is {now} zero, and no month told it from zero"
    share = words.pct(float(clear.mean()), 0)
    last = "now does" if clear.iloc[-1] else "now does not"
    return (
        f"The interval of the rate beta excluded zero in {share} of months and {last}; the estimate "
        f"is {now} zero"
    )
