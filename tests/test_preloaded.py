"""What stands for Python in tests: it gives a program all that a process has, and ends as it does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from preloaded import python

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or "COVERAGE_PROCESS_CONFIG" in os.environ,
        reason="here it is Python itself",
    ),
]


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([python(), *arguments], capture_output=True, text=True, **options)  # type: ignore[call-overload,no-any-return]


def test_a_program_has_what_it_is_given_and_tells_how_it_ended(tmp_path: Path) -> None:
    told = (
        "import os, sys; print(sys.argv, os.getcwd(), os.environ['A'], sys.stdin.read());"
        "print('aside', file=sys.stderr); sys.exit(3)"
    )
    env = {"PATH": os.environ["PATH"], "A": "a value"}
    done = run("-c", told, "one", cwd=tmp_path, env=env, input="typed")
    assert done.stdout == f"['-c', 'one'] {tmp_path} a value typed\n"
    assert (done.stderr, done.returncode) == ("aside\n", 3)
    assert run("-c", "import os; os.kill(os.getpid(), 15)").returncode == -15
    assert run("-c", "1 / 0").stderr.endswith("ZeroDivisionError: division by zero\n")


def test_modules_are_imported_but_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "rotation_lib.py").write_text("print('from a copy')", encoding="utf-8")
    told = "import sys; print('pandas' in sys.modules, 'rotation_lib' in sys.modules)"
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    assert run("-c", told, env=env).stdout == "True False\n"
    assert run("-m", "rotation_lib", env=env, cwd=tmp_path).stdout == "from a copy\n"


def test_files_that_are_passed_on_keep_their_numbers() -> None:
    ours, theirs = os.pipe()
    run("-c", f"import os; os.write({theirs}, b'said')", pass_fds=[theirs])
    os.close(theirs)
    assert os.read(ours, 99) == b"said"
    os.close(ours)


def test_warnings_can_be_errors_and_other_options_go_to_the_real_python() -> None:
    warned = "import warnings; warnings.warn('x')"
    assert run("-W", "error", "-c", warned).returncode == 1
    real = run("-X", "utf8=0", "-c", "import sys; print(sys.executable)")
    assert real.stdout == f"{sys.executable}\n"


def test_a_program_nobody_waits_for_any_more_is_ended(tmp_path: Path) -> None:
    place = tmp_path / "pid"
    told = f"import os, time; open({str(place)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    waiting = subprocess.Popen([python(), "-c", told])
    while not (place.is_file() and place.read_text()):
        time.sleep(0.02)
    waiting.kill()
    waiting.wait()
    program = Path(f"/proc/{place.read_text()}/stat")
    while program.is_file() and program.read_text().rsplit(")", 1)[1].split()[0] != "Z":
        time.sleep(0.02)
