"""Terminals that know fewer signs, and words of other versions: no output ends in a traceback."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from live_world import NOW, pull_of
from standin import serving
from test_live_faults import fill

from rotation_lib import cli, terminal
from rotation_lib.doctor import Check
from rotation_lib.signs import json_for, plain
from rotation_lib.store.files import Store

Said = Callable[..., tuple[int, str, str]]
ENCODINGS = ["ascii", "latin-1", "cp437", "utf-8"]
#: Left by a version that knows more outcomes, and says more of each.
NEWER = {"outcome": "postponed – [bold]until\x1b[31m tomorrow", "why": ["a", "list"]}


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a store in whose log another version of the program left words of its own."""
    folder = tmp_path_factory.mktemp("newer")
    with serving(NOW) as server:
        fill(server, 130)
        pull = pull_of(server, folder)
        pull.run(["IWM", "DGS10", "QQQ"])
    path = pull.store.folder / "attempts.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    held["IWM"] |= NEWER
    path.write_text(json.dumps(held), encoding="utf-8")
    return pull.store.folder


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """Status, output and errors of the command line on a terminal of an encoding."""

    def run(encoding: str, *arguments: str) -> tuple[int, str, str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        monkeypatch.setattr(sys, "argv", ["rotation", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        texts = []
        for stream in (out, err):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode(encoding))  # type: ignore[attr-defined]
        monkeypatch.undo()
        return int(ended.value.code or 0), *texts

    return run


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_table_is_shown_on_every_terminal(
    encoding: str, newer: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status, a refusal that repeats what was typed, and help; the texts can be read."""
    monkeypatch.setenv("ROTATION_STORE", str(newer))
    code, out, err = said(encoding, "data", "status")
    assert code == 0 and err == ""
    dash = "–" if encoding == "utf-8" else "-"
    assert "never fetched" in out
    assert f"another version of this program says 'postponed {dash} [bold]until\\x1b[31m" in out
    assert "fetch again later" in out
    code, _, err = said(encoding, "build", "--start", "“früh” – 😀")
    assert code == 2 and err.startswith("error: start = ") and err.count("\n") == 1
    code, out, _ = said(encoding, "--help")
    assert code == 0 and "serve" in out


@pytest.mark.slow
def test_a_whole_process_without_a_word_of_the_language(newer: Path) -> None:
    """As a job that is started by the system sees it: LANG=C, and nothing made good by Python."""
    env = {"ROTATION_STORE": str(newer), "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-m", "rotation_lib", "data", "status"],
        env=env,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0 and done.stderr == b""
    assert b"postponed - [bold]" in done.stdout and done.stdout.isascii()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_every_view_prints(encoding: str, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts of findings hold minus signs, dashes and quotation marks."""
    odd = "−3 % – “so” … é × 😀"

    def show() -> list[Check]:
        claim = {"id": "a", "verdict": "holds", "robust": False, "sentence": odd}
        terminal.ledger_view({"data_through": odd, "claims": [claim]})
        terminal.sweep_view([{"kind": "claim", "id": odd, "as_of": 1, "verdict": "holds"}])
        terminal.verify_view([("store", 1, "–", 1)])
        return [Check("a", "ok", odd)]

    monkeypatch.setattr("rotation_lib.doctor.examine", show)
    code, out, err = said(encoding, "doctor")
    assert (code, err) == (0, "")
    accent = "é" if encoding == "latin-1" else "e"
    times = "×" if encoding == "latin-1" else "x"
    assert out.count(f'-3 % - "so" ... {accent} {times} \\U0001f600') == 4


def test_what_follows_a_newer_versions_word_is_mended_by_a_fetch(
    newer: Path, tmp_path: Path
) -> None:
    """As the status says: the next fetch writes a word of this version, and keeps the others."""
    import shutil

    shutil.copytree(newer, tmp_path / "store")
    assert Store(newer).attempts()["IWM"].outcome == "stale"
    with serving(NOW) as server:
        fill(server, 130)
        pull = pull_of(server, tmp_path)
        pull.run(["IWM"])
    held = {key: attempt.outcome for key, attempt in pull.store.attempts().items()}
    assert held == {"IWM": "unchanged", "DGS10": "ok", "QQQ": "missing"}


def test_signs_have_a_likeness() -> None:
    assert plain("2010–2024: −3 % → “so” … Žižek’s 😀 \udcff") == (
        '2010-2024: -3 % -> "so" ... Zizek\'s \\U0001f600 \\udcff'
    )


def test_json_stays_json_on_any_stream() -> None:
    text = json.dumps({"a": "–é😀"}, ensure_ascii=False)
    for encoding in ("ascii", "latin-1"):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        told = json_for(stream, text)
        assert told.isascii() and json.loads(told) == {"a": "–é😀"}
    assert json_for(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), text) == text
