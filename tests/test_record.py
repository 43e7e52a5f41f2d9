"""What machines read of a build has the shape that is published beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rotation_lib.market import Market
from rotation_lib.record import schemas
from rotation_lib.results import report_record

PLACES = {"findings.json", "build.json", "findings.schema.json", "build.schema.json"}


@pytest.fixture(scope="module")
def site(built_site: Path) -> dict[str, Any]:
    return {name: json.loads((built_site / name).read_text("utf-8")) for name in PLACES}


@pytest.mark.slow
def test_the_site_carries_records_and_their_schemas(site: dict[str, Any]) -> None:
    for name in ("findings", "build"):
        schema = site[f"{name}.schema.json"]
        assert schema == schemas()[f"{name}.schema.json"]
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(site[f"{name}.json"], schema)
    record = site["findings.json"]
    assert record["schema"] == 2
    assert all(f["made_by"] for f in record["findings"])
    assert {c["id"] for c in record["claims"] if c["sources"]} >= {"tech-lead-since-2010"}


@pytest.mark.slow
def test_a_report_of_a_window_that_holds_little_has_the_shape_too(
    market_of: Callable[..., Market],
) -> None:
    record = report_record(market_of(start="2026-03-02"), "0" * 40)
    jsonschema.validate(record, schemas()["findings.schema.json"])
    assert any(f["value"] is None for f in record["findings"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("schema",), 1),
        (("claims", 0, "verdict"), "maybe"),
        (("claims", 0, "parts", 0, "strength"), "supports"),
        (("claims", 0, "parts"), []),
        (("findings", 0, "unit"), "pp"),
        (("findings", 0, "colour"), "red"),
    ],
)
def test_another_shape_is_refused(
    site: dict[str, Any], place: tuple[str | int, ...], wrong: object
) -> None:
    record = deepcopy(site["findings.json"])
    *path, last = place
    held = record
    for step in path:
        held = held[step]
    held[last] = wrong
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, site["findings.schema.json"])
