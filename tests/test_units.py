"""One number, one form: units are a closed list, and nothing reads them out of English."""

from __future__ import annotations

import ast
import re
from typing import get_args

import pytest
from pydantic import ValidationError

from rotation_lib import words
from rotation_lib.charts import theme
from rotation_lib.findings import Finding, FindingSet
from rotation_lib.judging import Judged
from rotation_lib.narrative.appendix import finding_rows
from rotation_lib.project import CHAPTER_NAMES, PACKAGE
from rotation_lib.units import FORMER, UNITS, UnitName

Report = tuple[FindingSet, tuple[Judged, ...]]
CUTS = {"split", "rsplit", "partition", "rpartition", "removesuffix", "removeprefix", "replace"}
#: Words that finish a sentence: what they return is no material for another.
TOLD = {"described", "value_of", "bounds", "ends", "percentile", "p_value", "quantity", "ranked"}
#: A difference of two things, in English; "minus 1" makes a ratio into growth.
DIFFERENCE = re.compile(r" (?:minus|−) (?!1\b)|against the | less its ")


def test_every_unit_of_a_finding_is_known_to_prose_and_to_charts() -> None:
    assert set(UNITS) == set(get_args(UnitName)) <= set(theme.UNITS)
    assert set(FORMER.values()) <= set(UNITS) and not set(FORMER) & set(UNITS)


def test_another_unit_is_refused() -> None:
    with pytest.raises(ValidationError, match="unit"):
        Finding(id="a.b", chapter="a", label="x", value=1.0, unit="pp")  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_number_reads_the_same_in_the_ledger_and_in_the_appendix(results: Report) -> None:
    findings, ledger = results
    shown = {
        row["How, and id"].rsplit("; ", 1)[-1]: row["Value"]
        for chapter in CHAPTER_NAMES
        for row in finding_rows(findings, chapter).to_dict("records")
    }
    tested = [
        (part, findings[part.part.finding]) for j in ledger for part in j.parts if part.part.finding
    ]
    assert len(tested) > 30
    for part, finding in tested:
        value = words.value_of(finding)
        assert part.measured.startswith(value)
        assert shown[finding.id.removeprefix(f"{finding.chapter}.")].startswith(value)


@pytest.mark.slow
def test_a_difference_is_counted_in_percentage_points(results: Report) -> None:
    findings, _ = results
    differences = [f for f in findings.values() if DIFFERENCE.search(f.label)]
    assert len(differences) > 60
    # A share of a whole and a ratio minus 1 are no differences, whatever they are told with.
    assert [f.id for f in differences if f.unit in ("fraction", "percent a year")] == []


def cuts(source: str) -> list[str]:
    """Places where a label or a finished sentence is taken apart."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        of = node.func.value
        label = isinstance(of, ast.Attribute) and of.attr == "label"
        told = isinstance(of, ast.Call) and (
            getattr(of.func, "attr", getattr(of.func, "id", "")) in TOLD
        )
        if node.func.attr in CUTS and (label or told):
            found.append(ast.unparse(node))
    return found


def test_cutting_a_label_or_a_sentence_is_seen() -> None:
    assert cuts("a = found.label.rsplit(', ', 1)[-1]") == ["found.label.rsplit(', ', 1)"]
    assert cuts("b = words.described(x).removesuffix(')')") != []
    assert cuts("c = name.split('.')") == []


def test_nothing_is_read_back_out_of_a_label_or_a_sentence() -> None:
    places = {
        path.name: found
        for path in PACKAGE.rglob("*.py")
        if (found := cuts(path.read_text("utf-8")))
    }
    assert places == {}
