"""The rules on made-up findings where the truth is known, and the ledger's own integrity."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from rotation_lib.claims import (
    Claim,
    Outcome,
    Test,
    Verdict,
    judge,
    load_ledger,
    outcome,
    read_ledger,
)
from rotation_lib.errors import LedgerError
from rotation_lib.findings import Finding, FindingSet, Specification
from rotation_lib.project import CLAIMS_FILE

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


def finding(name: str = "a", value: float | None = 0.0, **more: object) -> Finding:
    return Finding(
        id=f"risks.{name}",
        chapter="risks",
        label=name,
        value=value,
        unit="fraction",
        reason="not measured" if value is None else None,
        **more,  # type: ignore[arg-type]
    )


def condition(**more: object) -> Test:
    values: dict[str, object] = {
        "finding": "risks.a",
        "direction": "above",
        "threshold": 0.02,
        "evidence": "interval",
        "why": "two per cent is what costs eat",
    }
    return Test(**{**values, **more})  # type: ignore[arg-type]


def claim(*tests: Test, **more: object) -> Claim:
    values: dict[str, object] = {
        "id": "made-up",
        "chapter": "risks",
        "title": "A made-up claim",
        "says": "Something is so.",
        "would_change": "Other data would change it.",
        "test": tests,
    }
    return Claim(**{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (0.05, 0.01, 0.09, Outcome.SUPPORTS),
        (0.05, -0.01, 0.11, Outcome.LEANS),  # large, but the interval holds the opposite sign
        (0.05, 0.0, 0.10, Outcome.LEANS),  # touching zero is not clear of it
        (0.01, 0.005, 0.015, Outcome.LEANS),  # sure, but too small
        (0.0, -0.01, 0.01, Outcome.CONTRADICTS),
        (-0.05, -0.09, -0.01, Outcome.CONTRADICTS),
    ],
)
def test_size_and_interval_are_both_needed(
    value: float, low: float, high: float, expected: Outcome
) -> None:
    measured = FindingSet([finding(value=value, low=low, high=high, confidence=0.95)])
    assert outcome(condition(), measured) is expected
    mirrored = FindingSet([finding(value=-value, low=-high, high=-low, confidence=0.95)])
    assert outcome(condition(direction="below", threshold=-0.02), mirrored) is expected


def test_without_an_interval_nothing_is_supported() -> None:
    assert outcome(condition(), FindingSet([finding(value=0.5)])) is Outcome.LEANS


def test_the_value_of_no_effect_need_not_be_zero() -> None:
    ratio = condition(threshold=1.1, zero=1.0)
    good = FindingSet([finding(value=1.3, low=1.2, high=1.4)])
    weak = FindingSet([finding(value=1.3, low=0.9, high=1.7)])
    below = FindingSet([finding(value=0.9, low=0.8, high=0.95)])
    assert [outcome(ratio, s) for s in (good, weak, below)] == [
        Outcome.SUPPORTS,
        Outcome.LEANS,
        Outcome.CONTRADICTS,
    ]


@pytest.mark.parametrize(("rank", "expected"), [(0.96, Outcome.SUPPORTS), (0.94, Outcome.LEANS)])
def test_a_fact_must_be_rare_among_windows(rank: float, expected: Outcome) -> None:
    test = condition(evidence="percentile", percentile=0.95)
    assert outcome(test, FindingSet([finding(value=0.05, percentile=rank)])) is expected
    low = condition(evidence="percentile", direction="below", threshold=-0.02)
    assert outcome(low, FindingSet([finding(value=-0.05, percentile=1 - rank)])) is expected


@pytest.mark.parametrize(
    ("p", "expected"), [(0.05, Outcome.SUPPORTS), (0.051, Outcome.LEANS), (None, Outcome.LEANS)]
)
def test_a_p_value_comes_from_its_own_finding(p: float | None, expected: Outcome) -> None:
    test = condition(evidence="p-value", p_finding="risks.p")
    assert outcome(test, FindingSet([finding(value=0.05), finding("p", p)])) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3.0, Outcome.SUPPORTS), (3.6, Outcome.SUPPORTS), (3.61, Outcome.CONTRADICTS)],
)
def test_a_quoted_figure_is_compared_with_a_range(value: float, expected: Outcome) -> None:
    test = condition(direction="between", threshold=3.0, upper=3.6, evidence="fact")
    assert outcome(test, FindingSet([finding(value=value)])) is expected


SURE = {"low": 0.03, "high": 0.07}
A, B = condition(), condition(finding="risks.b")
OPTIONAL_B = condition(finding="risks.b", key=False)


@pytest.mark.parametrize(
    ("tests", "a", "b", "expected"),
    [
        ((A, B), finding("a", 0.05, **SURE), finding("b", 0.05, **SURE), Verdict.HOLDS),
        ((A, B), finding("a", 0.05, **SURE), finding("b", -0.05), Verdict.PART),
        ((A, B), finding("a", 0.05, **SURE), finding("b", 0.05), Verdict.PART),
        ((A, B), finding("a", 0.05), finding("b", 0.05), Verdict.FAILS),
        ((A, B), finding("a", 0.05, **SURE), finding("b", None), Verdict.UNTESTABLE),
        ((A, OPTIONAL_B), finding("a", 0.05, **SURE), finding("b", None), Verdict.HOLDS),
        ((A, OPTIONAL_B), finding("a", 0.05, **SURE), finding("b", 0.01), Verdict.HOLDS),
        ((A, OPTIONAL_B), finding("a", 0.05, **SURE), finding("b", -0.01), Verdict.PART),
        ((A, OPTIONAL_B), finding("a", -0.05), finding("b", 0.05, **SURE), Verdict.FAILS),
    ],
)
def test_the_verdict_follows_from_the_outcomes(
    tests: tuple[Test, ...], a: Finding, b: Finding, expected: Verdict
) -> None:
    judged = judge(claim(*tests), FindingSet([a, b]))
    assert judged.verdict is expected
    assert judged.reason.endswith(".")


def test_a_stated_reason_stands_above_all_tests() -> None:
    told = claim(condition(), untestable="Fund ratios are not open data.")
    judged = judge(told, FindingSet([finding("a", 0.05, **SURE)]))
    assert judged.verdict is Verdict.UNTESTABLE
    assert judged.reason == "Fund ratios are not open data."


def test_specifications_travel_with_their_claim() -> None:
    spread = {"made-up": [Specification(label="weekly", value=0.1, unit="fraction")], "other": []}
    judged = judge(claim(A), FindingSet([finding("a", 0.05, **SURE)]), spread)
    assert [s.label for s in judged.specifications] == ["weekly"]


def test_a_finding_no_study_makes_is_named() -> None:
    with pytest.raises(LedgerError, match=r"risks\.a"):
        judge(claim(A), FindingSet([finding("b", 0.1)]))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"chapter": "weather"}, "weather"),
        ({"test": []}, "needs a test"),
        ({"test": [{"finding": "risks.a"}]}, "direction"),
        ({"would_change": ""}, "would_change"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_malformed_claim_is_named(
    tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    import json

    entry = {**claim(A).model_dump(mode="json", exclude_none=True), **change}
    lines = ["[[claim]]", *(f"{k} = {_toml(v)}" for k, v in entry.items())]
    path = tmp_path / "claims.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert json.dumps(tomllib.loads(path.read_text()))
    with pytest.raises(LedgerError, match=r"made-up.*" + complaint) as caught:
        read_ledger(path)
    assert "\n" not in str(caught.value)


def test_a_repeated_id_is_refused(tmp_path: Path) -> None:
    entry = claim(A).model_dump(mode="json", exclude_none=True)
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


def test_no_claim_is_judged_on_bare_facts_alone() -> None:
    """What happened in a named window is a fact; a verdict also needs to know how unusual it was."""
    for entry in load_ledger():
        if not entry.untestable:
            assert any(t.evidence != "fact" for t in entry.test), entry.id


def test_a_card_shows_verdict_and_why_and_folds_the_rest() -> None:
    from rotation_lib.narrative.ledger import claim_cards, verdict_list

    held = [c for c in load_ledger() if c.caveat][:2]
    gone = {"value": None, "unit": "fraction", "label": "x", "reason": "made up to be missing"}
    judged = [
        judge(c, FindingSet([Finding(id=i, chapter=c.chapter, **gone) for i in c.findings]))  # type: ignore[arg-type]
        for c in held
    ]
    cards = claim_cards(judged)
    for one in judged:
        card = cards[cards.index(f'id="claim-{one.claim.id}"') :].split('<div class="claim"')[0]
        shown, folded = card.split('<details class="more"')
        assert one.brief in shown and one.claim.caveat in shown
        assert one.claim.says in folded and one.claim.would_change in folded
        assert f'<a href="#claim-{one.claim.id}">' in verdict_list(judged)
    assert verdict_list([]) == ""


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return str(value) if isinstance(value, int | float) else f'"{value}"'
