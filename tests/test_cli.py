"""The command line as a person meets it: one line for each mistake, and the right exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from rotation_lib.cli import main
from rotation_lib.errors import ParameterError
from rotation_lib.project import PROJECT_ROOT
from rotation_lib.publish.build import chosen_chapters
from rotation_lib.stats.effort import at_most


def process(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ROTATION_", "PYTEST"))}
    return subprocess.run(
        [sys.executable, "-m", "rotation_lib", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment | more,
        timeout=600,
    )


@dataclass(frozen=True)
class Said:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def rotation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Said]:
    """The command in this process: what it says, and the status it would end with."""

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["rotation", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Said(int(ended.value.code or 0), told.out, told.err)

    return run


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["build", "--chapter", "risk"], ["chapter", "'risk'", "try 'risks'"]),
        (["run", "risks", "--small", "IJR"], ["No such option: --small", "'-p small=VALUE'"]),
        (["build", "--rolling-weeks", "52"], ["--rolling-weeks", "'-p rolling_weeks=VALUE'"]),
        (["build", "--colour"], ["No such option: --colour", "build --help"]),
        (["run", "weather"], ["chapter", "'weather'", "rate_sensitivity"]),
        (["build", "-p", "rolling_week=52"], ["rolling_week", "try 'rolling_weeks'"]),
        (["run", "risks", "-p", "rolling_weeks=52"], ["rolling_weeks", "yield_shock"]),
        (["build", "-p", "rolling_weeks"], ["NAME=VALUE"]),
        (["build", "-p", "a=1", "-p", "a=2"], ["once"]),
        (["build", "--start", "2024-01-02", "-p", "start=2023-01-03"], ["start", "once"]),
        (["build", "--start", "2024-02-30"], ["start", "2024-02-30", "YYYY-MM-DD"]),
        (["build", "--start", "2024-01-02", "--end", "2023-01-03"], ["start", "before end"]),
        (["build", "--end", "2030-01-02"], ["end", "2030-01-02", "2026-07-31"]),
        (["claims", "--as-of", "2030-01-02"], ["as_of", "2030-01-02", "2026-07-31"]),
        (["claims", "--start", "2026-07-01"], ["63", "2026-05-01"]),
        (["build", "--source", "cloud"], ["source", "cloud", "snapshot"]),
        (
            ["claims", "-p", "rolling_weeks=52"],
            [
                "the parameters of the ledger are as_of, end, large, small, source, start, tech; ",
                "it belongs to a chapter, try 'rotation run rate_sensitivity -p rolling_weeks=52'.",
            ],
        ),
        (["claims", "-p", "smal=IJR"], ["parameters of the ledger are as_of, ", "try 'small'."]),
        (
            ["run", "risks", "-p", "yield_shock=nan"],
            [
                "yield_shock = nan cannot be used: input should be a finite number; ",
                "use a value between -3.0 and 3.0, for example 1.0.",
            ],
        ),
        (["run", "elsewhere/risks.ipynb"], ["'elsewhere/risks.ipynb'", "try 'risks'."]),
        (["build", "--out", str(PROJECT_ROOT)], ["out", "the project lies in it"]),
        (["run", "risks", "--out", str(PROJECT_ROOT / "docs" / "x")], ["it lies in docs, which"]),
        (["diff", "a", "b", "--out", str(PROJECT_ROOT / "README.md")], ["project's own files"]),
        (["sweep", "--out", str(PROJECT_ROOT / "data/sweep/panel.parquet")], ["own files"]),
        (["build", "--colour"], ["--colour", "--help"]),
        (["build", "--jobs", "0x"], ["jobs", "--help"]),
        (["paint"], ["paint", "--help"]),
    ],
)
def test_bad_arguments_cost_one_line_and_status_2(
    arguments: list[str], parts: list[str], rotation: Callable[..., Said]
) -> None:
    done = rotation(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    for part in parts:
        assert part in done.stderr


@pytest.mark.slow
def test_a_process_ends_as_the_command_does() -> None:
    done = process("build", "--chapter", "risk")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "try 'risks'" in done.stderr


def test_debug_shows_the_traceback(rotation: Callable[..., Said]) -> None:
    done = rotation("build", "--chapter", "risk", "--debug")
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: ")


def test_serve_without_a_site_says_what_to_do(
    tmp_path: Path, rotation: Callable[..., Said]
) -> None:
    done = rotation("serve", "--out", str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "rotation build" in done.stderr


def test_verify_names_the_data(rotation: Callable[..., Said]) -> None:
    done = rotation("data", "verify")
    assert done.returncode == 0, done.stderr
    assert re.search(r"snapshot +\d+ +2026-\d\d-\d\d +as recorded", done.stdout)


def test_snapshot_from_nowhere_is_refused_in_one_line(
    tmp_path: Path, rotation: Callable[..., Said]
) -> None:
    done = rotation(
        "data", "snapshot", "--from", str(tmp_path / "none"), "--out", str(tmp_path / "s")
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert not (tmp_path / "s").exists()


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['rotation', '--help']\n"
        "from rotation_lib.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'altair', 'statsmodels', 'papermill', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "command",
    [
        ("build",),
        ("run",),
        ("serve",),
        ("sweep",),
        ("data", "fetch"),
        ("data", "snapshot"),
        ("diff",),
    ],
    ids=" ".join,
)
def test_no_help_names_a_folder_of_this_machine(
    rotation: Callable[..., Said], command: tuple[str, ...]
) -> None:
    said = rotation(*command, "--help")
    assert said.returncode == 0
    assert str(PROJECT_ROOT)[:8] not in said.stdout.replace("\n", "")


@pytest.mark.slow
def test_claims_as_json_hold_the_whole_record(kept_findings: Path) -> None:
    done = process("claims", "--json", ROTATION_FINDINGS=str(kept_findings))
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["schema"] == 2
    assert len(record["claims"]) == 20
    known = {f["id"] for f in record["findings"]}
    for claim in record["claims"]:
        assert set(claim["findings"]) <= known


@pytest.mark.slow
def test_claims_for_people_name_every_verdict(rotation: Callable[..., Said]) -> None:
    with at_most(200):
        done = rotation("claims", "--start", "2015-01-02", "--end", "2023-12-29")
    assert done.returncode == 0, done.stderr
    assert "strong-august-2025" in done.stdout
    assert "cannot be tested" in done.stdout


@pytest.mark.parametrize("command", [("build", "--chapter", "methods"), ("run", "methods")])
def test_nothing_is_built_in_a_folder_of_somebodys(
    command: tuple[str, ...], tmp_path: Path, rotation: Callable[..., Said]
) -> None:
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "mine.txt").write_text("mine", encoding="utf-8")
    done = rotation(*command, "--out", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: out = '{tmp_path}' cannot be used: it holds html, which no build made; "
        "choose a folder that is empty or not there yet.\n"
    )
    assert [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")] == [
        "html",
        "html/mine.txt",
    ]


def test_a_snapshot_takes_no_file_and_no_folder_of_somebodys(
    tmp_path: Path, rotation: Callable[..., Said]
) -> None:
    (tmp_path / "notes").write_text("mine", encoding="utf-8")
    for out, said in (
        (tmp_path / "notes", "it is a file"),
        (tmp_path, "it holds notes, which is no part of a snapshot"),
    ):
        done = rotation("data", "snapshot", "--from", str(tmp_path / "none"), "--out", str(out))
        assert done.returncode == 2
        assert done.stderr == (
            f"error: out = '{out}' cannot be used: {said}; "
            "choose a folder that is empty or not there yet.\n"
        )
    assert (tmp_path / "notes").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "text",
    ["risks", "risks.ipynb", "chapters/risks.ipynb", "./chapters/risks.ipynb", "chapters/risks",
     str(PROJECT_ROOT / "chapters" / "risks.ipynb")],
)  # fmt: skip
def test_a_chapter_may_be_named_by_the_path_that_completion_gives(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (PROJECT_ROOT, tmp_path):
        monkeypatch.chdir(folder)
        assert chosen_chapters([text]) == ("risks",)


def test_another_notebook_of_the_same_name_is_no_chapter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("risks.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"'risks\.ipynb' cannot be used: .*; try 'risks'\."):
        chosen_chapters(["risks.ipynb"])


def test_without_git_revisions_are_refused_and_built_folders_compared(
    tmp_path: Path, rotation: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = rotation("diff", "main", "HEAD")
    assert done.returncode == 2
    assert done.stderr == (
        "error: side = 'main' cannot be used: it is no folder and no file, and git, which knows "
        "revisions, is not installed; install git, or compare two built folders, for example "
        "_build with another.\n"
    )
    (tmp_path / "built").mkdir()
    record = {"params": {}, "findings": [], "claims": []}
    build = {**record, "dirty": False, "revision": "0123456789abcdef"}
    for name, held in (("findings.json", record), ("build.json", build)):
        (tmp_path / "built" / name).write_text(json.dumps(held), encoding="utf-8")
    done = rotation("diff", str(tmp_path / "built"), str(tmp_path / "built"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No change to the report")
