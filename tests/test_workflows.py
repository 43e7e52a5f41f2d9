"""The workflows: pinned, with least permissions, no secret within reach of a fork, and every shell
step run here once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
from emulated_job import WORKFLOWS, Job, workflow
from small_project import commit_all, git

from rotation_lib.cli import app
from rotation_lib.project import PROJECT_ROOT

NAMES = sorted(path.stem for path in WORKFLOWS.glob("*.yml"))
#: What each job may do beyond reading the sources.
RIGHTS = {
    ("comment", "comment"): {"actions": "read", "pull-requests": "write"},
    ("pages", "deploy"): {"pages": "write", "id-token": "write"},
    ("refresh", "refresh"): {"contents": "write", "pull-requests": "write"},
}


def jobs() -> list[tuple[str, str]]:
    return [(name, job) for name in NAMES for job in workflow(name)["jobs"]]


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def test_the_workflows_are_those_that_are_promised() -> None:
    assert NAMES == ["comment", "links", "pages", "refresh", "report", "test"]


def test_workflows_follow_their_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    files = [str(path) for path in WORKFLOWS.glob("*.yml")]
    done = subprocess.run(
        [*command, "vendor.github-workflows", *files], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_actions_are_pinned_by_commit_with_their_version_beside(name: str) -> None:
    text = (WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (.*)", text)
    assert len(used) == sum("uses" in step for step in steps(name))
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@pytest.mark.parametrize(("name", "job"), jobs())
def test_permissions_are_the_least(name: str, job: str) -> None:
    held = workflow(name)
    assert held["permissions"] in ({}, {"contents": "read"})
    assert held["jobs"][job].get("permissions", {}) == RIGHTS.get((name, job), {})
    assert held["jobs"][job]["timeout-minutes"] <= 90


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_within_reach_of_a_pull_request(name: str) -> None:
    held = workflow(name)
    text = (WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8")
    assert "pull_request_target" not in held["on"]
    if "pull_request" in held["on"]:
        assert "secrets." not in text
        assert "github.token" not in text
        assert "write" not in str(held["permissions"])
    if "workflow_run" in held["on"]:
        # It has a token, so it may not run anything that a pull request brought along.
        assert not any("checkout" in str(step.get("uses")) for step in steps(name))


@pytest.mark.parametrize("name", NAMES)
def test_checkouts_keep_no_token_and_scripts_hold_no_expression(name: str) -> None:
    for step in steps(name):
        if "actions/checkout@" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False
        assert "${{" not in step.get("run", "")


def test_every_supported_python_is_tested() -> None:
    matrix = workflow("test")["jobs"]["test"]["strategy"]["matrix"]["python"]
    text = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'requires-python = ">=3.11,<3.14"' in text
    assert matrix == ["3.11", "3.12", "3.13"]


# -- every shell step, run here -----------------------------------------------------------

#: The real make says whether there is such a target, without making it.
MAKE = f'command -p make --dry-run --directory "{PROJECT_ROOT}" "$@"'


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A checkout with two commits, and recorders for what takes long or reaches out."""
    folder = tmp_path / "a checkout"
    snapshot = folder / "data" / "snapshot"
    snapshot.mkdir(parents=True)
    (folder / "chapters").mkdir()
    (folder / ".gitignore").write_text("/.venv/\n/review/\n", encoding="utf-8")
    (snapshot / "manifest.json").write_text("old\n", encoding="utf-8")
    commit_all(folder, "Before", new=True)
    commit_all(folder, "After")
    made = Job(folder, tmp_path / "runner")
    made.temp.mkdir()
    made.record("make", MAKE)
    made.record("python", f'echo "Python {sys.version.split()[0]}"', ".venv/bin")
    made.record("rotation", ROTATION, ".venv/bin")
    made.record("gh", GH)
    return made


#: Leaves what each command leaves.
ROTATION = """
case "$1 $2" in
  "data snapshot") printf '%s\\n' "$NEW_DATA" > data/snapshot/manifest.json ;;
  "diff "*)
    while [ $# -gt 0 ]; do
      if [ "$1" = --out ]; then
        mkdir -p "$(dirname "$2")"
        echo "No change. <!-- rotation diff -->" > "$2"
      fi
      shift
    done ;;
esac
"""
#: Answers as GitHub would.
GH = """
case "$1 $2" in
  "run download")
    mkdir -p review
    printf '%s' "$TEXT" > review/diff.md
    printf '%s\\n' "$NUMBER_SENT" > review/number ;;
  "api repos/"*/pulls/*) echo "$HEAD_NOW" ;;
  "api --paginate") echo "$COMMENT" ;;
  "pr list") echo "$OPEN" ;;
esac
"""


