"""A Python whose programs begin imported: each is forked from a process that imports and runs nothing.

Only third parties are imported beforehand, never a module of ours, so a program finds the sources of
its own folder. Arguments, environment, folder, open files and end are those of a real process. Where
the start itself is what a test proves, in another tongue or from a wheel, it takes the real Python.
"""

# It is run by a Python that should have begun at once: no pathlib.
# ruff: noqa: PTH100, PTH109, PTH120, PTH208
from __future__ import annotations

import json
import os
import signal
import socket
import sys
from contextlib import suppress
from select import select
from typing import Any, NoReturn

_LETTERS = 1 << 20
_FILES = 64
_STAY = b"stay"
#: Neither a plugin of pytest, which it wants to import itself, nor the kernel, which takes its parent
#: from the environment as it is imported.
_IMPORTS = """
    altair arch.bootstrap arch.univariate check_jsonschema exchange_calendars IPython jupyter_book.sphinx
    jupyter_client.provisioning.local_provisioner lxml.etree myst_nb.sphinx_ nbclient nbformat
    pandas papermill PIL.Image pyarrow.parquet pydantic rich.progress scipy.optimize scipy.stats
    sphinx.builders.html sphinx.search.en sphinx_book_theme sphinx_comments sphinx_external_toc
    statsmodels.api typer vl_convert yaml
"""
#: What a process is given at its start alone. Only a lone thread may fork.
_FIXED = {
    "PYTHONHASHSEED": "0",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
}
_STAND_IN = '#!/bin/sh\nexec "{python}" -I -S "{here}" ask "{address}" "$0" "$@"\n'


# ---- in the tests ------------------------------------------------------------------------

_kept: list[Any] = []


def python() -> str:
    """Path of a program to call in place of ``sys.executable``; all workers share its server."""
    if sys.platform != "linux" or os.environ.get("COVERAGE_PROCESS_CONFIG"):
        return sys.executable
    if not _kept:
        _kept.extend(_begun(os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))))
    return str(_kept[0])


def _begun(run: str) -> tuple[str, int]:
    import atexit
    import shutil
    import subprocess
    from pathlib import Path
    from tempfile import mkdtemp

    address = f"rotation-{run}"
    serving = [sys.executable, __file__, "serve", address]
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ROTATION_", "PYTHON"))}
    # It tells when it can be asked; of two that begin at once the later is gone again.
    subprocess.run(serving, env={**env, **_FIXED}, stdin=subprocess.DEVNULL, check=True)
    staying = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    staying.connect(f"\0{address}")
    staying.send(_STAY)
    folder = mkdtemp(prefix="preloaded ")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    program = Path(folder) / "python"
    told = _STAND_IN.format(python=sys.executable, here=__file__, address=address)
    program.write_text(told, encoding="utf-8")
    program.chmod(0o755)
    return str(program), staying.detach()  # open until this process ends


# ---- in the program that stands for Python -----------------------------------------------


def ask(address: str, itself: str, arguments: list[str]) -> NoReturn:
    """Have a program run, with all that this process was given, and end as it does."""
    if not _known(arguments):
        os.execv(sys.executable, [sys.executable, *arguments])
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    held = [int(name) for name in os.listdir("/proc/self/fd")]
    files = [number for number in held if _is_open(number)]
    order = {
        "itself": itself,
        "arguments": arguments,
        "cwd": os.getcwd(),
        "env": dict(os.environ),
        "files": files,
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LETTERS)
        server.connect(f"\0{address}")
        socket.send_fds(server, [json.dumps(order).encode()], files)
        told = server.recv(64)
    status = int(told) if told else signal.SIGKILL
    if os.WIFSIGNALED(status):
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL) if status != signal.SIGKILL else None
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status))


def _known(arguments: list[str]) -> bool:
    rest = list(arguments)
    while rest and rest[0] == "-W":
        del rest[:2]
    return bool(rest) and (rest[0] in ("-c", "-m") or not rest[0].startswith("-"))


def _is_open(number: int) -> bool:
    with suppress(OSError):
        os.fstat(number)
        return True
    return False


