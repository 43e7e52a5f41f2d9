"""One package exchanged for another version, and the report built again: what is measured anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from small_project import NAME, rotation, small_project
from test_environment import install

from rotation_lib import environment

pytestmark = pytest.mark.slow


class Built(NamedTuple):
    """What one build left."""

    record: dict[str, Any]
    checksum: str
    kept: frozenset[str]
    chapters: frozenset[str]
    page: str


def built(project: Path, *exchanged: tuple[str, str]) -> Built:
    """Build where other versions of some packages are found first, though their code is as before."""
    before = {p.name for p in (project / "_build" / "runs" / NAME).glob("*")}
    places = []
    for name, version in exchanged:
        place = project.parent / f"{name} {version}"
        real = environment.here().packages[name]
        install(place, name, version, *real.needs)
        places.append(place)
    done = rotation(project, "build", ahead=places)
    assert done.returncode == 0, done.stderr
    html, runs = project / "_build" / "html", project / "_build" / "runs"
    findings = json.loads((html / "findings.json").read_text(encoding="utf-8"))
    record = json.loads((html / "build.json").read_text(encoding="utf-8"))
    assert findings["environment_sha256"] == record["environment_sha256"]
    return Built(
        record,
        record["environment_sha256"],
        frozenset(p.name for p in (runs / "findings").glob("*.json")),
        frozenset({p.name for p in (runs / NAME).glob("*")} - before),
        (html / "chapters" / "methods.html").read_text(encoding="utf-8"),
    )


def test_an_exchanged_package_runs_again_what_can_depend_on_it(
    tmp_path: Path, build_folder: Callable[[Path], Path]
) -> None:
    project = small_project(tmp_path / "a project")
    build_folder(project / "_build")
    first = built(project)
    assert len(first.kept) == 1 and len(first.chapters) == 1
    here = environment.here()
    assert first.record["packages"] == here.versions
    assert first.record["differences"] == here.differences

    # No study reaches Babel: chapters run again, findings are taken as they were.
    page = built(project, ("babel", "2.0.1"))
    assert page.kept == first.kept and len(page.chapters) == 1
    locked = here.packages["babel"].locked
    assert page.record["differences"]["babel"] == f"2.0.1, locked {locked}"
    assert page.record["packages"] == {**first.record["packages"], "babel": "2.0.1"}
    assert f"babel 2.0.1, locked {locked}" in page.page
    assert '<p class="page-unlocked">' in page.page

    # pandas asks for it: findings are measured again.
    number = built(project, ("python-dateutil", "2.0.1"))
    assert len(number.kept - first.kept) == 1 and len(number.chapters) == 1
    assert len({first.checksum, page.checksum, number.checksum}) == 3

    # Put back: everything is there still.
    back = built(project)
    assert back.checksum == first.checksum
    assert back.kept == number.kept and not back.chapters
    assert ("page-unlocked" in back.page) is bool(here.differences)
