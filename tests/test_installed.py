"""Installed from a wheel: the package works from any folder, and never mixes two checkouts."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from small_project import copy_of_project, git
from wheel_environment import Installed, found, wheel_of

from rotation_lib import project
from rotation_lib.errors import ProjectError
from rotation_lib.fingerprint import digest
from rotation_lib.project import CHAPTER_NAMES, LOCKFILE, PACKAGE, PROJECT_ROOT
from rotation_lib.publish.kept import read_object
from rotation_lib.publish.owned import mark
from rotation_lib.publish.provenance import code_sha256

#: The archive of the wheel weighs 2.4 MB; raw data or a built site in it would weigh more.
MOST = 4_000_000


@pytest.fixture(scope="session")
def wheel(shared: Path) -> Path:
    """The wheel of a copy of this project, built once a session."""
    from filelock import FileLock

    folder = shared / "wheel"
    with FileLock(shared / "wheel.lock"):
        if not folder.exists():
            wheel_of(copy_of_project(shared / "sources of the wheel"), folder)
    return found(folder)


@pytest.fixture(scope="session")
def installed(shared: Path, wheel: Path) -> Installed:
    """An environment that parallel workers share, and that no test may change."""
    from filelock import FileLock

    made = Installed(shared / "installed", wheel)
    with FileLock(shared / "installed.lock"):
        return made if made.checkout.exists() else made.make()


def said(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of a refusal."""
    assert done.returncode in (1, 2), done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def state(folder: Path) -> dict[str, tuple[str, int]]:
    """Content and time of every file: also tells what root wrote where nobody may."""
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# ---- what the wheel holds ---------------------------------------------------------------


