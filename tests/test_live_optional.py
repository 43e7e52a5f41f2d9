"""Chapters without series that the report can do without: figures go, a note stays, nothing breaks.

The cells of the real chapters run here, on the embedded numbers less some series.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chapter_cells import shown_by

from rotation_lib import market as market_module
from rotation_lib.catalog import load_catalog
from rotation_lib.market import Market
from rotation_lib.params import report_params
from rotation_lib.project import CHAPTER_NAMES, THEMES
from rotation_lib.prose.markdown import Prose
from rotation_lib.publish.build import credits
from rotation_lib.results import kept_in, theme_results
from rotation_lib.sources import Dataset

pytestmark = pytest.mark.slow

CATALOG = load_catalog()
OPTIONAL = tuple(s.id for s in CATALOG.series.values() if not s.required and s.embed != "no")
#: Short, so that the suite stays quick; what is missing is missing in any window.
START = "2022-01-03"
Run = Callable[[str], dict[str, Any]]


def without(dataset: Dataset, ids: tuple[str, ...]) -> Dataset:
    """The embedded numbers as a live source hands them out that could not get ``ids``."""
    total, price = dataset.total_returns.copy(), dataset.price_returns.copy()
    for frame in (total, price):
        frame[frame.columns.intersection(list(ids))] = np.nan
    rows = dataset.observations
    held = dataset.provenance
    told = {
        "source": "live",
        "stale": {},
        "absent": dict.fromkeys(ids, "it was never fetched"),
        "gates": [],
        "vintages": {},
        "tables_through": held["data_through"],
        "series": {k: v for k, v in held["series"].items() if k not in ids},
        "data_sha256": "-".join(ids),
    }
    return replace(
        dataset,
        total_returns=total,
        price_returns=price,
        observations=rows[~rows["series_id"].isin(ids)],
        provenance=held | told,
    )


@pytest.fixture
def run_without(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch, shared: Path
) -> Iterator[Callable[..., Run]]:
    """``run_without(*ids)`` gives a function that runs a chapter and returns its outputs by cell."""

    def prepare(*ids: str) -> Run:
        made = without(dataset, ids)
        monkeypatch.setattr(market_module, "_dataset", lambda source, state: made)
        return outputs

    # Kept by content: the summary need not compute what the chapters did on the same numbers.
    with kept_in(shared / "findings without series"):
        yield prepare


def outputs(name: str) -> dict[str, Any]:
    """What the chapter shows on the live source."""
    return shown_by(name, {"start": START, "source": "live"})


def words_of(shown: dict[str, Any]) -> str:
    return "\n".join(value.text for value in shown.values() if isinstance(value, Prose))


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_without_any_optional_series(name: str, run_without: Callable[..., Run]) -> None:
    """A chapter still shows what the required series can show, and says what is left out."""
    shown = run_without(*OPTIONAL)(name)
    text = words_of(shown)
    assert "Not available live, and left out of every figure" in text
    assert any(hasattr(value, "chart") for value in shown.values())
    if name in THEMES:
        found, _ = theme_results(name, Market.load(report_params(source="live", start=START)))
        resting = [f for f in found.values() if f.value is None and {*f.series} & {*OPTIONAL}]
        # What only lies outside the window rests on nothing that is lacking.
        assert resting
        for finding in resting:
            gone = [s for s in dict.fromkeys(finding.series) if s in OPTIONAL]
            assert str(finding.reason).startswith("these data hold no values of ")
            assert all(s in str(finding.reason) for s in gone)


def test_source_lines_tell_what_is_missing_or_old(dataset: Dataset) -> None:
    made = without(dataset, ("KRE", "NFCI"))
    made.provenance["stale"]["DGS10"] = {"since": "2026-07-30", "outcome": "stale", "why": ""}
    market = Market.from_dataset(made, report_params(source="live"))
    told = {name: credit["short"] for name, credit in credits(market).items()}
    assert told["KRE"] == "Regional banks (not available)"
    assert told["DGS10"] == "10-year yield (stale since 2026-07-30)"
    assert told["IWM"] == CATALOG["IWM"].short


#: A series of each kind, with a chapter that rests on it: yield, share, fund, index.
SINGLE = (
    ("DFII10", "rate_sensitivity"),
    ("NVDA", "tech_valuations"),
    ("KRE", "reshoring_sectors"),
    ("^RUT", "risks"),
)


@pytest.mark.parametrize(("series_id", "name"), SINGLE)
def test_without_one_series(series_id: str, name: str, run_without: Callable[..., Run]) -> None:
    """Only what rests on it goes; the chapter names it."""
    text = words_of(run_without(series_id)(name))
    assert f"left out of every figure: {series_id}." in text


def test_few_names_are_all_told_and_many_are_counted(dataset: Dataset) -> None:
    old = ("DGS2", "DGS10", "DGS30", "T10YIE", "NFCI", "CFNAI", "INDPRO", "IPMAN")
    few, many = (
        Market.from_dataset(_aged(dataset, old[:n]), report_params(source="live")).notes
        for n in (6, 8)
    )
    assert few[-1].endswith("nothing newer for CFNAI, DGS10, DGS2, DGS30, NFCI, T10YIE.")
    shown = "CFNAI, DGS10, DGS2, DGS30, INDPRO, IPMAN and 2 more, named in the chapter on methods."
    assert many[-1].endswith(shown)


def _aged(dataset: Dataset, ids: tuple[str, ...]) -> Dataset:
    made = without(dataset, ())
    stale = {i: {"since": "2026-07-30", "outcome": "stale", "why": ""} for i in ids}
    return replace(made, provenance=made.provenance | {"stale": stale})
