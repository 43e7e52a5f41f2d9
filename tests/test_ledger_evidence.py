"""The whole ledger as it is built: every verdict has its evidence, its spread and, where asked, a curve."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from rotation_lib.findings import FindingSet
from rotation_lib.judging import Judged, estimate
from rotation_lib.strength import Strength, Verdict

#: Claims whose specification spread must be a chart → the chart.
CURVES = {
    "tech-lead-since-2010": "tech_valuations.definitions",
    "small-caps-more-rate-sensitive": "rate_sensitivity.beta_specifications",
    "september-2024-cut-tailwind": "rate_sensitivity.september_specifications",
    "rate-cut-sectors": "reshoring_sectors.specifications",
}


#: What tells a reader how far to trust a headline: an interval, a p-value, a rank among all windows.
TRUST = re.compile(
    r"95% interval|\(−?[\d.]+ to −?[\d.]+\)|\bp [=<] |(?:larger|smaller|lower|below a peak) than "
    r"|than in [\d.]+%|of all (?:windows|stretches|pairs)|Of all (?:windows|stretches|half years)"
)


@pytest.fixture(scope="module")
def ledger(
    results: tuple[FindingSet, tuple[Judged, ...]],
) -> tuple[FindingSet, Mapping[str, Judged]]:
    findings, judged = results
    return findings, {j.claim.id: j for j in judged}


def test_every_claim_can_be_measured_in_other_ways(
    ledger: tuple[FindingSet, Mapping[str, Judged]],
) -> None:
    _, judged = ledger
    assert len(judged) == 20
    for name, one in judged.items():
        measured = [s for s in one.specifications if s.value is not None]
        assert len(measured) >= 5, name
        assert len({s.label for s in one.specifications}) == len(one.specifications), name


def test_every_claim_says_what_would_change_it_and_why_it_cannot_be_tested(
    ledger: tuple[FindingSet, Mapping[str, Judged]],
) -> None:
    for name, one in ledger[1].items():
        assert one.claim.would_change.strip(), name
        assert all(p.why.strip() or p.untestable for p in one.claim.part), name
        if one.verdict is Verdict.UNTESTABLE:
            assert one.reason.strip(), name


def test_the_evidence_that_a_part_asks_for_is_there(
    ledger: tuple[FindingSet, Mapping[str, Judged]],
) -> None:
    """An interval, a p-value or a rank where the part says so; else it would never be established."""
    findings, judged = ledger
    for name, one in judged.items():
        for part in one.claim.tested:
            found = estimate(part, findings)
            held = {
                "interval": found.low is not None and found.high is not None,
                "placebo": found.p is not None,
                "rank": found.rank is not None,
            }
            assert held.get(part.evidence, found.value is not None), (name, part.id)


def test_nothing_is_established_against_an_interval_with_the_opposite_sign(
    ledger: tuple[FindingSet, Mapping[str, Judged]],
) -> None:
    findings, judged = ledger
    for name, one in judged.items():
        for told in one.parts:
            if told.part.finding is None or told.part.evidence != "interval":
                continue
            found = estimate(told.part, findings)
            assert found.low is not None and found.high is not None
            if found.low <= told.part.zero <= found.high:
                assert told.strength is not Strength.ESTABLISHED, (name, told.part.id)


@pytest.mark.slow
def test_the_curves_asked_for_are_in_the_built_report(built_site: Path) -> None:
    record: dict[str, Any] = json.loads((built_site / "findings.json").read_text("utf-8"))
    claims = {c["id"]: c for c in record["claims"]}
    pages = {p.stem: p.read_text("utf-8") for p in built_site.rglob("*.html")}
    for name, figure in CURVES.items():
        assert len(claims[name]["specifications"]) >= 20, name
        assert (built_site / "downloads" / "figures" / f"{figure}.csv").is_file(), figure
        assert f'data-figure="{figure}"' in pages[figure.split(".")[0]], figure


def headlines(page: Path) -> dict[str, tuple[str, set[str]]]:
    """Heading → text below it up to the next, and the figures there; verdicts and sources left out."""
    found = {}
    for section in html.parse(page).getroot().xpath("//article//section[h2]"):
        title = section.xpath("string(h2)").rstrip("#").strip()
        last = section.xpath("boolean(.//*[contains(@class, 'claim')])") or title == "Sources"
        if not last:
            text = " ".join(p.text_content() for p in section.xpath(".//p"))
            text = text.replace("\u00a0", " ")  # where a line must not end
            found[title] = (text, set(section.xpath(".//@data-figure")))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "theme", ["rate_sensitivity", "tech_valuations", "reshoring_sectors", "risks"]
)
def test_every_headline_shows_how_far_to_trust_it(built_site: Path, theme: str) -> None:
    """An interval, a p-value or a rank under each heading, or the curve of all measurements."""
    found = headlines(built_site / "chapters" / f"{theme}.html")
    assert len(found) >= 6
    for title, (text, figures) in found.items():
        bare = not TRUST.search(text) and not figures & set(CURVES.values())
        assert not bare or "cannot be tested" in title, title
