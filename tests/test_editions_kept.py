"""What a build says of its edition, and a limit to those kept: the oldest go, nothing else changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from small_editions import JULY, JUNE, MAY, bare_site, digests, publish, records

from rotation_lib.editions.finisher import Finisher
from rotation_lib.errors import BuildError, ParameterError
from rotation_lib.publish.finish.check import check_site


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bare_site(tmp_path_factory.mktemp("plain") / "site")


@pytest.fixture
def three(plain: Path, tmp_path: Path) -> Path:
    """May, June and July, kept in that order; the site's folder."""
    out = tmp_path / "out folder"
    for number, day in enumerate((MAY, JUNE, JULY)):
        publish(out, plain, day, value=1 + number / 10)
    return out / "html"


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_oldest_editions_go_when_there_are_too_many(three: Path, plain: Path) -> None:
    june = digests(three / "as-of" / JUNE)
    outcome = publish(three.parent, plain, JULY, value=1.2, keep=2)
    assert (outcome.editions, outcome.removed) == ((JULY, JUNE), (MAY,))
    assert sorted(p.name for p in (three / "as-of").iterdir()) == [JUNE, JULY]
    # What changed since a removed edition is still told; only the way to it is gone.
    account = read(three / "as-of" / JUNE / "changes.html")
    assert "What changed since the edition of 29 May 2026" in account
    assert f"as-of/{MAY}" not in account
    changed = {n for n, d in digests(three / "as-of" / JUNE).items() if june[n] != d}
    assert changed == {"changes.html"}
    for name in ("editions.json", "editions.js", "feed.xml", "editions.html"):
        assert f"as-of/{MAY}" not in read(three / name) and f"as-of/{JUNE}" in read(three / name)
    check_site(three)


def test_the_edition_just_made_stays_however_old_its_day(three: Path, plain: Path) -> None:
    outcome = publish(three.parent, plain, "2026-04-30", value=0.9, keep=1)
    assert (outcome.editions, outcome.removed) == (("2026-04-30",), (MAY, JUNE, JULY))
    assert "Data through 2026-04-30." in read(three / "index.html")
    check_site(three)


def test_a_limit_that_is_not_reached_changes_no_byte(three: Path, plain: Path) -> None:
    before = digests(three)
    assert publish(three.parent, plain, JULY, value=1.2, keep=3).removed == ()
    assert digests(three) == before


def test_what_was_removed_and_what_stayed_is_told(three: Path, plain: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(plain, site)
    for name, record in records(JULY).items():
        (site / name).write_text(json.dumps(record), encoding="utf-8")
    finisher = Finisher(tmp_path / "results", edition=True, keep=1)
    finisher(site, three)
    assert finisher.told == (
        f"edition: as-of/{JULY}/ replaced, 1 edition in all",
        f"removed: {MAY}, {JUNE}",
    )
    again = Finisher(tmp_path / "results", edition=True)
    again.stayed(site)
    assert again.told == (f"edition: as-of/{JULY}/ unchanged, 1 edition in all",)
    ordinary = Finisher(tmp_path / "results", edition=False)
    ordinary.stayed(site)
    assert ordinary.told == ()


def test_a_limit_without_an_edition_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="write --edition --keep N"):
        Finisher(tmp_path, edition=False, keep=3)


def test_a_part_of_the_report_is_no_edition(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="an edition is the whole report"):
        Finisher(tmp_path, edition=True, chapters=["risks"])


def test_the_user_is_told_what_became_of_the_edition(
    three: Path, plain: Path, tmp_path: Path
) -> None:
    for edition, day, said in (
        (True, JULY, "edition: as-of/2026-07-31/ replaced, 3 editions in all"),
        (
            True,
            "2026-04-30",
            "edition: as-of/2026-04-30/ kept, 4 editions in all; 2026-07-31 stays at the top",
        ),
        (False, JULY, "editions: 3 editions carried over, none added"),
    ):
        site = tmp_path / f"new {edition} {day}"
        shutil.copytree(plain, site)
        for name, record in records(day).items():
            (site / name).write_text(json.dumps(record), encoding="utf-8")
        finisher = Finisher(tmp_path / "results", edition=edition)
        assert finisher.told == ()
        finisher(site, three)
        assert finisher.told == (said,)


@pytest.mark.parametrize("keep", [None, 1])
def test_a_file_of_somebodys_in_an_edition_is_never_lost(
    keep: int | None, three: Path, plain: Path
) -> None:
    day = JULY if keep is None else MAY
    mine = three / "as-of" / day / "downloads" / "mine.txt"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(BuildError) as caught:
        publish(three.parent, plain, JULY, value=1.2, keep=keep)
    assert str(caught.value) == (
        f"as-of/{day}/ holds downloads/mine.txt, which no build made, and was left as it was; "
        "move what is yours out of it and build again."
    )
    assert mine.read_text(encoding="utf-8") == "mine"
    mine.rename(three.parent / "mine.txt")
    publish(three.parent, plain, JULY, value=1.2, keep=keep)
