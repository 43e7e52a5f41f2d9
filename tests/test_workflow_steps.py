"""Every shell step of every workflow, run here once."""

from __future__ import annotations

import shutil
import stat
import sys
from pathlib import Path

import pytest
from emulated_job import Job
from small_project import git
from workflow_checkout import assert_done, assert_parses, checkout, with_origin


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return checkout(tmp_path)


@pytest.mark.parametrize(("checks", "stack"), [("test", ""), ("coverage", ""), ("test", "next")])
def test_the_test_job(job: Job, checks: str, stack: str) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    job.values |= {"matrix.python": version, "matrix.checks": checks, "matrix.stack": stack}
    if stack:
        (job.folder / ".venv").rename(job.folder / f".venv-{stack}")
    assert_done(job.run("test", "test"), 2)
    more = [f"STACK={stack}"] if stack else []
    assert job.said("make") == [["setup", *more], [checks, *more]]


def test_the_test_job_notices_another_python(job: Job) -> None:
    job.values |= {"matrix.python": "3.9", "matrix.checks": "test", "matrix.stack": ""}
    assert [d.returncode for d in job.run("test", "test")] == [1]


@pytest.mark.parametrize(
    ("python", "pip", "log", "status"),
    [
        ("3.11.2", "23.0.1", "http://127.0.0.1:9/", [0, 0]),
        ("3.11.7", "23.0.1", "http://127.0.0.1:9/", [1]),
        ("3.11.2", "26.1", "http://127.0.0.1:9/", [1]),
        ("3.11.2", "23.0.1", "", [1]),
    ],
)
def test_the_debian_job(job: Job, python: str, pip: str, log: str, status: list[int]) -> None:
    """It fails where it no longer tries what it is for."""
    job.record("apt-get", "")
    answer = f'case "$*" in *pip*) echo "pip {pip} from …" ;; *) echo "Python {python}" ;; esac'
    job.record("python", answer, ".venv/bin")
    (job.folder / ".venv" / "uv.log").write_text(log, encoding="utf-8")
    job.env["GIT_CONFIG_GLOBAL"] = str(job.temp / "gitconfig")
    assert [d.returncode for d in job.run("test", "debian")] == [0, *status]
    assert [call[0] for call in job.said("apt-get")] == ["update", "install"]
    assert job.said("make") == [[".venv/.ready-test"], ["test"]][: len(status)]


def test_the_awkward_job(job: Job) -> None:
    job.record("make", f'pwd >> "{job.temp}/places"; echo "$HOME" >> "{job.temp}/places"; umask')
    done = job.run("test", "awkward")
    assert_done(done, 2)
    clone = job.temp / "My Repörts ☂"
    assert git(clone, "config", "core.autocrlf") == "true"
    assert job.said("make") == [["report"], ["quick"]]
    places = (job.temp / "places").read_text(encoding="utf-8").splitlines()
    assert places == [str(clone), str(job.temp / "home")] * 2
    assert done[1].stdout.split() == ["0077", "0077"]
    assert stat.S_IMODE((job.temp / "home").stat().st_mode) == 0o500


def test_the_report_job(job: Job) -> None:
    job.values |= {
        "github.event.pull_request.number": "7",
        "github.event_name": "pull_request",
    }
    assert_done(job.run("report", "report"), 3)
    assert job.said("make") == [["report"]]
    (diff,) = job.said("rotation")
    assert diff[:3] == ["diff", "HEAD^1", "HEAD"]
    assert_parses(diff)
    assert (job.temp / "summary").read_text(encoding="utf-8").startswith("No change.")
    assert (job.folder / "review" / "number").read_text(encoding="utf-8") == "7\n"
    written = sorted(p.name for p in (job.folder / "review").iterdir())
    assert written == ["diff.html", "diff.json", "diff.md", "number"]


def test_a_report_asked_for_by_name_names_no_pull_request(job: Job) -> None:
    job.values["github.event_name"] = "workflow_dispatch"
    assert_done(job.run("report", "report"), 2)
    assert not (job.folder / "review" / "number").exists()


def test_the_link_job_builds(job: Job) -> None:
    assert_done(job.run("links", "links"), 1)
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


# -- the weekly renewal ---------------------------------------------------------------------


@pytest.fixture
def refresh(job: Job) -> Job:
    """The checkout, and a place it came from."""
    with_origin(job)
    job.env = {"NEW_DATA": "new", "OPEN": "", "ARTIFACT": str(job.temp / "artifact")}
    return job


def both_jobs(refresh: Job) -> None:
    """Renew in one checkout, propose from a fresh one, as two runners would."""
    assert_done(refresh.run("refresh", "renew"), 6)
    shutil.copytree(refresh.folder / "proposal", refresh.temp / "artifact")
    refresh.values["needs.renew.outputs.changed"] = refresh.outputs["steps.new.outputs.changed"]
    git(refresh.folder, "reset", "--quiet", "--hard", "HEAD~1")
    assert_done(refresh.run("refresh", "propose"), 4)


