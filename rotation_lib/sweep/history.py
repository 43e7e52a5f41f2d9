"""What a panel tells: how often each verdict flipped, and since when each claim has held.

The report shows the panel that is stored with it, cut to what its own day allows. It must never
show an edition later than that day, and always knows what the panel was made from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ..claims import load_ledger
from ..errors import DataError
from ..fingerprint import canonical, digest
from ..market import Market
from ..project import DATA
from .panel import COLUMNS, Row, read_panel

STORED = DATA / "sweep" / "panel.parquet"
HOLDS = "holds"
UNTESTABLE = "cannot be tested"


@dataclass(frozen=True, eq=False)
class History:
    """The stored panel as one report may show it.

    Attributes:
        panel: rows of editions up to the report's day; empty where nothing can be shown.
        metadata: what the panel was made from; empty without a panel.
        unlike: what differs from the report: ``"parameters"``, ``"data"``, ``"rules"``.
        reason: why there is no panel.
    """

    panel: pd.DataFrame
    metadata: dict[str, Any] = field(default_factory=dict)
    unlike: tuple[str, ...] = ()
    reason: str = ""

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Editions × claims, in the ledger's order, of verdicts."""
        rows = self.panel[self.panel["kind"] == "claim"]
        wide = rows.pivot(index="as_of", columns="id", values="verdict")
        return wide[list(dict.fromkeys(rows["id"]))].rename_axis(columns=None)

    @property
    def runs(self) -> pd.DataFrame:
        """Stretches of editions with one verdict, see :func:`runs`."""
        return runs(self.verdicts)

    @property
    def since(self) -> pd.DataFrame:
        """The present verdict of each claim and its past, see :func:`since_when`."""
        return since_when(self.verdicts)

    def finding(self, id: str) -> pd.DataFrame:
        """One finding by edition: ``date, value, low, high``; editions without it are left out.

        Args:
            id: of the finding.
        """
        rows = self.panel[(self.panel["id"] == id) & self.panel["value"].notna()]
        named = rows.rename(columns={"as_of": "date"})
        return named[["date", "value", "low", "high"]].reset_index(drop=True)


def stored_history(market: Market, path: Path = STORED) -> History:
    """The stored panel, cut to a report's day.

    Args:
        market: of the report; editions after its last day or its day of knowledge are left out.
        path: the panel.
    """
    try:
        frame, metadata = read_panel(path)
    except DataError as error:
        return History(_no_rows(), reason=str(error))
    unlike = []
    params = market.params.as_strings()
    if any(params[name] != value for name, value in metadata["params"].items() if name != "source"):
        unlike.append("parameters")
    if metadata["data_key"] != market.dataset.provenance["data_sha256"]:
        unlike.append("data")
    if metadata["rules_key"] != rules_key():
        unlike.append("rules")
    if "parameters" in unlike:  # another question: its answers would mislead
        return History(_no_rows(), metadata, tuple(unlike))
    shown = frame[frame["as_of"] <= min(market.end, market.horizon)]
    return History(shown.reset_index(drop=True), metadata, tuple(unlike))


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in COLUMNS})


def rules_key() -> str:
    """Key of the rules that judge: a reworded claim keeps it, a moved threshold does not."""
    rules = {
        claim.id: [
            claim.chapter,
            bool(claim.untestable),
            [test.model_dump(exclude={"why"}) for test in claim.test],
        ]
        for claim in load_ledger()
    }
    return digest(canonical(rules))


def runs(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Stretches of editions with one verdict.

    Args:
        verdicts: editions × claims.

    Returns:
        ``id, verdict, first, last, editions``, by claim and in order of time.
    """
    made = []
    for name in verdicts.columns:
        column = verdicts[name]
        group = (column != column.shift()).cumsum()
        for _, part in column.groupby(group, sort=True):
            made.append((name, part.iloc[0], part.index[0], part.index[-1], len(part)))
    return pd.DataFrame(made, columns=["id", "verdict", "first", "last", "editions"])


def since_when(verdicts: pd.DataFrame) -> pd.DataFrame:
    """The present verdict of each claim and its past.

    Args:
        verdicts: editions × claims.

    Returns:
        One row a claim: ``id, verdict, since`` (first edition of the present stretch), ``tested``
        (first edition that could test it, NaT if none), ``flips`` (changes of verdict among the
        editions that could test it), ``held`` (share of those in which it held; NaN without any).
    """
    columns = ["id", "verdict", "since", "tested", "flips", "held"]
    stretches = runs(verdicts).groupby("id", sort=False)
    made = []
    for name, part in stretches:
        testable = verdicts[name][verdicts[name] != UNTESTABLE]
        last = part.iloc[-1]
        made.append(
            {
                "id": name,
                "verdict": last["verdict"],
                "since": last["first"],
                "tested": testable.index[0] if len(testable) else pd.NaT,
                "flips": int((testable != testable.shift()).sum() - 1) if len(testable) else 0,
                "held": float((testable == HOLDS).mean()) if len(testable) else float("nan"),
            }
        )
    return pd.DataFrame(made, columns=columns)


def judged_findings() -> tuple[str, ...]:
    """Ids of the findings that the ledger's tests look at, in its order."""
    ids = [i for c in load_ledger() for t in c.test for i in (t.finding, t.p_finding) if i]
    return tuple(dict.fromkeys(ids))


def stored_rows(rows: Iterable[Row]) -> list[Row]:
    """The part of a panel that is stored with the report: claims and what their tests look at.

    Args:
        rows: of the whole panel.
    """
    wanted = set(judged_findings())
    return [row for row in rows if row["kind"] == "claim" or row["id"] in wanted]
