"""A deep check of the embedded snapshot, beyond the hashes that every load compares.

It reads only. Loading proves that no byte changed; this proves that the content is
what the manifest says and that nothing is embedded which the catalog forbids.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from ..catalog import Catalog
from ..project import SNAPSHOT
from . import snapshot as fmt
from .base import Dataset
from .exchange import xnys_sessions


def verify_snapshot(catalog: Catalog, folder: Path = SNAPSHOT) -> tuple[str, ...]:
    """What is wrong with a snapshot, one sentence each; empty when nothing is.

    Raises:
        SnapshotError: a file is missing or differs from the manifest.
    """
    dataset = fmt.SnapshotSource(folder).load()
    manifest = fmt.read_manifest(folder)
    return (
        *_wrong_sessions(dataset, manifest),
        *_wrong_series(dataset, manifest["series"]),
        *_forbidden(dataset, manifest["series"], catalog),
        *_wrong_digest(folder, manifest),
    )


def _wrong_sessions(dataset: Dataset, manifest: dict[str, Any]) -> Iterator[str]:
    expected = xnys_sessions(
        pd.Timestamp(manifest["base_close"]), pd.Timestamp(manifest["data_through"])
    )[1:].difference(pd.DatetimeIndex(manifest.get("closed", [])))
    for name in ("total_returns", "price_returns"):
        if not getattr(dataset, name).index.equals(expected):
            yield f"{name} does not stand on the sessions of the New York Stock Exchange."


def _wrong_series(dataset: Dataset, blocks: dict[str, dict[str, Any]]) -> Iterator[str]:
    levels = dict(tuple(dataset.observations.set_index("date").groupby("series_id")["value"]))
    for series_id, block in blocks.items():
        if block["content"] == "levels":
            parts = [(levels.get(series_id), block)]
        elif block["content"] == "total returns":
            parts = [(dataset.total_returns.get(series_id), block)]
            if "price_returns" in block:
                parts.append((dataset.price_returns.get(series_id), block["price_returns"]))
        else:
            parts = [(dataset.price_returns.get(series_id), block)]
        for values, stated in parts:
            if values is None:
                yield f"{series_id} is in the manifest but not in the data."
            elif _digest_of(values, block["content"]) != stated["sha256"]:
                yield f"{series_id} differs from the content recorded in the manifest."


def _digest_of(values: pd.Series, content: str) -> str:
    kept = values if content == "levels" else fmt.to_micro(values)
    return fmt.content_digest(pd.DatetimeIndex(kept.index), kept.to_numpy())


def _forbidden(
    dataset: Dataset, blocks: dict[str, dict[str, Any]], catalog: Catalog
) -> Iterator[str]:
    held = {
        "total returns": set(dataset.total_returns.columns),
        "price returns": set(dataset.price_returns.columns),
        "levels": set(dataset.observations["series_id"].unique()),
    }
    for content, names in held.items():
        for name in sorted(names):
            item = catalog[name]
            allowed = "levels" if content == "levels" else "returns"
            if item.embed != allowed:
                yield f"{name} may not be embedded as {content} (licence: {item.licence})."
            if content == "total returns" and not item.has_total_return:
                yield f"{name} is an index: it has no total return."
            if name not in blocks:
                yield f"{name} is in the data but not in the manifest."


def _wrong_digest(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    tables = {
        name: hashlib.sha256((folder / f"{name}.csv").read_bytes()).hexdigest()
        for name in fmt.TABLES
    }
    if fmt.data_digest(manifest["series"], tables) != manifest["data_sha256"]:
        yield "data_sha256 does not follow from the content."
