"""A clone holds the bytes that were committed, also where git is told to change the ends of lines."""

from __future__ import annotations

from pathlib import Path

from small_project import commit_all, git

from rotation_lib.project import PROJECT_ROOT

COPIED = ("Makefile", "tools/setup.sh", "chapters/risks.ipynb", "data/catalog.toml")


def test_a_clone_of_git_for_windows_holds_what_was_committed(tmp_path: Path) -> None:
    """Else the set-up stops at its second line, and every sum of the snapshot is wrong."""
    project = tmp_path / "project"
    files = {name: (PROJECT_ROOT / name).read_bytes() for name in (".gitattributes", *COPIED)}
    files |= {
        "data/snapshot/unix.csv": b"a,b\n1,2\n",
        "data/snapshot/dos.csv": b"a,b\r\n1,2\r\n",
        "data/sweep/panel.parquet": b"PAR1\r\n\n",
        "docs/page.md": b"# Title\n\nText.\n",
    }
    for name, content in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(content)
    commit_all(project, "Start", new=True)
    git(tmp_path, "clone", "--quiet", "--config", "core.autocrlf=true", "project", "clone")
    found = {name: (tmp_path / "clone" / name).read_bytes() for name in files}
    assert [name for name in files if found[name] != files[name]] == []
    assert git(tmp_path / "clone", "status", "--porcelain") == ""
