"""Makes the embedded snapshot from a folder of raw data.

It validates everything first, stores returns instead of prices, leaves out what
the catalog does not allow, and replaces the old snapshot only when the new one is
complete. It must never write a price level, nor repair a value.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..catalog import Catalog
from ..errors import DataError, ParameterError
from ..folders import write_folder
from . import snapshot as fmt
from .coverage import check_coverage, coverage_table
from .event_checks import check_events
from .exchange import xnys_sessions
from .quality import QualityRules, base_returns, compare, find_anomalies, load_quality, stale_tails
from .raw import RawData, read_raw

MAXIMUM_BYTES = 3_000_000


@dataclass(frozen=True)
class SnapshotReport:
    """What :func:`write_snapshot` did.

    Attributes:
        folder: where the snapshot now lies. ``size``: bytes of all its files.
        data_through: last session. ``taken_on``: newest date in the data.
        data_sha256: hash of the content. ``changed``: whether it differs from before.
        sessions, symbols, macro_series: counts.
        withheld: ids that the catalog does not allow to be embedded.
        notes: what was dropped or looks out of date, one sentence each.
    """

    folder: Path
    size: int
    data_through: str
    taken_on: str
    data_sha256: str
    changed: bool
    sessions: int
    symbols: int
    macro_series: int
    withheld: tuple[str, ...]
    notes: tuple[str, ...] = field(default=())

    def lines(self) -> list[str]:
        """The report in words, one line a fact."""
        state = "new content" if self.changed else "content unchanged"
        held = f"{self.symbols} symbols on {self.sessions:,} sessions"
        size = f"{self.macro_series} macro series, {self.size / 1e6:.2f} MB"
        reach = f"prices through {self.data_through}, newest date {self.taken_on}"
        return [
            f"snapshot: {held} and {size}, in {self.folder}",
            f"{reach}, checksum {self.data_sha256[:12]}, {state}",
            f"not embedded: {', '.join(self.withheld) or 'nothing is left out'}",
            *self.notes,
        ]


def write_snapshot(
    source_dir: Path,
    out_dir: Path,
    catalog: Catalog,
    rules: QualityRules | None = None,
) -> SnapshotReport:
    """Write the snapshot of ``source_dir`` into ``out_dir``, all or nothing.

    Running it twice on the same input gives the same bytes.

    Args:
        source_dir: raw files as ``data/README.md`` describes them.
        out_dir: the snapshot folder; replaced only once the new one is complete.
        catalog: what may be embedded, and who publishes it.
        rules: quality limits and known faults; ``data/quality.toml`` by default.

    Raises:
        DataError: input missing, of the wrong shape, off the exchange calendar, unknown
            to the catalog, or with a fault that ``data/quality.toml`` does not list.
        ParameterError: ``out_dir`` holds what is no part of a snapshot.
    """
    refuse_foreign(out_dir)
    rules = load_quality() if rules is None else rules
    return write_raw(read_raw(source_dir, catalog), out_dir, catalog, rules)


def write_raw(raw: RawData, out_dir: Path, catalog: Catalog, rules: QualityRules) -> SnapshotReport:
    """As :func:`write_snapshot`, from data already read and validated."""
    out_dir = out_dir.resolve()
    refuse_foreign(out_dir)
    total, price = _returns(raw, catalog)
    notes = [
        *raw.notes,
        *_check_quality(total, price, rules),
        *check_coverage(total, price, raw.macro, catalog),
    ]
    data_through = total.index[-1]
    tables = _tables(raw, total, data_through)
    observations = raw.macro[raw.macro["series_id"].isin(catalog.select(embed="levels"))]
    contents = {
        fmt.TOTAL_RETURNS: _returns_parquet(total),
        fmt.PRICE_RETURNS: _returns_parquet(price),
        fmt.OBSERVATIONS: _observations_parquet(observations),
        **{f"{name}.csv": _csv(frame, fmt.TABLES[name]) for name, frame in tables.items()},
    }
    series = _series_blocks(total, price, observations, catalog)
    contents[fmt.COVERAGE] = coverage_table(series, catalog).encode("utf-8")
    manifest = _manifest(series, contents, raw.base_close, data_through, observations, catalog)
    closed = xnys_sessions(raw.base_close, data_through)[1:].difference(total.index)
    manifest = _sealed(manifest, [f"{day:%Y-%m-%d}" for day in closed])
    previous = _previous_digest(out_dir)
    size = _replace(out_dir, contents | {fmt.MANIFEST: _manifest_bytes(manifest)})
    return SnapshotReport(
        folder=out_dir,
        size=size,
        data_through=manifest["data_through"],
        taken_on=manifest["taken_on"],
        data_sha256=manifest["data_sha256"],
        changed=previous != manifest["data_sha256"],
        sessions=len(total),
        symbols=len(total.columns.union(price.columns)),
        macro_series=int(observations["series_id"].nunique()),
        withheld=catalog.select(embed="no"),
        notes=tuple(notes),
    )


# -- content ------------------------------------------------------------------------------


def _returns(raw: RawData, catalog: Catalog) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Total and price returns, rounded to millionths; an index has price returns only."""
    allowed = catalog.select(embed="returns")
    funds = sorted(s for s in allowed if catalog[s].has_total_return and s in raw.adjusted)
    indices = sorted(s for s in allowed if not catalog[s].has_total_return and s in raw.adjusted)
    total = base_returns(raw.adjusted[funds])
    closes = sorted(s for s in raw.closes if s in allowed and s not in indices)
    price = base_returns(raw.closes[closes].reindex(raw.adjusted.index))
    price = pd.concat([price, base_returns(raw.adjusted[indices])], axis=1)
    return total.round(6), price.round(6)


