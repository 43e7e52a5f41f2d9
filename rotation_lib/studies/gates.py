"""What the quality gates found in the data of this report, and how old its series are.

Frames for the methods chapter, on the whole dataset: a gate looks at all that is held,
whatever the window. It must never decide whether a series may be used.
"""

from __future__ import annotations

import pandas as pd

from ..market import Market
from ..sources.quality import load_quality
from ..store.examined import GATES, examine
from .holdings import ends_early, macro_stretches, name_of

#: Sessions by which a daily series may trail the newest one.
PATIENCE = 1
WORST_FIRST = ("absent", "open", "stale", "early", "noted", "passed")


def examined(market: Market) -> pd.DataFrame:
    """Every gate asked of every series held: ``series_id, gate, result, found``.

    As :func:`rotation_lib.store.examined.examine`, with one gate more, ``"current"``: open
    where a series ends before its next value was due.
    """
    asked = examine(market.dataset, market.catalog)
    ends = _ends(market)
    rows = [
        (s, "current", "open" if s in ends else "passed", ends.get(s, ""))
        for s in market.dataset.provenance["series"]
    ]
    return pd.concat([asked, pd.DataFrame(rows, columns=asked.columns)], ignore_index=True)


def _ends(market: Market) -> dict[str, str]:
    """Series that end too early, with the day in words."""
    held = market.dataset.provenance["series"]
    newest = market.dataset.total_returns.index
    found = {}
    for series_id, block in held.items():
        last = pd.Timestamp(block["last"])
        if market.catalog[series_id].kind != "macro" and (newest > last).sum() > PATIENCE:
            found[series_id] = f"Ends {last:%Y-%m-%d}."
    late = ends_early(macro_stretches(market, held), market)
    return found | {row.series_id: f"Ends {row.end:%Y-%m-%d}." for row in late.itertuples()}


def jump_limit() -> float:
    """Size of a daily return from which on it must be explained."""
    return load_quality().limits.jump


def by_gate(asked: pd.DataFrame) -> pd.DataFrame:
    """How each gate ended: ``gate, series, passed, noted, open`` (counts), in order.

    Args:
        asked: as :func:`examined`, nothing missing.
    """
    counts = pd.crosstab(asked["gate"], asked["result"])
    counts = counts.reindex(index=[*GATES, "current"], columns=["passed", "noted", "open"])
    counts = counts.fillna(0).astype("int64").rename_axis(columns=None)
    counts.insert(0, "series", counts.sum(axis=1))
    return counts.reset_index()


def by_series(market: Market, asked: pd.DataFrame) -> pd.DataFrame:
    """What is to be known of each series that a source serves, worst first.

    Args:
        market: data and window.
        asked: as :func:`examined`, nothing missing.

    Returns:
        ``series_id``, ``label``, ``last`` (day of the newest value; NaT where there is none),
        ``since`` (ISO day from which it is stale, else empty), ``state`` ("absent", "open",
        "stale", "early", "noted" or "passed") and ``found`` (one text).
    """
    provenance = market.dataset.provenance
    held, stale = provenance["series"], provenance.get("stale", {})
    told = _told(asked, provenance.get("gates", []))
    rows = []
    for series_id, block in held.items():
        entry = stale.get(series_id, {})
        own = asked[asked["series_id"] == series_id]
        rows.append(
            {
                "series_id": series_id,
                "label": name_of(market.catalog[series_id]),
                "last": pd.Timestamp(block["last"]),
                "since": entry.get("since", ""),
                "state": _state(own, stale=bool(entry), told=series_id in told),
                "found": " ".join([*told.get(series_id, []), entry.get("why", "")]).strip(),
            }
        )
    for series_id, why in provenance.get("absent", {}).items():
        label = name_of(market.catalog[series_id])
        rows.append(
            {"series_id": series_id, "label": label, "since": "", "state": "absent", "found": why}
        )
    frame = pd.DataFrame(rows, columns=["series_id", "label", "last", "since", "state", "found"])
    order = frame["state"].map(WORST_FIRST.index)
    return frame.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _state(own: pd.DataFrame, *, stale: bool, told: bool) -> str:
    """How one series stands, given how its gates ended."""
    wanting = set(own.loc[own["result"] == "open", "gate"])
    if wanting - {"current"}:
        return "open"
    if stale:
        return "stale"
    if wanting:
        return "early"
    return "noted" if told else "passed"


def _told(asked: pd.DataFrame, notes: list[dict[str, str]]) -> dict[str, list[str]]:
    """Sentences by series: of the pull first, then what was found now; each once."""
    told: dict[str, dict[str, None]] = {}
    for note in notes:
        series_id, at, day = note["series"].partition("@")
        text = f"Vintage of {day}: {note['found']}" if at else note["found"]
        told.setdefault(series_id, {})[text] = None
    for row in asked[asked["result"] != "passed"].itertuples():
        told.setdefault(row.series_id, {})[row.found] = None
    return {series_id: list(texts) for series_id, texts in told.items()}


def not_fresh(market: Market) -> pd.DataFrame:
    """Series that a live source could not refresh, or not give at all, alike ones on one row.

    Returns:
        ``state`` ("stale" or "absent"), ``since`` (ISO day, empty where absent), ``why``,
        ``series`` (tuple of ids); oldest first. Empty for embedded data.
    """
    provenance = market.dataset.provenance
    groups: dict[tuple[str, str, str], list[str]] = {}
    for series_id, entry in sorted(provenance.get("stale", {}).items()):
        groups.setdefault(("stale", entry["since"], entry["why"]), []).append(series_id)
    for series_id, why in sorted(provenance.get("absent", {}).items()):
        # What a source says of a series names it: without the name, alike answers meet.
        groups.setdefault(("absent", "", why.replace(f" for {series_id}", " for it")), []).append(
            series_id
        )
    rows = [(*key, tuple(names)) for key, names in sorted(groups.items(), key=_oldest_first)]
    return pd.DataFrame(rows, columns=["state", "since", "why", "series"])


def _oldest_first(group: tuple[tuple[str, str, str], list[str]]) -> tuple[bool, str, str]:
    (state, since, why), _ = group
    return (state == "absent", since, why)
