"""The weekly renewal of the locks and the build in a container: every shell step run here once."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from emulated_job import Job
from small_project import git
from workflow_checkout import assert_done, assert_parses, checkout, with_origin


@pytest.fixture
def renewal(tmp_path: Path) -> Job:
    job = with_origin(checkout(tmp_path))
    job.env = {"NEW_LOCK": "new", "OPEN": "", "ARTIFACT": str(job.temp / "artifact")}
    return job


def both_jobs(job: Job) -> list[str]:
    """Renew in one checkout, propose from a fresh one, as two runners would; what is proposed."""
    assert_done(job.run("renew", "renew"), 6)
    shutil.copytree(job.folder / "proposal", job.temp / "artifact")
    job.values["needs.renew.outputs.changed"] = job.outputs["steps.new.outputs.changed"]
    git(job.folder, "reset", "--quiet", "--hard", "HEAD~1")
    assert_done(job.run("renew", "propose"), 4)
    return git(job.folder, "diff", "--name-only", "HEAD~1", "HEAD").splitlines()


def test_new_packages_are_measured_proposed_and_their_checks_started(renewal: Job) -> None:
    assert both_jobs(renewal) == ["requirements.txt"]
    assert renewal.said("python") == [["tools/lock.py", "--upgrade"]]
    # The environment is that of the old lock, then that of the new one.
    assert renewal.said("make") == [["setup"], ["setup"]]
    for call in renewal.said("rotation"):
        assert_parses(call)
    assert [call[:2] for call in renewal.said("rotation")] == [
        ["lint", "--headlines"],
        ["diff", "HEAD~1"],
    ]
    pushed = git(renewal.folder, "ls-remote", "origin", "refs/heads/renew-locks").split()[0]
    assert pushed == git(renewal.folder, "rev-parse", "HEAD")
    said = renewal.said("gh")
    assert ["pr", "create"] in [call[:2] for call in said]
    assert said[-2:] == [
        ["workflow", "run", f"{name}.yml", "--ref", "renew-locks"] for name in ("test", "report")
    ]


def test_packages_that_move_a_number_bring_headlines_and_history_along(renewal: Job) -> None:
    renewal.env |= {"MOVED": "other", "OPEN": "12"}
    assert both_jobs(renewal) == [
        "chapters/a.ipynb",
        "data/sweep/panel.parquet",
        "requirements.txt",
    ]
    assert ["pr", "edit", "renew-locks"] in [call[:3] for call in renewal.said("gh")]


def test_a_proposal_holds_nothing_that_packages_changed_besides(renewal: Job) -> None:
    (renewal.folder / "tools" / "setup.sh").write_text("curl evil\n", encoding="utf-8")
    (renewal.folder / "tools" / "uv.txt").write_text("newer\n", encoding="utf-8")
    git(renewal.folder, "add", "tools/setup.sh")
    assert both_jobs(renewal) == ["requirements.txt", "tools/uv.txt"]


def test_without_newer_packages_nothing_is_proposed(renewal: Job) -> None:
    renewal.env["NEW_LOCK"] = "old"
    assert_done(renewal.run("renew", "renew"), 3)
    assert renewal.outputs["steps.new.outputs.changed"] == "false"
    assert renewal.said("gh") == []


def test_the_container_is_read_and_built(tmp_path: Path) -> None:
    job = checkout(tmp_path)
    tool = 'mkdir -p "$3/bin"; for t in python hadolint; do ln -sf "$(command -v recorded)" "$3/bin/$t"; done'
    job.record("recorded", "")
    job.record("python", tool)
    job.record("docker", "")
    assert_done(job.run("container", "container"), 3)
    assert ["Dockerfile"] in job.said("recorded")
    targets = [re.findall(r"--target (\S+)", " ".join(call)) for call in job.said("docker")]
    assert targets == [["site"], ["test"]]
