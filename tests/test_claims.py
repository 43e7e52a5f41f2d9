"""The ledger is read with care: what is wrong with a claim or a part is named in one line."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from rotation_lib.catalog import load_catalog
from rotation_lib.claims import Claim, Part, load_ledger, read_ledger
from rotation_lib.errors import LedgerError
from rotation_lib.project import CLAIMS_FILE
from rotation_lib.references import load_references

THE_TWENTY = {
    "tech-lead-since-2010",
    "early-2024-rally",
    "september-2024-cut-tailwind",
    "small-caps-more-rate-sensitive",
    "jackson-hole-4pct",
    "valuation-discount-40",
    "rate-cut-sectors",
    "cheaper-capital",
    "magnificent-7-dominance",
    "dominance-waned-2024",
    "short-covering",
    "capital-reallocation",
    "reshoring-tailwind",
    "tax-cut-tailwind",
    "more-volatile",
    "inflation-reversal",
    "trade-policy-reversal",
    "strong-august-2025",
    "needs-broader-earnings",
    "barometer",
}


PART: dict[str, object] = {
    "id": "lead",
    "subject": "small caps",
    "yes": "led",
    "no": "did not lead",
    "open": "a lead of small caps",
    "finding": "risks.a",
    "size": 0.02,
    "why": "two per cent is what costs eat",
}


def part(**more: object) -> Part:
    return Part(**{**PART, **more})  # type: ignore[arg-type]


def claim(*parts: Part, **more: object) -> Claim:
    values: dict[str, object] = {
        "id": "made-up",
        "chapter": "risks",
        "title": "A made-up claim",
        "says": "Something is so.",
        "would_change": "Other data would change it.",
        "part": parts or (part(),),
    }
    return Claim(**{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"chapter": "weather"}, "weather"),
        ({"part": []}, "part"),
        ({"part": [PART, PART]}, "part 'lead' more than once"),
        ({"would_change": ""}, "would_change"),
        ({"colour": "red"}, "colour"),
        ({"evidence": ["reshoring_sectors.b"]}, "does not belong to 'risks'"),
        (
            {
                "source": [
                    {"number": 3, "says": "Ten years, not fifteen.", "read": "in a copy, today"}
                ]
            },
            "number 3, which 'sources' does not name",
        ),
        ({"part": [PART | {"untestable": "no data"}]}, "either a 'finding' or a reason"),
        ({"part": [{k: v for k, v in PART.items() if k != "finding"}]}, "either a 'finding' or a"),
        ({"part": [PART | {"why": ""}]}, "'why' says why this size"),
        ({"part": [PART | {"evidence": "band"}]}, "'upper' goes with evidence 'band'"),
        ({"part": [PART | {"upper": 1.0}]}, "'upper' goes with evidence 'band'"),
        ({"part": [PART | {"evidence": "placebo"}]}, "'p_finding' goes with evidence 'placebo'"),
        ({"part": [PART | {"size": 0.0}]}, "'size' lies above 'zero'"),
        ({"part": [PART | {"side": "below"}]}, "'size' lies below 'zero'"),
        ({"part": [PART | {"rank": 0.4}]}, "rank"),
    ],
)
def test_a_malformed_claim_is_named(
    tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    entry = {**claim().model_dump(mode="json", exclude_none=True), **change}
    lines = ["[[claim]]", *(f"{k} = {_toml(v)}" for k, v in entry.items())]
    path = tmp_path / "claims.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert json.dumps(tomllib.loads(path.read_text()))
    with pytest.raises(LedgerError, match=r"made-up.*" + complaint) as caught:
        read_ledger(path)
    assert "\n" not in str(caught.value)


def test_a_repeated_id_is_refused(tmp_path: Path) -> None:
    entry = claim().model_dump(mode="json", exclude_none=True)
    block = "\n".join(["[[claim]]", *(f"{k} = {_toml(v)}" for k, v in entry.items())])
    path = tmp_path / "claims.toml"
    path.write_text(f"{block}\n{block}\n", encoding="utf-8")
    with pytest.raises(LedgerError, match="more than once"):
        read_ledger(path)


def test_text_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    path.write_text("[[claim", encoding="utf-8")
    with pytest.raises(LedgerError, match="cannot be read"):
        read_ledger(path)


def test_the_ledger_holds_the_twenty_claims() -> None:
    assert {c.id for c in read_ledger(CLAIMS_FILE)} == THE_TWENTY


def test_sources_that_are_told_of_stand_in_the_bibliography() -> None:
    numbers = {entry.number for entry in load_references().commentary}
    told = [(c.id, s) for c in load_ledger() for s in c.source]
    assert told
    for name, source in told:
        assert source.number in numbers, name
        assert source.address.startswith("https://"), name


def test_the_phrases_name_no_symbol() -> None:
    """A reader knows small caps, not tickers."""
    symbols = {series.id for series in load_catalog().series.values()}
    for entry in load_ledger():
        for one in entry.part:
            said = " ".join((one.subject, one.yes, one.no, one.open)).split()
            assert not symbols & {word.strip(",.") for word in said}, (entry.id, one.id)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return str(value) if isinstance(value, int | float) else f'"{value}"'