def test_new_data_are_proposed_and_their_checks_started(refresh: Job) -> None:
    both_jobs(refresh)
    for call in refresh.said("rotation"):
        assert_parses(call)
    assert [call[:2] for call in refresh.said("rotation")] == [
        ["data", "fetch"],
        ["data", "snapshot"],
        ["data", "verify"],
        ["lint", "--headlines"],
        ["sweep", "--write"],
        ["diff", "HEAD~1"],
    ]
    pushed = git(refresh.folder, "ls-remote", "origin", "refs/heads/refresh-data").split()[0]
    assert pushed == git(refresh.folder, "rev-parse", "HEAD")
    assert git(refresh.folder, "show", "HEAD:data/snapshot/manifest.json") == "new"
    assert (refresh.folder / "data" / "sweep" / "panel.parquet").read_bytes() == b"new\0"
    said = refresh.said("gh")
    assert ["pr", "create"] in [call[:2] for call in said]
    assert said[-2:] == [
        ["workflow", "run", f"{name}.yml", "--ref", "refresh-data"] for name in ("test", "report")
    ]


def test_an_open_proposal_is_renewed(refresh: Job) -> None:
    refresh.env["OPEN"] = "12"
    both_jobs(refresh)
    assert ["pr", "edit", "refresh-data"] in [call[:3] for call in refresh.said("gh")]


def test_a_proposal_holds_nothing_but_data_and_headlines(refresh: Job) -> None:
    """Whatever else a package changed in the checkout stays behind."""
    (refresh.folder / "chapters" / "a.ipynb").write_text("{}\n", encoding="utf-8")
    (refresh.folder / "Makefile").write_text("report: ; curl evil\n", encoding="utf-8")
    git(refresh.folder, "add", "Makefile")
    both_jobs(refresh)
    changed = git(refresh.folder, "diff", "--name-only", "HEAD~1", "HEAD").splitlines()
    assert changed == [
        "chapters/a.ipynb",
        "data/snapshot/manifest.json",
        "data/sweep/panel.parquet",
    ]


def test_without_new_data_nothing_is_proposed(refresh: Job) -> None:
    refresh.env["NEW_DATA"] = "old"
    assert_done(refresh.run("refresh", "renew"), 4)
    assert refresh.outputs["steps.new.outputs.changed"] == "false"
    assert refresh.said("gh") == []
    assert git(refresh.folder, "branch", "--list", "refresh-data") == ""


# -- the published site and its editions ----------------------------------------------------


def publish(site: Job, day: str, content: str) -> list[str]:
    """Publish as two runners would: build an edition of a day, then keep it on its branch."""
    shutil.rmtree(site.folder / "_build", ignore_errors=True)
    site.env |= {"EDITION": day, "CONTENT": content}
    assert_done(site.run("pages", "build"), 4)
    assert (site.folder / "_build" / "html" / "sbom.cdx.json").read_text("utf-8") == "{}\n"
    editions = sorted(p.name for p in (site.folder / "_build" / "html" / "as-of").iterdir())
    for name in ("artifact", "second"):
        shutil.rmtree(site.temp / name, ignore_errors=True)
    shutil.copytree(site.folder / "_build" / "html" / "as-of", site.temp / "artifact")
    (site.temp / "second").mkdir()
    keeper = Job(site.temp / "second", site.temp, site.values, site.env)
    assert_done(keeper.run("pages", "keep"), 3)
    return editions


def kept(site: Job, day: str) -> str:
    return git(site.temp / "a" / "remote.git", "show", f"editions:as-of/{day}/index.html")


def test_the_published_site_keeps_its_editions(refresh: Job) -> None:
    assert publish(refresh, "2026-07-31", "first") == ["2026-07-31"]
    assert publish(refresh, "2026-08-07", "second") == ["2026-07-31", "2026-08-07"]
    assert publish(refresh, "2026-08-07", "mended") == ["2026-07-31", "2026-08-07"]
    assert (kept(refresh, "2026-07-31"), kept(refresh, "2026-08-07")) == ("first", "mended")
    for call in refresh.said("rotation"):
        assert_parses(call)
        assert call == ["build", "--edition"]
    assert refresh.said("address") == [["https://a.github.io/remote/"]] * 3


def test_nothing_new_to_keep_is_no_fault(refresh: Job) -> None:
    publish(refresh, "2026-07-31", "first")
    before = git(refresh.temp / "a" / "remote.git", "rev-parse", "editions")
    publish(refresh, "2026-07-31", "first")
    assert git(refresh.temp / "a" / "remote.git", "rev-parse", "editions") == before


def test_an_edition_that_a_build_lost_stays_on_its_branch(refresh: Job) -> None:
    publish(refresh, "2026-07-31", "first")
    (refresh.temp / "second").rename(refresh.temp / "done")
    (refresh.temp / "second").mkdir()
    shutil.rmtree(refresh.temp / "artifact")
    lone = refresh.temp / "artifact" / "2026-08-07"
    lone.mkdir(parents=True)
    (lone / "index.html").write_text("second", encoding="utf-8")
    keeper = Job(refresh.temp / "second", refresh.temp, refresh.values, refresh.env)
    assert_done(keeper.run("pages", "keep"), 3)
    assert (kept(refresh, "2026-07-31"), kept(refresh, "2026-08-07")) == ("first", "second")


@pytest.mark.parametrize(("name", "before"), [("build", 0), ("keep", 1)])
def test_a_place_that_does_not_answer_stops_the_publication(
    refresh: Job, name: str, before: int
) -> None:
    """Editions must not be lost because a server was away for a moment."""
    (refresh.temp / "artifact").mkdir()
    shutil.rmtree(refresh.temp / "a" / "remote.git")
    done = refresh.run("pages", name)
    assert [d.returncode != 0 for d in done] == [False] * before + [True]