def _check_quality(total: pd.DataFrame, price: pd.DataFrame, rules: QualityRules) -> list[str]:
    unknown, gone = compare(find_anomalies(total, price, rules), rules.known)
    if unknown:
        raise DataError(
            f"{len(unknown)} fault(s) that data/quality.toml does not list; the first is "
            f"{unknown[0]}. Look at it, then record it there with a witness and a treatment."
        )
    stale = stale_tails(total, rules)
    if stale:
        raise DataError(
            f"{', '.join(stale)} did not move over the last {rules.limits.stale_tail} sessions: "
            "the feed seems to have stopped; fetch it again."
        )
    return [
        f"data/quality.toml lists {k.symbol} {k.when} ({k.check}), which these data do not show."
        for k in gone
        if k.symbol in total or k.symbol in price
    ]


def _tables(
    raw: RawData, total: pd.DataFrame, data_through: pd.Timestamp
) -> dict[str, pd.DataFrame]:
    sessions = pd.DatetimeIndex(total.index)
    return {
        "events": check_events(
            raw.events[raw.events["reaction_session"] <= data_through], sessions, total
        ),
        "decisions": raw.decisions[raw.decisions["decision_date"] <= data_through],
        "cpi_releases": raw.cpi_releases[raw.cpi_releases["release_date"] <= data_through],
        "fundamentals": raw.fundamentals,
        "splits": raw.splits,
    }


# -- files --------------------------------------------------------------------------------


def _parquet(table: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="zstd",
        compression_level=19,
        use_dictionary=["series_id"],
        store_schema=False,
        write_statistics=False,
        row_group_size=len(table),
    )
    return bytes(sink.getvalue())


def _returns_parquet(returns: pd.DataFrame) -> bytes:
    import pyarrow as pa

    columns = {"date": _date32(returns.index)}
    for name in returns.columns:
        values = returns[name].to_numpy()
        missing = np.isnan(values)
        micro = np.rint(np.where(missing, 0.0, values) * fmt.MICRO).astype("int32")
        columns[name] = pa.array(micro, mask=missing)
    return _parquet(pa.table(columns))


def _observations_parquet(observations: pd.DataFrame) -> bytes:
    import pyarrow as pa

    return _parquet(
        pa.table(
            {
                "series_id": pa.array(observations["series_id"].tolist(), pa.string()),
                "date": _date32(pd.DatetimeIndex(observations["date"])),
                "value": pa.array(observations["value"].to_numpy()),
            }
        )
    )


def _date32(dates: pd.Index) -> Any:
    import pyarrow as pa

    return pa.array(dates.to_numpy().astype("datetime64[D]"))


def _csv(frame: pd.DataFrame, layout: fmt.TableLayout) -> bytes:
    out = frame[list(layout.columns)].copy()
    for name in layout.dates:
        out[name] = out[name].dt.strftime("%Y-%m-%d")
    for name in layout.flags:
        out[name] = out[name].map({True: "true", False: "false"})
    for name in layout.numbers:
        out[name] = [_number(value) for value in out[name]]
    return str(out.to_csv(index=False, lineterminator="\n")).encode("utf-8")


def _number(value: float) -> str:
    if np.isnan(value):
        return ""
    return str(int(value)) if value == int(value) else repr(float(value))