def assert_parses(arguments: list[str]) -> None:
    """The real command line accepts these arguments."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        name, *arguments = arguments
        command = command.commands[name]
    command.make_context(command.name, list(arguments))


def assert_done(done: list[subprocess.CompletedProcess[str]], count: int) -> None:
    assert [d.returncode for d in done] == [0] * count, [d.stderr for d in done]


def test_the_test_job(job: Job) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    job.values["matrix.python"] = version
    assert_done(job.run("test", "test"), 2)
    assert job.said("make") == [["setup"], ["test"]]


def test_the_test_job_notices_another_python(job: Job) -> None:
    job.values["matrix.python"] = "3.9"
    assert [d.returncode for d in job.run("test", "test")] == [1]


def test_the_report_job(job: Job) -> None:
    job.values["github.event.pull_request.number"] = "7"
    assert_done(job.run("report", "report"), 3)
    assert job.said("make") == [["report"]]
    (diff,) = job.said("rotation")
    assert diff[:3] == ["diff", "HEAD^1", "HEAD"]
    assert_parses(diff)
    assert (job.temp / "summary").read_text(encoding="utf-8").startswith("No change.")
    assert (job.folder / "review" / "number").read_text(encoding="utf-8") == "7\n"
    written = sorted(p.name for p in (job.folder / "review").iterdir())
    assert written == ["diff.html", "diff.json", "diff.md", "number"]


@pytest.mark.parametrize("name", ["pages", "links"])
def test_jobs_that_only_build(job: Job, name: str) -> None:
    (first, *_) = workflow(name)["jobs"]
    assert_done(job.run(name, first), 1)
    assert job.said("make") == [["report"]]


@pytest.fixture
def comment(job: Job) -> Job:
    job.values |= {
        "github.token": "t",
        "github.repository": "a/b",
        "github.event.workflow_run.id": "99",
        "github.event.workflow_run.head_sha": "f" * 40,
    }
    job.env = {
        "TEXT": "Changed. <!-- rotation diff -->",
        "NUMBER_SENT": "7",
        "HEAD_NOW": "f" * 40,
        "COMMENT": "",
    }
    return job


def test_a_first_comment_is_written(comment: Job) -> None:
    assert_done(comment.run("comment", "comment"), 3)
    last = comment.said("gh")[-1]
    assert last[:4] == ["api", "--method", "POST", "repos/a/b/issues/7/comments"]
    assert "body=@review/diff.md" in last


def test_a_later_comment_renews_the_first(comment: Job) -> None:
    comment.env["COMMENT"] = "1234"
    assert_done(comment.run("comment", "comment"), 3)
    last = comment.said("gh")[-1]
    assert last[:4] == ["api", "--method", "PATCH", "repos/a/b/issues/comments/1234"]


@pytest.mark.parametrize(
    ("name", "value", "steps_run"),
    [
        ("NUMBER_SENT", "7; rm -rf /", 2),
        ("NUMBER_SENT", "7\n8", 2),
        ("NUMBER_SENT", "", 2),
        ("HEAD_NOW", "e" * 40, 2),
        ("TEXT", "Buy now.", 3),
    ],
)
def test_a_forged_artifact_is_not_posted(
    comment: Job, name: str, value: str, steps_run: int
) -> None:
    comment.env[name] = value
    done = comment.run("comment", "comment")
    assert len(done) == steps_run
    assert done[-1].returncode != 0
    assert not any("--method" in call for call in comment.said("gh"))


@pytest.fixture
def refresh(job: Job) -> Job:
    remote = job.temp / "remote.git"
    git(job.temp, "init", "--quiet", "--bare", str(remote))
    git(job.folder, "remote", "add", "origin", str(remote))
    job.values |= {
        "github.token": "t",
        "github.repository": "a/b",
        "secrets.FRED_API_KEY": "k",
    }
    job.env = {"NEW_DATA": "new", "OPEN": ""}
    return job


def test_new_data_are_proposed(refresh: Job) -> None:
    assert_done(refresh.run("refresh", "refresh"), 8)
    for call in refresh.said("rotation"):
        assert_parses(call)
    assert [call[:2] for call in refresh.said("rotation")] == [
        ["data", "fetch"],
        ["data", "snapshot"],
        ["data", "verify"],
        ["lint", "--headlines"],
        ["diff", "HEAD~1"],
    ]
    pushed = git(refresh.folder, "ls-remote", "origin", "refs/heads/refresh-data").split()[0]
    assert pushed == git(refresh.folder, "rev-parse", "HEAD")
    assert git(refresh.folder, "show", "HEAD:data/snapshot/manifest.json") == "new"
    assert refresh.said("gh")[-1][:2] == ["pr", "create"]


def test_an_open_proposal_is_renewed(refresh: Job) -> None:
    refresh.env["OPEN"] = "12"
    assert_done(refresh.run("refresh", "refresh"), 8)
    assert refresh.said("gh")[-1][:3] == ["pr", "edit", "refresh-data"]


def test_without_new_data_nothing_is_proposed(refresh: Job) -> None:
    refresh.env["NEW_DATA"] = "old"
    assert_done(refresh.run("refresh", "refresh"), 4)
    assert refresh.said("gh") == []
    assert git(refresh.folder, "branch", "--list", "refresh-data") == ""