# ---- in the server -----------------------------------------------------------------------


def serve(address: str) -> None:
    """Import, then fork for each that asks, until no worker stays."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        listening.bind(f"\0{address}")
    except OSError:
        return
    listening.listen(64)
    if os.fork():
        os._exit(0)
    _import_all()
    staying: list[socket.socket] = []
    while _answered(listening, staying) or staying:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _answered(listening: socket.socket, staying: list[socket.socket]) -> bool:
    """Wait, and fork for each that asks; whether one did."""
    ready = select([listening, *staying], [], [])[0]
    for gone in (one for one in ready if one is not listening):
        gone.close()
        staying.remove(gone)
    if listening not in ready:
        return False
    asking = listening.accept()[0]
    order, files, _, _ = socket.recv_fds(asking, _LETTERS, _FILES)
    if order == _STAY:
        staying.append(asking)
        return True
    if os.fork() == 0:
        for other in (listening, *staying):
            other.close()
        _attend(asking, json.loads(order), files)
    for number in files:
        os.close(number)
    asking.close()
    return True


def _import_all() -> None:
    import gc
    import runpy
    from importlib import import_module
    from pathlib import Path

    del sys.path[0]
    gc.disable()
    here = Path(__file__).resolve()
    runpy.run_path(str(here.parents[1] / "rotation_lib" / "schemas.py"))
    for name in _IMPORTS.split():
        import_module(name)
    gc.collect()
    gc.freeze()
    gc.enable()
    assert len(os.listdir("/proc/self/task")) == 1, "a process with threads must not fork"


def _attend(asking: socket.socket, order: dict[str, Any], files: list[int]) -> NoReturn:
    """Fork the program; tell how it ended, or end it where nobody waits for it any more."""
    child = os.fork()
    if child == 0:
        asking.close()
        _become(order, files)
    for number in files:
        os.close(number)
    handle = os.pidfd_open(child)
    if asking in select([handle, asking], [], [])[0]:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    with suppress(OSError):
        asking.send(str(status).encode())
    os._exit(0)


def _become(order: dict[str, Any], files: list[int]) -> NoReturn:
    import atexit
    import threading
    import time

    os.setsid()
    _take_files(files, order["files"])
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.executable = order["itself"]
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    status = 1
    try:
        _open_streams()
        _run(order["arguments"])
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with suppress(Exception):
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        os._exit(status)


def _take_files(given: list[int], wanted: list[int]) -> None:
    """Open files under the numbers that they had for who asks."""
    import fcntl

    aside = [fcntl.fcntl(number, fcntl.F_DUPFD, 1000) for number in given]
    os.closerange(0, 1000)
    for number, place in zip(aside, wanted, strict=True):
        os.dup2(number, place)
        os.close(number)


def _open_streams() -> None:
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "utf-8").partition(":")
    for name, number, mode, how in (
        ("stdin", 0, "r", errors or "strict"),
        ("stdout", 1, "w", errors or "strict"),
        ("stderr", 2, "w", "backslashreplace"),
    ):
        stream = open(  # noqa: SIM115
            number, mode, encoding=encoding or "utf-8", errors=how, closefd=False,
            buffering=1 if number == 2 else -1,
        ) if _is_open(number) else None  # fmt: skip
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _run(arguments: list[str]) -> None:
    import runpy
    import types
    import warnings

    sys.warnoptions = [w for w in os.environ.get("PYTHONWARNINGS", "").split(",") if w]
    while arguments[0] == "-W":
        sys.warnoptions.append(arguments[1])
        arguments = arguments[2:]
    for told in sys.warnoptions:
        warnings._setoption(told)  # type: ignore[attr-defined]
    sys.path[:0] = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    first, *rest = arguments
    if first == "-m":
        sys.path.insert(0, os.getcwd())
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.path.insert(0, "")
        sys.argv = ["-c", *rest[1:]]
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(compile(rest[0], "<string>", "exec"), main.__dict__)
    else:
        sys.path.insert(0, os.path.dirname(os.path.abspath(first)))
        sys.argv = arguments
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        ask(sys.argv[2], sys.argv[3], sys.argv[4:])
