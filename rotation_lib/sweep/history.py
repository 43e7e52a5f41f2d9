"""What a panel tells: how often each verdict flipped, and since when each claim has held.

The report shows the panel that is stored with it, cut to what its own day allows. It must never
show an edition later than that day, and always knows what the panel was made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ..claims import load_ledger
from ..errors import DataError
from ..fingerprint import canonical, digest
from ..judging import Ends
from ..market import Market
from ..project import DATA
from ..strength import Strength, Varied, varied
from .panel import COLUMNS, Row, read_panel

STORED = DATA / "sweep" / "panel.parquet"
HOLDS = "holds"
UNTESTABLE = "cannot be tested"
#: Months before a report's own whose ends are asked whether they say the same.
MONTHS = 6


@dataclass(frozen=True, eq=False)
class History:
    """The stored panel as one report may show it.

    Attributes:
        panel: rows of editions up to the report's day; empty where nothing can be shown.
        metadata: what the panel was made from; empty without a panel.
        unlike: what differs from the report: ``"parameters"``, ``"data"``, ``"rules"``.
        reason: why there is no panel.
        day: last day of the report.
    """

    panel: pd.DataFrame
    metadata: dict[str, Any] = field(default_factory=dict)
    unlike: tuple[str, ...] = ()
    reason: str = ""
    day: pd.Timestamp = pd.Timestamp.max

    def judged_today(self, verdicts: Mapping[str, str]) -> History:
        """The same, where an edition of the report's own day has the report's own verdicts.

        The report draws more resamples than a swept edition, and one claim has one verdict.

        Args:
            verdicts: claim id → verdict of the report.
        """
        own = (self.panel["kind"] == "claim") & (self.panel["as_of"] == self.day)
        told = self.panel["verdict"].where(~own, self.panel["id"].map(dict(verdicts)))
        return replace(self, panel=self.panel.assign(verdict=told))

    @cached_property
    def ends(self) -> Ends:
        """Strengths of each claim's parts at the month ends of the half year before the report.

        None without a panel, or where it rests on other data or rules.
        """
        if self.unlike or self.panel.empty:
            return {}
        return ends_before(self.panel, self.day)

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
        return History(_no_rows(), reason=str(error), day=market.end)
    unlike = []
    params = market.params.as_strings()
    if any(params[name] != value for name, value in metadata["params"].items() if name != "source"):
        unlike.append("parameters")
    if metadata["data_key"] != market.dataset.provenance["data_sha256"]:
        unlike.append("data")
    if metadata["rules_key"] != rules_key():
        unlike.append("rules")
    if "parameters" in unlike:  # another question: its answers would mislead
        return History(_no_rows(), metadata, tuple(unlike), day=market.end)
    shown = frame[frame["as_of"] <= min(market.end, market.horizon)]
    return History(shown.reset_index(drop=True), metadata, tuple(unlike), day=market.end)


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in COLUMNS})


#: What of a part is only said, and judges nothing.
_WORDS = {"why", "subject", "pronoun", "yes", "no", "open", "untestable"}


def rules_key() -> str:
    """Key of the rules that judge: a reworded claim keeps it, a moved threshold does not."""
    rules = {
        claim.id: [
            claim.chapter,
            [part.model_dump(exclude=_WORDS) for part in claim.part],
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
    """Ids of the findings that decide the ledger's parts, in its order."""
    ids = [i for c in load_ledger() for p in c.part for i in (p.finding, p.p_finding) if i]
    return tuple(dict.fromkeys(ids))


def stored_rows(rows: Iterable[Row]) -> list[Row]:
    """What of a panel is stored with the report: claims, their parts, and what decides those.

    Args:
        rows: of the whole panel.
    """
    wanted = set(judged_findings())
    return [row for row in rows if row["kind"] != "finding" or row["id"] in wanted]


def ends_before(panel: pd.DataFrame, day: pd.Timestamp) -> dict[str, dict[str, list[Strength]]]:
    """Strength of each part at the last editions of the :data:`MONTHS` months before a day's own.

    Args:
        panel: of :data:`COLUMNS`.
        day: whose month is not looked at.

    Returns:
        Claim → part → strengths, the oldest first; months without an edition are left out.
    """
    month = panel["as_of"].dt.to_period("M").astype("int64")
    own = pd.Period(day, "M").ordinal
    rows = panel[(panel["kind"] == "part") & (month >= own - MONTHS) & (month < own)]
    last = rows.assign(month=month).sort_values("as_of", kind="stable")
    made: dict[str, dict[str, list[Strength]]] = {}
    for (name, _), told in last.groupby(["id", "month"], sort=False)["verdict"].last().items():
        claim, _, part = str(name).partition("/")
        made.setdefault(claim, {}).setdefault(part, []).append(Strength(told))
    return made


def with_fragility(rows: Iterable[Row]) -> list[Row]:
    """Rows of a panel whose claims say whether they were fragile on their day.

    Args:
        rows: of all editions.
    """
    held = list(rows)
    panel = pd.DataFrame([r for r in held if r["kind"] == "part"], columns=list(COLUMNS))
    panel = panel.assign(as_of=pd.to_datetime(panel["as_of"]))
    dated = {f"{c.id}/{p.id}" for c in load_ledger() for p in c.part if p.dated}
    robust: dict[tuple[Any, str], list[bool]] = {}
    for day, edition in panel.groupby("as_of"):
        ends = ends_before(panel, pd.Timestamp(str(day)))
        for row in edition.itertuples():
            claim, _, part = str(row.id).partition("/")
            others = [] if row.id in dated else ends.get(claim, {}).get(part, [])
            ways = Varied(int(row.ways), int(row.same)).robust
            told = [
                x for x in (ways, varied(Strength(row.verdict), others).robust) if x is not None
            ]
            robust.setdefault((day, claim), []).extend(told)
    return [
        row | {"fragile": not all(robust[pd.Timestamp(row["as_of"]), row["id"]])}
        if row["kind"] == "claim"
        else row
        for row in held
    ]