@pytest.mark.slow
def test_the_wheel_holds_all_code_and_the_whole_book(wheel: Path) -> None:
    code = {
        path.relative_to(PROJECT_ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if (path.suffix in project._CODE or path.name == "py.typed")
        and ".ipynb_checkpoints" not in path.parts
    }
    data = {
        path.relative_to(PROJECT_ROOT).as_posix()
        for path in (PROJECT_ROOT / "data").rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    place = "rotation_lib/_book/"
    names = {name for name in contents(wheel) if ".dist-info/" not in name}
    carried = {name.removeprefix(place) for name in names if name.startswith(place)}
    assert {name for name in names if not name.startswith(place)} == code
    assert {name for name in carried if name.startswith("data/")} == data
    assert {n for n in carried if n.endswith(".ipynb")} == {
        f"chapters/{name}.ipynb" for name in CHAPTER_NAMES
    }
    assert wheel.stat().st_size < MOST


@pytest.mark.slow
def test_a_source_archive_builds_the_same_wheel_and_an_editable_one_carries_nothing(
    wheel: Path, tmp_path: Path
) -> None:
    ask = "import sys, setuptools.build_meta as b; b.build_sdist('.'); b.build_editable('.')"
    sources = copy_of_project(tmp_path / "sources")
    subprocess.run([sys.executable, "-c", ask], cwd=sources, check=True, capture_output=True)
    assert not [name for name in contents(found(sources)) if name.startswith("rotation_lib/")]
    (archive,) = sources.glob("*.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as held:
        # From 3.12 on a choice is asked for; 3.11.2 has none.
        held.extraction_filter = getattr(tarfile, "data_filter", None)
        held.extractall(tmp_path / "archive")
    (unpacked,) = (tmp_path / "archive").iterdir()
    earlier = unpacked / "build" / "lib" / "rotation_lib" / "taken_away_since.py"
    earlier.parent.mkdir(parents=True)
    earlier.touch()
    assert contents(wheel_of(unpacked, tmp_path / "again")) == contents(wheel)


def contents(wheel: Path) -> dict[str, bytes]:
    """Path → bytes of all that a wheel holds."""
    with ZipFile(wheel) as held:
        return {name: held.read(name) for name in held.namelist()}


# ---- from any folder --------------------------------------------------------------------


@pytest.fixture
def untouched(installed: Installed) -> Iterator[Installed]:
    """The environment, whose packages nobody may write to and nobody has written to."""
    places = [installed.package, *installed.package.rglob("*")]
    before = state(installed.package)
    for path in places:
        path.chmod(path.stat().st_mode & ~0o222)
    yield installed
    for path in places:
        path.chmod(path.stat().st_mode | 0o200)
    assert state(installed.package) == before


@pytest.mark.slow
def test_it_builds_in_the_working_folder_what_the_checkout_would(
    untouched: Installed, tmp_path: Path, built_site: Path
) -> None:
    git(tmp_path, "init", "--quiet")  # somebody else's repository
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "Theirs")
    assert untouched.rotation(tmp_path, "--help").stdout.count("Small-Cap Rotation") == 1
    ask = "import rotation_lib.sweep.edition as e; print(e.__file__)"
    told = untouched.run(tmp_path, untouched.python, "-c", ask).stdout.strip()
    assert Path(told) == untouched.package / "sweep" / "edition.py"

    # The keys are those of a checkout: what a build there has kept is right here, and back.
    kept = tmp_path / "_build" / "runs" / "findings"
    mark(tmp_path / "_build")
    shutil.copytree(built_site.parent / "runs" / "findings", kept)
    before = state(kept)
    built = untouched.rotation(tmp_path, "build", "--chapter", "methods")
    assert built.returncode == 0, built.stdout + built.stderr
    assert built.stdout.splitlines()[-1] == "site: _build/html/index.html"
    claims = untouched.rotation(tmp_path, "claims", "--json")
    assert state(kept) == before
    chapters = untouched.checkout / "chapters"
    again = untouched.rotation(chapters, "run", "methods", "--out", tmp_path / "_build")
    assert "methods              unchanged" in again.stdout.splitlines()

    html = tmp_path / "_build" / "html"
    findings, theirs = (read_object(site / "findings.json") for site in (html, built_site))
    assert json.loads(claims.stdout) == findings == {**theirs, "revision": "unknown"}
    record = read_object(html / "build.json")
    assert (record["revision"], record["dirty"]) == ("unknown", None)
    assert (record["code_sha256"], record["lock_sha256"]) == (
        code_sha256(),
        digest(LOCKFILE.read_bytes()),
    )


@pytest.mark.slow
def test_what_needs_a_checkout_says_so_and_works_in_one(
    installed: Installed, tmp_path: Path
) -> None:
    for command in ("lint", "new-chapter breadth", "data snapshot", "sweep --write"):
        line = said(installed.rotation(tmp_path, *command.split()))
        assert "needs a checkout of the project" in line and str(tmp_path) in line
    line = said(installed.rotation(tmp_path, "diff", "HEAD", "HEAD"))
    assert "or, in a checkout, a git revision" in line
    done = installed.rotation(installed.checkout / "docs", "lint")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
def test_somebody_elses_build_folder_is_neither_used_nor_begun(
    installed: Installed, tmp_path: Path, built_site: Path
) -> None:
    claims = installed.rotation(tmp_path, "claims", "--end", "2010-12-31")
    same = installed.rotation(tmp_path, "diff", built_site, built_site)
    assert (claims.returncode, same.returncode) == (0, 0)
    assert list(tmp_path.iterdir()) == []
    theirs = tmp_path / "_build" / "doctrees" / "index.doctree"
    theirs.parent.mkdir(parents=True)
    theirs.touch()
    line = said(installed.rotation(tmp_path, "build"))
    assert "it holds doctrees, which no build made" in line
    line = said(installed.rotation(tmp_path, "sweep"))
    assert line.endswith("it holds doctrees, which no build made; go to another folder.")
    assert [p for p in (tmp_path / "_build").rglob("*") if p.is_file()] == [theirs]


@pytest.mark.slow
def test_what_is_refused_for_its_bytes_works_again_by_the_advice(
    wheel: Path, tmp_path: Path
) -> None:
    own = Installed(tmp_path, wheel).make()
    chapter = "import rotation_lib; print(rotation_lib.open_chapter('methods').market.small)"
    in_chapters = (own.checkout / "chapters", own.python, "-c", chapter)
    assert own.run(*in_chapters).stdout == "IWM\n"

    words = own.checkout / "rotation_lib" / "words.py"
    words.write_bytes(words.read_bytes() + b"\n# another version\n")
    line = said(own.rotation(own.checkout, "claims"))
    assert str(own.checkout) in line and str(own.packages) in line
    assert "run 'pip install .' in the checkout, or leave it" in line
    assert line.removeprefix("error: ") in own.run(*in_chapters).stderr
    own.install(own.checkout)
    assert own.run(*in_chapters).stdout == "IWM\n"

    events = own.package / "_book" / "data" / "snapshot" / "events.csv"
    events.write_bytes(events.read_bytes() + b"\n")
    line = said(own.rotation(tmp_path, "claims"))
    assert "'pip install --force-reinstall --no-deps WHEEL'" in line
    own.install(wheel)
    assert own.rotation(tmp_path, "data", "verify").returncode == 0


# ---- which checkout ---------------------------------------------------------------------


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """What is taken for a checkout."""
    for name in ("_toc.yml", "chapters/a.ipynb", "data/catalog.toml", "rotation_lib/project.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_a_checkout_is_found_from_below(other: Path) -> None:
    deep = other / "docs" / "deep"
    deep.mkdir(parents=True)
    assert project.checkout_at(deep) == project.checkout_at(other) == other
    (other / "data" / "catalog.toml").unlink()  # some other book
    assert project.checkout_at(deep) is None


def test_the_package_lies_in_no_checkout_whatever_folder_it_is_in() -> None:
    assert project.checkout_at(PACKAGE / "_book" / "chapters") is None
    assert project.checkout_at(PROJECT_ROOT / "docs") == PROJECT_ROOT


def test_a_user_in_another_checkout_is_told_which_one_is_read(
    other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT_ROOT / "docs")
    assert project.trusted() == ""
    monkeypatch.chdir(other / "chapters")
    told = f"this is the rotation of {PROJECT_ROOT}, and reads that, not {other}"
    assert project.trusted() == told
    (other / "gone").mkdir()
    monkeypatch.chdir(other / "gone")
    (other / "gone").rmdir()
    assert project.trusted() == ""


def test_a_project_without_its_contents_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "CHAPTER_NAMES", ())
    with pytest.raises(ProjectError, match=r"_toc\.yml is missing or lists no chapter"):
        project.trusted()
