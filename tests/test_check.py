"""How ``make test`` runs its steps."""

from __future__ import annotations

import importlib.util

import pytest

from rotation_lib.project import PROJECT_ROOT

_SPEC = importlib.util.spec_from_file_location("check", PROJECT_ROOT / "tools" / "check.py")
assert _SPEC is not None and _SPEC.loader is not None
check = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(check)


def test_what_a_step_compiles_is_kept_for_the_next(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    check.run(["python", "-c", "import sys; print(sys.dont_write_bytecode)"])
    assert capfd.readouterr().out.splitlines()[1] == "False"


def test_a_step_that_fails_is_named_and_stops_the_rest(
    capfd: pytest.CaptureFixture[str],
) -> None:
    failing = ["python", "-c", "print('what it said'); raise SystemExit(3)"]
    with pytest.raises(SystemExit) as ended:
        check.run(failing, quiet=True)
    assert ended.value.code == 1
    assert capfd.readouterr().out.splitlines()[0] == "what it said"
