"""A made-up checkout in which the shell steps of a workflow run, with recorders of what reaches out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import typer.main
from emulated_job import Job
from small_project import commit_all, git

from rotation_lib.cli import app
from rotation_lib.project import PROJECT_ROOT

#: The real make says whether there is such a target, without making it.
MAKE = f"""
command -p make --dry-run --directory "{PROJECT_ROOT}" "$@"
case "$1" in
  sbom) mkdir -p _build; echo '{{}}' > _build/sbom.cdx.json ;;
esac
"""


def checkout(tmp_path: Path) -> Job:
    """A checkout with two commits, and recorders for what takes long or reaches out."""
    folder = tmp_path / "a checkout"
    snapshot = folder / "data" / "snapshot"
    snapshot.mkdir(parents=True)
    (folder / "chapters").mkdir()
    sweep = folder / "data" / "sweep"
    sweep.mkdir()
    (sweep / "panel.parquet").write_bytes(b"old\0")
    (folder / "chapters" / "a.ipynb").write_text("old\n", encoding="utf-8")
    (folder / "requirements.txt").write_text("old\n", encoding="utf-8")
    (folder / "tools").mkdir()
    (folder / "tools" / "uv.txt").write_text("old\n", encoding="utf-8")
    ignored = "/.venv/\n/_build/\n/review/\n/proposal/\n"
    (folder / ".gitignore").write_text(ignored, encoding="utf-8")
    (snapshot / "manifest.json").write_text("old\n", encoding="utf-8")
    commit_all(folder, "Before", new=True)
    commit_all(folder, "After")
    made = Job(folder, tmp_path / "runner")
    made.temp.mkdir()
    made.record("make", MAKE)
    made.record("python", PYTHON, ".venv/bin")
    made.record("rotation", ROTATION, ".venv/bin")
    made.record("gh", GH)
    return made


def with_origin(job: Job) -> Job:
    """Give the checkout a place that it came from."""
    remote = job.temp / "a" / "remote.git"
    remote.parent.mkdir()
    git(job.temp, "init", "--quiet", "--bare", str(remote))
    git(job.folder, "remote", "add", "origin", str(remote))
    git(job.folder, "push", "--quiet", "origin", "main")
    job.values |= {
        "github.token": "t",
        "github.repository": "a/remote",
        "github.run_id": "5",
        "github.server_url": f"file://{job.temp}",
        "github.repository_owner": "a",
        "github.event.repository.name": "remote",
        "secrets.FRED_API_KEY": "k",
    }
    return job


#: Says its version, and makes the locks as the newest packages are.
PYTHON = f"""
case "$1" in
  tools/lock.py) printf '%s\\n' "$NEW_LOCK" > requirements.txt ;;
  *) echo "Python {sys.version.split()[0]}" ;;
esac
"""
#: Leaves what each command leaves.
ROTATION = """
case "$1 $2" in
  "data snapshot") printf '%s\\n' "$NEW_DATA" > data/snapshot/manifest.json ;;
  "lint --headlines") [ -z "${MOVED:-}" ] || printf '%s\\n' "$MOVED" > chapters/a.ipynb ;;
  "sweep --write") printf 'new\\000' > data/sweep/panel.parquet ;;
  "build --edition")
    printf '%s\\n' "$ROTATION_SITE_URL" >> "$RUNNER_TEMP/address.log"
    mkdir -p "_build/html/as-of/$EDITION"
    printf '%s' "$CONTENT" > "_build/html/as-of/$EDITION/index.html" ;;
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
    case "$*" in *review*) ;; *)
      while [ "$1" != --dir ]; do shift; done
      mkdir -p "$2"
      cp -R "$ARTIFACT/." "$2"
      exit ;;
    esac
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
