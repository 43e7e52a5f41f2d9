"""The language of chapters: what a cell of prose says, what it refuses, and how that is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from prose_worlds import Taken

from rotation_lib.errors import LedgerError
from rotation_lib.findings import Finding, FindingSet
from rotation_lib.prose import ProseError, tell, template
from rotation_lib.prose.magic import listen
from rotation_lib.publish.source.notebooks import with_prose

RATIO = Finding(
    id="risks.volatility_ratio", chapter="risks", label="Ratio", value=1.298, low=1.24, high=1.36,
    confidence=0.95, unit="ratio", n=4169, series=("IWM", "SPY"),
)  # fmt: skip
LOST = Finding(
    id="risks.august",
    chapter="risks",
    label="August",
    value=-0.07,
    unit="fraction",
    percentile=0.97,
)
GONE = Finding(
    id="risks.beta", chapter="risks", label="Beta", value=None, unit="ratio",
    reason="the window is too short.",
)  # fmt: skip
HELD = FindingSet([RATIO, LOST, GONE])


def said(*lines: str, first: str = "%%prose") -> list[str]:
    return tell("\n".join([first, *lines]), HELD, "risks", {"small": "IWM", "large": "SPY"})


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("{{ f.volatility_ratio }}", "1.30 (95% interval 1.24 to 1.36)"),
        ("{{ risks.volatility_ratio.only }}", "1.30"),
        ("{{ f.volatility_ratio.bounds }}", "95% interval 1.24 to 1.36"),
        ("{{ f.volatility_ratio.n | count }}", "4,169"),
        ("{{ f.august }}", "−7.0%, larger than 97% of all windows of that length since 2010"),
        ("{{ f.august.size }}", "7.0%"),
        ("{{ f.august.sign('rose', 'fell') }}", "fell"),
        ("{{ f.august.sign('rose', 'fell', 'hardly moved') }}", "hardly moved"),
        ("{{ small }} against {{ large }}", "IWM against SPY"),
        ("{% if f.volatility_ratio.above(1) %}more{% else %}less{% endif %}", "more"),
    ],
)
def test_a_finding_is_told_by_its_unit(asked: str, told: str) -> None:
    assert said(asked) == [told]


def test_sentences_on_lines_of_their_own_are_one_paragraph() -> None:
    assert said("One sentence.", "And another.", "", "A second paragraph.") == [
        "One sentence. And another.",
        "A second paragraph.",
    ]


def test_a_paragraph_that_prints_or_questions_what_is_missing_says_why() -> None:
    honest = ["Not measured: the window is too short."]
    assert said("Its beta is {{ f.beta }}.") == honest
    assert said("{% if f.beta.above(1) %}More.{% else %}Less.{% endif %}") == honest
    assert said("{% if f.beta.known %}Beta {{ f.beta }}.{% endif %}", "", "Rest.") == ["Rest."]
    assert said("- Beta {{ f.beta }}", "- Ratio {{ f.volatility_ratio.only }}") == [
        "- Not measured: the window is too short.",
        "- Ratio 1.30",
    ]


def test_an_optional_sentence_is_left_out_and_the_rest_of_its_paragraph_stays() -> None:
    lines = ["Ratio {{ f.volatility_ratio.only }}.", "? Beta {{ f.beta }}.", "The end."]
    assert said(*lines) == ["Ratio 1.30. The end."]
    assert said("? Ratio {{ f.volatility_ratio.only }}.", "The end.") == ["Ratio 1.30. The end."]
    assert said("- **Both.** One.", "  ? Beta {{ f.beta }}.", "- Two.") == [
        "- **Both.** One.",
        "- Two.",
    ]


def test_an_optional_sentence_sees_names_and_stands_in_a_branch() -> None:
    told = said(
        "{% set beta, month = f.beta, f.august %}",
        "{% if month.value < 0 %}", "A fall.", "? Of {{ month.size }}.", "? Beta {{ beta }}.",
        "{% else %}", "A rise.", "{% endif %}", "The end.",
    )  # fmt: skip
    assert told == ["A fall. Of 7.0%. The end."]


def test_a_paragraph_of_which_nothing_is_left_says_why() -> None:
    why = "Not measured: the window is too short."
    assert said("? Beta {{ f.beta }}.", "? Twice {{ f.beta.only }}.") == [why]
    assert said("- **Beta.**", "  ? It is {{ f.beta }}.") == [f"- **Beta.** {why}"]


def test_an_optional_sentence_still_refuses_what_is_not_known() -> None:
    with pytest.raises(LedgerError, match="try 'volatility_ratio'"):
        said("Text.", "? {{ f.volatilty_ratio }}")
    with pytest.raises(ProseError, match="try 'small'"):
        said("Text.", "? {{ smal }} {{ f.beta }}")


def test_an_item_that_cannot_be_said_keeps_bold_words_without_a_finding() -> None:
    assert said("- **Beta.** It is {{ f.beta }}.", "- **Beta {{ f.beta }}** is high.") == [
        "- **Beta.** Not measured: the window is too short.",
        "- Not measured: the window is too short.",
    ]


def test_a_heading_that_cannot_be_said_takes_its_section_with_it() -> None:
    told = said(
        "## Beta is {{ f.beta.only }}", "", "Text.", "", "### Below", "", "More.", "",
        "## Next", "", "Stays.", first='%%prose otherwise="Beta of {{ small }} is not told"',
    )  # fmt: skip
    assert told == [
        "## Beta of IWM is not told\n\nNot measured: the window is too short.",
        "## Next",
        "Stays.",
    ]


@pytest.mark.parametrize(
    ("lines", "error", "message"),
    [
        (["{{ f.volatilty_ratio }}"], LedgerError, "try 'volatility_ratio'"),
        (["{{ smal }}"], ProseError, "try 'small'"),
        (["{{ f.august.sise }}"], ProseError, "sise"),
        (["{% if f.august.known %}open"], ProseError, "cannot be read"),
        (["{{ f.august._held() }}"], ProseError, "_held"),
        (["{{ f.august.size | shout }}"], ProseError, "shout"),
        (["{{ ''.__class__ }}"], ProseError, "__class__"),
        ([""], ProseError, "empty"),
    ],
)
def test_what_is_not_known_is_refused_with_the_nearest(
    lines: list[str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        said(*lines)


def test_a_first_line_that_means_nothing_is_refused() -> None:
    with pytest.raises(ProseError, match="does not begin a cell of prose"):
        said("Text.", first="%%prose loudly")


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (["{% for x in [1] %}{{ x }}{% endfor %}"], "loops"),
        (["{% if a %}1{% elif b %}2{% elif c %}3{% else %}4{% endif %}"], "4 branches"),
        (["{{ 1 if a else 2 }} {{ 1 if b else 2 }}"], "4 branches"),
        (["{% if a %}one", "", "two{% endif %}"], "close every tag in its paragraph"),
        (["{% if a %}1{% elif b %}2{% else %}3{% endif %}"], None),
        (["Text.", "? Of {{ small }} no finding."], "names no finding"),
        (["Text.", "? {% if small %}Open."], "close every tag"),
        (["? - An item: {{ f.beta }}"], "heading or an item"),
        (["? ## Beta is {{ f.beta }}"], "heading or an item"),
        (["Text.", "? Beta {{ f.beta }}.", "Is it so? Yes."], None),
        (["{% set a = f.beta %}", "Text.", "? Beta {{ a }}."], None),
        (["{% if a %}1{% elif b %}2{% else %}3{% endif %}", "? Beta {{ f.beta }}."], None),
    ],
)
def test_lint_holds_the_form_of_prose(lines: list[str], complaint: str | None) -> None:
    found = list(template.complaints("\n".join(["%%prose", *lines])))
    assert (complaint is None and not found) or any(complaint in line for line in found)  # type: ignore[operator]


def test_an_untaken_branch_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Taken()
    taken.watch(monkeypatch)
    said("{% if f.august.value > 0 %}up{% else %}down{% endif %} {{ 'a' if small else 'b' }}")
    assert [key.rsplit(", ", 1)[1] for key in sorted(taken.there - taken.taken)] == [
        "body",
        "expr2",
    ]


def test_both_ways_of_an_optional_sentence_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Taken()
    taken.watch(monkeypatch)
    said("Text.", "? Beta {{ f.beta }}.", "? Fall {{ f.august.size }}.")
    ways = [key.rsplit("option ", 1)[1] for key in sorted(taken.there - taken.taken)]
    assert ways == ["0, said", "1, left out"]


def test_a_script_without_a_kernel_has_no_magic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rotation_lib.prose.magic._shell", lambda: None)
    assert listen(lambda cell: pytest.fail("nobody asks")) is False


@pytest.fixture
def kept() -> Callable[[str], nbformat.NotebookNode]:
    def make(prose: str) -> nbformat.NotebookNode:
        v4 = nbformat.v4
        return v4.new_notebook(
            cells=[
                v4.new_markdown_cell("# Title"),
                v4.new_code_cell("x = 1"),
                v4.new_code_cell(f"%%prose\n{prose}"),
                v4.new_code_cell("x + 1", outputs=[v4.new_output("stream", text="2")]),
            ]
        )

    return make


def test_new_prose_is_set_between_kept_outputs(
    kept: Callable[[str], nbformat.NotebookNode], tmp_path: Path
) -> None:
    merged = with_prose(kept("Old."), kept("New."), lambda cell: {"text/plain": cell.upper()})
    assert merged.cells[2].outputs[0].data == {"text/plain": "%%PROSE\nNEW."}
    assert merged.cells[3].outputs[0].text == "2"
    nbformat.write(merged, tmp_path / "merged.ipynb")  # is still a notebook
    assert len(json.loads((tmp_path / "merged.ipynb").read_text("utf-8"))["cells"]) == 4
