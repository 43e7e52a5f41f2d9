"""A pull request from end to end: two revisions of a small project, built and compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_project import NAME, commit_all, edit, git, revise_return, rotation, small_project

from rotation_lib.review.model import schema

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One commit, and a branch with four changes: a row, a formula, a colour, a sentence."""
    folder = small_project(tmp_path_factory.mktemp("pull request") / "a project")
    git(folder, "switch", "--quiet", "--create", "change")
    revise_return(folder, "IWM", "2019-03-13", 0.004)
    theme = folder / "rotation_lib" / "themes" / NAME
    edit(
        theme / "measures" / "lead.py",
        "leads[0].std(-1, ddof=1)",
        "1.02 * leads[0].std(-1, ddof=1)",
    )
    edit(
        theme / "pictures" / "lead.py",
        'shows="Lead of small caps by year")',
        'shows="Lead of small caps by year", height=240)',
    )
    chapter = folder / "chapters" / f"{NAME}.ipynb"
    edit(chapter, "so that quiet and stormy stretches stay together", "which keeps them whole")
    commit_all(folder, "Change four things")
    return folder


@pytest.fixture(scope="module")
def texts(project: Path) -> dict[str, str]:
    """The account in its three forms, and what was said when no change had been promised."""
    folder = project.parent / "review"
    names = ("diff.md", "diff.html", "diff.json")
    outs = [part for name in names for part in ("--out", str(folder / name))]
    done = rotation(project, "diff", "main", "change", "--fail-on-change", *outs)
    assert done.returncode == 1, done.stderr
    return {"said": done.stderr} | {
        name: (folder / name).read_text(encoding="utf-8") for name in names
    }


@pytest.fixture(scope="module")
def review(texts: dict[str, str]) -> dict[str, Any]:
    return dict(json.loads(texts["diff.json"]))


def test_the_four_changes_are_named_and_nothing_else(
    review: dict[str, Any],
) -> None:
    assert review["claims"] == []
    assert review["notes"] == []
    assert [(s["id"], s["added"], s["revised"], s["lost"]) for s in review["series"]] == [
        ("IWM total returns", 0, 1, 0)
    ]
    assert review["series"][0]["examples"][0].startswith("2019-03-13: ")
    moved = {f["id"]: f for f in review["findings"] if not f["slight"]}
    assert set(moved) == {f"{NAME}.lead_spread"}
    assert moved[f"{NAME}.lead_spread"]["because"] == {"causes": ["code"], "certain": True}
    assert moved[f"{NAME}.lead_spread"]["share"] == pytest.approx(0.02, abs=2e-3)
    for finding in review["findings"]:
        if finding["slight"]:
            assert finding["because"] == {"causes": ["data"], "certain": True}
    assert [(c["id"], c["kind"], c["style"]) for c in review["charts"]] == [
        (f"{NAME}.yearly_lead", "redrawn", True)
    ]
    (sentence,) = review["words"]
    assert sentence["typed"]
    assert "stormy stretches" in sentence["before"]
    assert sentence["after"].endswith("which keeps them whole.")
    assert [(c["path"], c["name"], c["role"]) for c in review["code"]] == [
        (f"rotation_lib/themes/{NAME}/measures/lead.py", "spread", "measuring"),
        (f"rotation_lib/themes/{NAME}/pictures/lead.py", "yearly_lead", "drawing"),
    ]


def test_the_record_follows_its_schema(review: dict[str, Any]) -> None:
    import jsonschema

    jsonschema.validate(review, schema())


def test_the_comment_says_it_all_in_a_few_lines(texts: dict[str, str]) -> None:
    text = texts["diff.md"].replace("\\", "")
    assert text.startswith("### What this change does to the report")
    headings = [line for line in text.splitlines() if line.startswith("#### ")]
    assert headings == [
        "#### Findings",
        "#### Data",
        "#### Charts",
        "#### Words",
        "#### Code and rules that measure",
    ]
    for part in ("lead_spread", "2019-03-13", "yearly_lead", "keeps them whole", ": spread"):
        assert part in text
    assert len(text) < 4_000


def test_the_page_shows_the_pictures(texts: dict[str, str]) -> None:
    text = texts["diff.html"]
    assert text.count('src="data:image/png;base64,') == 3
    assert "http" not in text.replace("http-equiv", "")


def test_an_unchanged_branch_gives_one_line_and_status_0(project: Path) -> None:
    git(project, "branch", "--force", "same", "main")
    done = rotation(project, "diff", "main", "same", "--fail-on-change")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith("No change to the report: 2 findings, 1 claim, 1 chart and all words")


def test_a_promise_of_no_change_is_kept_to(texts: dict[str, str]) -> None:
    assert texts["said"] == "the report changes\n"


def test_nothing_is_left_behind(project: Path) -> None:
    assert git(project, "worktree", "list").count("\n") == 0
    assert git(project, "status", "--porcelain") == ""
