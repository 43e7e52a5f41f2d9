"""The embedded snapshot: offline data that every copy of the project shares.

Reads ``data/snapshot`` and refuses it when one byte differs from its manifest.
It must never write, and never hand out a price level.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import SnapshotError
from ..project import RESTORE as BACK
from ..project import SNAPSHOT
from .base import Dataset
from .quality import load_quality

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "manifest.json"
SCHEMA = 1
#: Returns are stored as whole millionths.
MICRO = 1_000_000
TOTAL_RETURNS = "total_returns.parquet"
PRICE_RETURNS = "price_returns.parquet"
OBSERVATIONS = "observations.parquet"
#: For readers of the folder; checked like the rest, not read.
COVERAGE = "coverage.md"
PROVENANCE = ("data_sha256", "base_close", "data_through", "taken_on", "taken_on_basis", "series")
RESTORE = f"restore it with '{BACK}' or write it anew with 'rotation data snapshot --from DIR'"


@dataclass(frozen=True)
class TableLayout:
    """Columns of one small CSV table: which are dates and which are true or false."""

    columns: tuple[str, ...]
    dates: tuple[str, ...]
    flags: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


TABLES: dict[str, TableLayout] = {
    "events": TableLayout(
        (
            "date",
            "reaction_session",
            "category",
            "label",
            "evidence",
            "note",
            "calendar_check",
            "tape_check",
            "spy_return",
            "iwm_return",
            "spy_percentile",
        ),
        dates=("date", "reaction_session"),
        numbers=("spy_return", "iwm_return", "spy_percentile"),
    ),
    "decisions": TableLayout(
        (
            "decision_date",
            "scheduled",
            "lower_after",
            "upper_after",
            "upper_before",
            "change_bp",
            "effective_date",
            "reaction_session",
        ),
        dates=("decision_date", "effective_date", "reaction_session"),
        flags=("scheduled",),
        numbers=("lower_after", "upper_after", "upper_before", "change_bp"),
    ),
    "cpi_releases": TableLayout(
        ("release_date", "reference_month", "reaction_session", "evidence"),
        dates=("release_date", "reference_month", "reaction_session"),
    ),
    "fundamentals": TableLayout(
        ("ticker", "period", "item", "end", "value", "derived"),
        dates=("end",),
        flags=("derived",),
        numbers=("value",),
    ),
    "splits": TableLayout(("ticker", "date", "ratio"), dates=("date",), numbers=("ratio",)),
}
FILES: tuple[str, ...] = tuple(
    sorted(
        [TOTAL_RETURNS, PRICE_RETURNS, OBSERVATIONS, COVERAGE, *(f"{name}.csv" for name in TABLES)]
    )
)


class SnapshotSource:
    """The default source (see :class:`rotation_lib.sources.base.Source`).

    Args:
        folder: where the snapshot lies; the project's own by default.
    """

    name = "snapshot"

    def __init__(self, folder: Path = SNAPSHOT) -> None:
        self.folder = folder

    def load(self) -> Dataset:
        """Read everything, checking each file's SHA-256 against the manifest.

        Raises:
            SnapshotError: a file is missing or differs by as little as one byte.
        """
        manifest, content = self._whole()
        tables = {name: _table(content[f"{name}.csv"], TABLES[name]) for name in TABLES}
        return Dataset(
            total_returns=_returns(content[TOTAL_RETURNS]),
            price_returns=_returns(content[PRICE_RETURNS]),
            observations=_observations(content[OBSERVATIONS]),
            provenance={
                "source": self.name,
                **{k: manifest[k] for k in PROVENANCE},
                "closed": manifest.get("closed", []),
                "anomalies": _anomalies(manifest["series"]),
            },
            **tables,
        )

    def _whole(self) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Manifest and files of one snapshot, though another may be put in place meanwhile."""
        while True:
            manifest = read_manifest(self.folder)
            try:
                return manifest, {name: self._bytes(name, manifest) for name in FILES}
            except SnapshotError:
                if read_manifest(self.folder) == manifest:
                    raise

    def _bytes(self, name: str, manifest: dict[str, Any]) -> bytes:
        content = _read(self.folder, name)
        if hashlib.sha256(content).hexdigest() != manifest["files"][name]["sha256"]:
            raise SnapshotError(
                f"{_shown(self.folder, name)} differs from its manifest: {RESTORE}."
            )
        return content


