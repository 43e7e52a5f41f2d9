"""The rules on made-up findings where the truth is known, and the ledger's own integrity."""

from __future__ import annotations

import pytest
from test_claims import claim, part

from rotation_lib.claims import load_ledger
from rotation_lib.errors import LedgerError
from rotation_lib.findings import Finding, FindingSet, Specification
from rotation_lib.judging import Judged, judge
from rotation_lib.narrative.ledger import claim_cards, verdict_lines, verdict_list
from rotation_lib.strength import Strength, Varied, Verdict

S = Strength
A = part()
B = part(id="second", subject="banks", open="a lead of banks", finding="risks.b")
GONE = part(id="gone", open="a lead of others", finding=None, untestable="No data tell.", why="")


def finding(name: str = "a", value: float | None = 0.0, **more: object) -> Finding:
    return Finding(
        id=f"risks.{name}",
        chapter="risks",
        label=f"Lead {name}",
        value=value,
        unit="fraction",
        reason="not measured" if value is None else None,
        **more,  # type: ignore[arg-type]
    )


def sure(name: str, value: float) -> Finding:
    return finding(name, value, low=value - 0.01, high=value + 0.01, confidence=0.95)


def way(value: float, **more: object) -> Specification:
    values: dict[str, object] = {"label": f"{value} {more}", "unit": "fraction", "part": "lead"}
    ends = {"low": value - 0.01, "high": value + 0.01}
    return Specification(**{**values, "value": value, **ends, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b", "verdict", "sentence"),
    [
        (sure("a", 0.05), sure("b", 0.05), Verdict.HOLDS, "Small caps and banks led."),
        (sure("a", 0.05), sure("b", -0.05), Verdict.PART, "Small caps led; banks did not lead."),
        (sure("a", -0.05), sure("b", -0.05), Verdict.FAILS, "Small caps and banks did not lead."),
        (sure("a", -0.05), finding("b", 0.05), Verdict.NOT_SHOWN,
         "Small caps did not lead; a lead of banks is undecided."),
        (finding("a", None), sure("b", 0.05), Verdict.HOLDS,
         "Banks led; a lead of small caps cannot be tested."),
        (finding("a", None), finding("b", None), Verdict.UNTESTABLE,
         "A lead of small caps and a lead of banks cannot be tested."),
    ],
)  # fmt: skip
def test_the_parts_give_verdict_and_sentence(
    a: Finding, b: Finding, verdict: Verdict, sentence: str
) -> None:
    judged = judge(claim(A, B), FindingSet([a, b]))
    assert (judged.verdict, judged.sentence) == (verdict, sentence)
    assert judged.reason.endswith(".")


def test_what_was_measured_and_asked_is_told_with_its_power() -> None:
    (told,) = judge(claim(A), FindingSet([sure("a", 0.05)])).parts
    assert (told.strength, told.label) == (S.ESTABLISHED, "Lead a")
    assert told.measured == "5.0% (95% interval 4.0% to 6.0%)"
    assert told.asked == "above 2.0%, interval clear of zero"
    assert (round(told.detectable or 0, 5), told.power) == (0.01429, "1.4%")


def test_a_placebo_test_reads_the_p_value_of_its_own_number() -> None:
    asked = part(evidence="placebo", p_finding="risks.p")
    for p, expected in ((0.05, S.ESTABLISHED), (0.051, S.FOR)):
        found = FindingSet([sure("a", 0.05), finding("p", p)])
        (told,) = judge(claim(asked), found).parts
        assert told.strength is expected
        assert told.measured.endswith(f"p = {p:.3f}")


def test_a_rank_and_a_band_are_told_as_such() -> None:
    ranked = part(evidence="rank", rank=0.9)
    (told,) = judge(claim(ranked), FindingSet([finding("a", 0.05, percentile=0.93)])).parts
    assert (told.strength, told.asked) == (S.FOR, "among the highest 10% of windows")
    exact = part(evidence="band", size=3.315, upper=3.325)
    (told,) = judge(claim(exact), FindingSet([finding("a", 3.323)])).parts
    assert (told.strength, told.asked) == (S.ESTABLISHED, "332%, to the last digit")
    fact = part(evidence="fact")
    (told,) = judge(claim(fact), FindingSet([finding("a", 0.05, percentile=0.93)])).parts
    assert (told.strength, told.measured) == (S.ESTABLISHED, "5.0%")
    band = part(evidence="band", size=0.035, upper=0.045)
    (told,) = judge(claim(band), FindingSet([finding("a", 0.0392)])).parts
    assert (told.strength, told.asked) == (S.ESTABLISHED, "between 3.5% and 4.5%")


def test_a_part_without_data_says_what_would_test_it() -> None:
    judged = judge(claim(A, GONE), FindingSet([sure("a", 0.05)]))
    assert judged.verdict is Verdict.HOLDS
    assert judged.reason.endswith("A lead of others cannot be tested: No data tell.")


def test_other_ways_count_for_their_own_part_only() -> None:
    ways = [way(0.05), way(0.04), way(0.06), way(-0.05), way(0.05, part=""), way(0.05, part="x")]
    found = FindingSet([sure("a", 0.05)])
    judged = judge(claim(A), found, {"made-up": ways, "other": [way(-1.0)]})
    assert judged.parts[0].specifications == Varied(4, 3)
    assert (judged.robust, judged.fragile, judged.told) == (False, True, "holds, fragile")
    assert len(judged.specifications) == 6  # all are shown
    steady = judge(claim(A), found, {"made-up": [*ways, way(0.07)]})
    assert (steady.parts[0].specifications, steady.told) == (Varied(5, 4), "holds")


def test_other_month_ends_make_a_verdict_fragile() -> None:
    found = FindingSet([sure("a", 0.05)])
    held = {"made-up": {"lead": [S.ESTABLISHED] * 4 + [S.FOR] * 2}}
    assert judge(claim(A), found, None, held).told == "holds, fragile"
    dated = judge(claim(part(dated=True)), found, None, held)
    assert (dated.robust, dated.told) == (None, "holds")  # a date of its own has no other end


def test_a_finding_no_study_makes_is_named() -> None:
    with pytest.raises(LedgerError, match=r"risks\.a"):
        judge(claim(A), FindingSet([finding("b", 0.1)]))


def missing_everywhere() -> list[Judged]:
    gone = {"value": None, "unit": "fraction", "label": "x", "reason": "made up to be missing"}
    return [
        judge(c, FindingSet([Finding(id=i, chapter=c.chapter, **gone) for i in c.findings]))  # type: ignore[arg-type]
        for c in load_ledger()
    ]


def test_without_data_no_claim_is_judged() -> None:
    assert {j.verdict for j in missing_everywhere()} == {Verdict.UNTESTABLE}


def test_a_card_shows_the_sentence_and_folds_the_proof() -> None:
    judged = [j for j in missing_everywhere() if j.claim.caveat]
    cards = claim_cards(judged)
    for one in judged:
        card = cards[cards.index(f'id="claim-{one.claim.id}"') :].split('<div class="claim"')[0]
        shown, folded = card.split('<details class="more"')
        assert one.sentence in shown and one.claim.caveat in shown
        assert one.claim.says in folded and one.claim.would_change in folded
        assert all(s.says in folded and s.address in folded for s in one.claim.source)
        assert all(p.part.says in folded for p in one.parts)
        assert f'<a href="#claim-{one.claim.id}">' in verdict_list(judged)
    assert verdict_list([]) == ""


def test_a_fragile_verdict_says_so_wherever_it_is_shown() -> None:
    held = {"made-up": {"lead": [S.UNDECIDED] * 6}}
    judged = [judge(claim(A), FindingSet([sure("a", 0.05)]), None, held)]
    for shown in (claim_cards(judged), verdict_list(judged), verdict_lines(judged)):
        assert "holds, fragile" in shown
    assert 'data-verdict="holds"' in claim_cards(judged)
    assert "The same by 0 of 6 month ends." in claim_cards(judged)
