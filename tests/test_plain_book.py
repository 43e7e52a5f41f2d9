"""Jupyter Book by itself: the book that it makes says that nothing was executed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from small_project import NAME, small_project

from rotation_lib.errors import ParameterError
from rotation_lib.project import PROJECT_ROOT
from rotation_lib.publish.finish.check import local_references
from rotation_lib.publish.owned import names, refuse_foreign
from rotation_lib.publish.pages.docs import settings
from rotation_lib.publish.swap import put

SAID = "Nothing was executed for this book: it shows code without results. The report is made by "


@pytest.mark.slow
def test_a_plain_build_says_on_every_page_that_nothing_was_executed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = small_project(tmp_path / "a project")
    done = subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", "."],
        cwd=project,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    log = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    assert f"WARNING: {SAID}'rotation build' (or 'make report')." in log
    html = project / "_build" / "html"
    for page in ("search.html", "chapters/methods.html", f"chapters/{NAME}.html"):
        text = " ".join((html / page).read_text(encoding="utf-8").split())
        assert f"{SAID}<code>rotation build</code> (or <code>make report</code>)." in text
        assert "data-pst-announcement-url" not in text  # it comes from no other host
        assert all(path.exists() for _, path in local_references(html / page))
    # The command that it names finds its place taken by a site that it may replace.
    listed = json.loads((html / ".not-executed.json").read_text(encoding="utf-8"))["files"]
    assert {*listed, ".not-executed.json"} == set(names(html))
    monkeypatch.setattr("rotation_lib.publish.owned.BUILD", project / "_build")
    refuse_foreign(project / "_build")
    (html / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"its html holds mine\.txt, which no build made"):
        refuse_foreign(project / "_build")
    (html / "mine.txt").unlink()
    (tmp_path / "new").mkdir()
    put(tmp_path / "new", html)
    assert list(names(html)) == []


def test_a_build_of_the_report_leaves_all_of_that_out(tmp_path: Path) -> None:
    theirs = yaml.safe_load((PROJECT_ROOT / "_config.yml").read_text(encoding="utf-8"))
    ours = yaml.safe_load(settings(PROJECT_ROOT))
    assert theirs["sphinx"].pop("local_extensions") == {"not_executed": "tools/sphinx"}
    assert theirs["sphinx"]["config"]["extensions"].pop() == "not_executed"
    assert ours == theirs


@pytest.mark.slow
def test_no_page_of_the_report_says_that_nothing_was_executed(small_site: Path) -> None:
    pages = [path.read_text(encoding="utf-8") for path in small_site.rglob("*.html")]
    assert len(pages) > 5
    assert not [page for page in pages if "Nothing was executed" in page]
