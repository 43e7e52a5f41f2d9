"""Nothing is deleted that is not ours: which folders a build takes, and what it does in them."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from rotation_lib.errors import BuildError, ParameterError
from rotation_lib.project import BUILD, PROJECT_ROOT
from rotation_lib.publish import owned
from rotation_lib.publish.owned import MARK, SOURCES, mark, names, refuse_file, refuse_foreign
from rotation_lib.publish.swap import carried, put

RECORD = '{"params": {}, "revision": "0123", "chapters": {}}'


def files(folder: Path, *names: str, text: str = "mine") -> Path:
    """Write files of the same text below a folder."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def site(folder: Path, *pages: str) -> Path:
    """A site of ours: its record and some pages."""
    files(folder, *pages, text="page")
    return files(folder, "build.json", text=RECORD)


def complaint(out: Path) -> str:
    with pytest.raises(ParameterError) as caught:
        refuse_foreign(out)
    said = str(caught.value)
    assert "\n" not in said and said.startswith("out = ")
    return said.partition("cannot be used: ")[2]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A build folder with a site of two files."""
    mark(tmp_path / "out")
    put(site(tmp_path / "new", "index.html"), tmp_path / "out" / "html")
    return tmp_path / "out"


# -- where a build folder may lie -----------------------------------------------------------


def test_the_project_and_what_it_lies_in_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT_ROOT)
    said = "the project lies in it; choose a folder of its own, for example _build/other."
    for folder in (Path(), Path(".."), PROJECT_ROOT, Path("/"), Path("docs/..")):
        assert complaint(folder) == said
    refuse_foreign(Path("_build/other"))  # what it advises


@pytest.mark.parametrize("name", [*SOURCES, ".git", ".github", ".venv"])
def test_the_projects_sources_are_refused(name: str) -> None:
    said = f"it lies in {name}, which is part of the project; choose a folder of its own, "
    for folder in (PROJECT_ROOT / name, PROJECT_ROOT / name / "not there yet"):
        assert complaint(folder).startswith(said)


def test_no_folder_of_sources_is_forgotten() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=PROJECT_ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a clone")
    tops = {name.partition("/")[0] for name in done.stdout.splitlines() if "/" in name}
    assert {top for top in tops if not top.startswith(".")} == set(SOURCES)


def test_a_link_into_the_sources_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(PROJECT_ROOT / "docs")
    assert complaint(tmp_path / "link").startswith("it lies in docs, which is part of the project")


def test_a_new_or_empty_folder_is_taken_and_marked(tmp_path: Path) -> None:
    for folder in (tmp_path / "new" / "deep", files(tmp_path / "seen", ".DS_Store")):
        refuse_foreign(folder)
        mark(folder)
        files(folder, "notes.txt")  # beside what a build replaces, anything may lie
        refuse_foreign(folder)
        assert "A build folder of the report." in (folder / MARK).read_text(encoding="utf-8")
    refuse_foreign(BUILD)


def test_a_folder_of_somebodys_is_refused(tmp_path: Path) -> None:
    files(tmp_path / "theirs", "html/mine.txt", "thesis.tex")
    assert complaint(tmp_path / "theirs") == (
        "it holds html and 1 more, which no build made; "
        "choose a folder that is empty or not there yet."
    )
    refuse_foreign(tmp_path / "theirs" / "not there yet")


def test_a_record_of_another_program_does_not_count(tmp_path: Path) -> None:
    files(tmp_path / "html", "build.json", text='{"name": "webpack", "chapters": 3}')
    assert complaint(tmp_path).startswith("it holds html, which no build made")


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    files(tmp_path, "a file")
    said = "choose a folder that is empty or not there yet."
    assert complaint(tmp_path / "a file") == f"it is a file; {said}"
    assert complaint(tmp_path / "a file" / "out") == f"{tmp_path / 'a file'} is a file; {said}"


def test_parts_of_another_build_are_refused(out: Path) -> None:
    html = out / "html"
    assert complaint(html) == f"it lies in html of the build folder {out}; name {out} itself."
    refuse_foreign(out)
    assert complaint(html / "more").startswith(f"it lies in the site {html}, which a build repl")
    for part in ("failed", "runs", ".book"):
        assert complaint(out / part / "x") == (
            f"it lies in {part} of the build folder {out}; name {out} itself."
        )
    refuse_foreign(out / "another")
    alone = html.rename(out.parent / "site")
    assert complaint(alone).startswith("it is a finished site, not a build folder; choose a fold")


@pytest.mark.parametrize("place", ["html", "failed", ".book"])
def test_a_link_in_place_of_what_is_replaced_is_refused(
    place: str, out: Path, tmp_path: Path
) -> None:
    other = mark(tmp_path / "linked") or tmp_path / "linked"
    (other / place).symlink_to(files(tmp_path / "elsewhere", "mine.txt"))
    assert complaint(other) == (
        f"its {place} is a link, and a build replaces that folder whole; "
        "remove the link, or choose a folder that is empty or not there yet."
    )
    (other / place).unlink()
    refuse_foreign(other)
    files(other, place) if place != ".book" else None
    if place != ".book":
        assert complaint(other).startswith(f"its {place} is a file; move what is yours out")


# -- what is replaced whole -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["mine.txt", "chapters/notes/mine.ipynb", "linked"])
def test_a_file_of_somebodys_in_our_site_is_never_lost(
    name: str, out: Path, tmp_path: Path
) -> None:
    html = out / "html"
    if name == "linked":
        (html / name).symlink_to(files(tmp_path / "elsewhere", "mine.txt"))
    else:
        files(html, name)
    assert complaint(out) == (
        f"its html holds {name}, which no build made; move what is yours out of {html}, "
        "or choose a folder that is empty or not there yet."
    )
    # It may also come while a build is at work.
    with pytest.raises(BuildError, match=f"holds {name}, which no build made, and was left as"):
        put(site(tmp_path / "next", "index.html", "other.html"), html)
    assert sorted(names(html)) == sorted(["build.json", "index.html", name])
    (html / name).rename(tmp_path / "moved out")
    refuse_foreign(out)
    put(tmp_path / "next", html)
    assert sorted(names(html)) == ["build.json", "index.html", "other.html"]


def test_our_own_files_come_and_go(out: Path, tmp_path: Path) -> None:
    html = out / "html"
    files(html, ".DS_Store", "as-of/2026-07-31/index.html", "editions.json")
    for number, pages in enumerate((["a.html"], ["b.html", "assets/x.js"], ["a.html"])):
        refuse_foreign(out)
        put(site(tmp_path / f"{number}", *pages), html)
        assert set(names(html)) == {"build.json", *pages}


def test_a_build_that_was_killed_leaves_a_folder_that_the_next_one_takes(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rotation_lib.publish import swap

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    exchange = swap.exchange
    for number, stop in enumerate((killed, lambda new, place: (exchange(new, place), killed()))):
        monkeypatch.setattr(swap, "exchange", stop)
        with pytest.raises(KeyboardInterrupt):
            put(site(tmp_path / f"{number}", f"{number}.html"), out / "html")
        refuse_foreign(out)
    monkeypatch.setattr(swap, "exchange", exchange)
    put(site(tmp_path / "last", "index.html"), out / "html")


def test_a_site_of_a_build_that_kept_no_list(tmp_path: Path) -> None:
    html = site(tmp_path / "out" / "html", "index.html", "assets/a-0123456789ab.js", "mine.txt")
    refuse_foreign(tmp_path / "out")  # its record marks it; whose the files are is not known yet
    with pytest.raises(BuildError, match=r"holds mine\.txt, which no build made"):
        put(site(tmp_path / "new", "index.html"), html)
    (html / "mine.txt").unlink()
    put(tmp_path / "new", html)


def test_a_site_whose_seal_lists_its_files(tmp_path: Path) -> None:
    html = site(tmp_path / "out" / "html", "index.html", "old.html")
    seal = {"key": "", "files": {"index.html": "", "old.html": "", "build.json": ""}}
    files(tmp_path / "out", ".site.json", text=json.dumps(seal))
    refuse_foreign(tmp_path / "out")
    files(html, "mine.txt")
    assert complaint(tmp_path / "out").startswith("its html holds mine.txt")


def test_editions_brought_along_before_the_first_build_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the workflow does: only editions lie in the place of the site.
    monkeypatch.setattr("rotation_lib.publish.owned.BUILD", tmp_path / "_build")
    html = files(tmp_path / "_build" / "html", "as-of/2026-07-31/index.html")
    refuse_foreign(tmp_path / "_build")
    put(site(tmp_path / "new", "index.html"), html, carried)
    assert (html / "as-of" / "2026-07-31" / "index.html").is_file()


def test_two_builds_put_their_sites_in_place_one_after_the_other(out: Path, tmp_path: Path) -> None:
    html, told, begun = out / "html", [], threading.Event()

    def finish(name: str) -> None:
        told.append(f"{name} begins")
        begun.set()

    def second() -> None:
        begun.wait(10)
        new = site(tmp_path / "second", "index.html")
        put(new, html, lambda *_: finish("second"), lambda _: told.append("second ends"))

    thread = threading.Thread(target=second)
    thread.start()
    put(
        site(tmp_path / "first", "index.html"),
        html,
        lambda *_: (finish("first"), thread.join(0.3)),
        lambda _: told.append("first ends"),
    )
    thread.join(10)
    assert told == ["first begins", "first ends", "second begins", "second ends"]
    refuse_foreign(out)


# -- files that the user names --------------------------------------------------------------


def test_a_named_file_is_written_unless_it_is_the_projects_or_a_folder(tmp_path: Path) -> None:
    refuse_file(files(tmp_path, "review.md") / "review.md")
    refuse_file(PROJECT_ROOT / "review-of-mine.md")
    for path, said in (
        (PROJECT_ROOT / "README.md", "it is one of the project's own files; choose another name."),
        (tmp_path, f"it is a folder; name a file, for example {tmp_path / 'out'}."),
    ):
        with pytest.raises(ParameterError) as caught:
            refuse_file(path)
        assert str(caught.value).endswith(said)


def test_the_set_up_removes_no_folder_of_somebodys(tmp_path: Path) -> None:
    mine = files(tmp_path / "my folder", "mine.txt")
    # Should it ever go on, it finds no Python to go on with.
    (tmp_path / "bin").mkdir()
    for name in ("ls", "rm"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    done = subprocess.run(
        [str(shutil.which("sh")), "tools/setup.sh", str(mine)],
        cwd=PROJECT_ROOT,
        env={"PATH": str(tmp_path / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"setup: {mine} holds something else; name a folder that is empty or not there yet.\n"
    )
    assert (mine / "mine.txt").is_file()


def test_the_default_folder_is_ours_by_its_name_in_a_checkout_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = tmp_path / "_build"
    foreign.mkdir()
    (foreign / "mine.txt").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(owned, "BUILD", foreign)
    refuse_foreign(foreign)  # the project's own
    monkeypatch.setattr(owned, "IN_CHECKOUT", False)
    with pytest.raises(ParameterError, match="out = "):
        refuse_foreign(foreign)