def _anomalies(held: dict[str, Any]) -> list[dict[str, Any]]:
    """Known faults of the series held, as plain values; ``when`` is an ISO day or a year."""
    fields = ("symbol", "check", "value", "witness", "witness_value", "what", "treatment")
    return [
        {"when": fault.when, **{name: getattr(fault, name) for name in fields}}
        for fault in load_quality().known
        if fault.symbol in held
    ]


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a snapshot, checked against its own hash.

    Raises:
        SnapshotError: missing, damaged, of another schema, or listing other files.
    """
    shown = _shown(folder, MANIFEST)
    try:
        manifest: dict[str, Any] = json.loads(_read(folder, MANIFEST))
        stated = manifest["manifest_sha256"]
    except (ValueError, KeyError, TypeError):
        raise SnapshotError(f"{shown} is damaged: {RESTORE}.") from None
    if stated != manifest_digest(manifest):
        raise SnapshotError(f"{shown} differs from its own hash: {RESTORE}.")
    if manifest["schema"] != SCHEMA or set(manifest["files"]) != set(FILES):
        raise SnapshotError(f"{shown} describes another layout of the snapshot: {RESTORE}.")
    return manifest


def manifest_digest(manifest: dict[str, Any]) -> str:
    """SHA-256 of a manifest's canonical JSON, without the field that holds it."""
    rest = {key: value for key, value in manifest.items() if key != "manifest_sha256"}
    return _digest(json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def data_digest(series: dict[str, dict[str, Any]], tables: dict[str, str]) -> str:
    """SHA-256 of the content alone: it survives another Parquet writer or a new wording.

    Args:
        series: manifest blocks by series id, with their content hashes.
        tables: content hash of each small table.
    """
    lines = [f"{key} {block['sha256']}" for key, block in sorted(series.items())]
    lines += [
        f"{key} price {block['price_returns']['sha256']}"
        for key, block in sorted(series.items())
        if "price_returns" in block
    ]
    lines += [f"{key} {digest}" for key, digest in sorted(tables.items())]
    return _digest("\n".join(lines))


def content_digest(dates: pd.DatetimeIndex, values: np.ndarray) -> str:
    """SHA-256 of a series as ``YYYY-MM-DD,value`` lines; floats in shortest exact form."""
    days = np.datetime_as_string(dates.to_numpy(), unit="D")
    return _digest("\n".join(f"{d},{v!r}" for d, v in zip(days, values.tolist(), strict=True)))


def to_micro(returns: pd.Series) -> pd.Series:
    """Listed returns of a column as whole millionths; missing days dropped."""
    return (returns.dropna() * MICRO).round().astype("int64")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _shown(folder: Path, name: str) -> str:
    return f"{folder.parent.name}/{folder.name}/{name}"


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError:
        raise SnapshotError(f"{_shown(folder, name)} is missing: {RESTORE}.") from None


def _table_of(content: bytes) -> pa.Table:
    """A Parquet file, read without a second thread: only a lone thread may fork."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.ParquetFile(pa.BufferReader(content)).read(use_threads=False)


def _returns(content: bytes) -> pd.DataFrame:
    table = _table_of(content)
    index = pd.DatetimeIndex(_days(table.column("date")), name="date")
    columns = {}
    for name in table.column_names[1:]:
        column = table.column(name)
        missing = column.is_null().to_numpy()
        micro = column.fill_null(0).to_numpy().astype("float64")
        columns[name] = np.where(missing, np.nan, micro / MICRO)
    return pd.DataFrame(columns, index=index)


def _observations(content: bytes) -> pd.DataFrame:
    table = _table_of(content)
    return pd.DataFrame(
        {
            "series_id": table.column("series_id").to_pandas(use_threads=False).astype("str"),
            "date": _days(table.column("date")),
            "value": table.column("value").to_numpy(),
        }
    )


def _days(column: Any) -> np.ndarray:
    days: np.ndarray = column.to_numpy()
    return days.astype("datetime64[D]").astype("datetime64[us]")


def _table(content: bytes, layout: TableLayout) -> pd.DataFrame:
    frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    for name in layout.dates:
        frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d").astype("datetime64[us]")
    for name in layout.flags:
        frame[name] = frame[name] == "true"
    for name in layout.numbers:
        frame[name] = pd.to_numeric(frame[name]).astype("float64")
    return frame