# -- manifest -----------------------------------------------------------------------------


def _series_blocks(
    total: pd.DataFrame, price: pd.DataFrame, observations: pd.DataFrame, catalog: Catalog
) -> dict[str, dict[str, Any]]:
    blocks: dict[str, dict[str, Any]] = {}
    for name in total:
        blocks[name] = _describe(fmt.to_micro(total[name]), "total returns", catalog[name])
        if name in price:
            blocks[name]["price_returns"] = _extent(fmt.to_micro(price[name]))
    for name in price.columns.difference(total.columns):
        blocks[name] = _describe(fmt.to_micro(price[name]), "price returns", catalog[name])
    for name, part in observations.groupby("series_id"):
        values = part.set_index("date")["value"]
        blocks[str(name)] = _describe(values, "levels", catalog[str(name)])
    return blocks


def _extent(values: pd.Series) -> dict[str, Any]:
    return {
        "first": f"{values.index[0]:%Y-%m-%d}",
        "last": f"{values.index[-1]:%Y-%m-%d}",
        "count": len(values),
        "sha256": fmt.content_digest(pd.DatetimeIndex(values.index), values.to_numpy()),
    }


def _describe(values: pd.Series, content: str, item: Any) -> dict[str, Any]:
    return _extent(values) | {
        "content": content,
        "publisher": item.publisher,
        "source": item.source,
        "licence": item.licence,
    }


def _manifest(
    series: dict[str, dict[str, Any]],
    contents: dict[str, bytes],
    base_close: pd.Timestamp,
    data_through: pd.Timestamp,
    observations: pd.DataFrame,
    catalog: Catalog,
) -> dict[str, Any]:
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    tables = {name: digests[f"{name}.csv"] for name in fmt.TABLES}
    newest = max(data_through, observations["date"].max())
    return {
        "schema": fmt.SCHEMA,
        "base_close": f"{base_close:%Y-%m-%d}",
        "data_through": f"{data_through:%Y-%m-%d}",
        "taken_on": f"{newest:%Y-%m-%d}",
        "taken_on_basis": "newest date among the embedded series",
        "data_sha256": fmt.data_digest(series, tables),
        "files": {
            name: {"bytes": len(content), "sha256": digests[name]}
            for name, content in contents.items()
        },
        "notices": catalog.notices,
        "series": series,
    }


def _sealed(manifest: dict[str, Any], closed: list[str]) -> dict[str, Any]:
    """The manifest with the sessions on which the exchange was closed, if any, and its own hash."""
    told = manifest | ({"closed": closed} if closed else {})
    return told | {"manifest_sha256": fmt.manifest_digest(told)}


def _manifest_bytes(manifest: dict[str, Any]) -> bytes:
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
    return (text + "\n").encode("utf-8")


def _previous_digest(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / fmt.MANIFEST).read_bytes())["data_sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder to be replaced that is not absent, empty, or a snapshot and nothing else.

    Args:
        folder: where a snapshot shall go.

    Raises:
        ParameterError: naming a file that would be lost.
    """
    if not folder.exists():
        return
    advice = "choose a folder that is empty or not there yet"
    if not folder.is_dir():
        raise ParameterError("out", str(folder), "it is a file", advice)
    found = {path.name for path in folder.iterdir()}
    known = {fmt.TOTAL_RETURNS, fmt.PRICE_RETURNS, fmt.OBSERVATIONS, fmt.COVERAGE, fmt.MANIFEST}
    strange = found - known - {f"{name}.csv" for name in fmt.TABLES} - set(_listed(folder))
    if found == {fmt.MANIFEST} and _previous_digest(folder) is None:
        strange = found  # many programs have a file of that name
    if strange:
        raise ParameterError(
            "out", str(folder), f"it holds {min(strange)}, which is no part of a snapshot", advice
        )


def _listed(folder: Path) -> list[str]:
    """Files that the manifest of a snapshot names."""
    try:
        return list(json.loads((folder / fmt.MANIFEST).read_bytes())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _replace(folder: Path, contents: dict[str, bytes]) -> int:
    """Write all files beside ``folder``, read them back, then exchange the folders."""
    size = sum(map(len, contents.values()))
    if size > MAXIMUM_BYTES:
        raise DataError(
            f"The snapshot would take {size:,} bytes of at most {MAXIMUM_BYTES:,}: "
            "embed fewer series (data/catalog.toml)."
        )
    write_folder(folder, contents, lambda fresh: fmt.SnapshotSource(fresh).load())
    return size
