"""Chapters in processes forked from one that has imported everything and run nothing.

Starting an interpreter and importing costs more than most chapters. One process imports once,
while it is alone; each chapter then gets two forks of it, one for papermill and one for the
kernel, so that no chapter sees what another left behind. It must never fork while a second
thread is alive, nor run a chapter in the process that is forked.
"""

from __future__ import annotations

import gc
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules
from types import TracebackType
from typing import NoReturn

from ...project import CHAPTER_NAMES, START, THEMES, drawing, measuring
from .child import die_with_parent

#: Letters of one job on its way to the server, at most.
_LETTERS = 1 << 20
_READY = b"ready"
#: Third parties that chapters use, and what runs them.
_IMPORTS = (
    "altair",
    "arch.bootstrap",
    "exchange_calendars",
    "ipykernel.kernelapp",
    "jupyter_client.provisioning.local_provisioner",
    "nbclient",
    "nbformat",
    "pandas",
    "papermill",
    "pyarrow.parquet",
    "scipy.optimize",
    "scipy.stats",
    "statsmodels.api",
)
#: What of ours runs a chapter, whatever it is about.
_OURS = (
    "rotation_lib.chapter",
    "rotation_lib.publish.execute.forked",
    "rotation_lib.publish.execute.run",
)
#: Floors with a module or a package for some of the chapters, beside the themes' own rooms.
_FLOORS = ("rotation_lib.charts", "rotation_lib.narrative")
_PROGRAM = (
    "import sys; from rotation_lib.publish.execute.warm import serve; serve(int(sys.argv[1]))"
)
#: The environment of those processes. One thread everywhere: sums stay the same to the bit, and
#: only a lone thread may fork.
SINGLE = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYTHONHASHSEED": "0",
    # What a chapter frees goes back to the system, for its neighbour to use.
    **dict.fromkeys(("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"), "65536"),
}


class Nursery:
    """The process that is forked, seen from the build; used in a ``with`` block.

    Where forking is not safe, or the process cannot be had, :attr:`usable` is false and chapters
    take ordinary kernels.
    """

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to import, if that has not begun: while the build still reads its data."""
        # Forked frameworks of macOS crash; Windows cannot fork.
        if sys.platform != "linux" or self._process is not None:
            return
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(theirs.fileno())],
                cwd=START,
                env={**os.environ, **SINGLE},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the build, which then ends this
            )

    @property
    def usable(self) -> bool:
        """Whether chapters can be forked; waits until all is imported."""
        self.start()
        if self._socket is None:
            return False
        try:
            self._socket.send(b"?")
            return self._socket.recv(len(_READY)) == _READY
        except OSError:
            return False

    def begin(self, work: Callable[..., object], *arguments: object) -> int:
        """Run ``work(*arguments)`` in a fork.

        Args:
            work: a function of a module; so are its arguments and its result: they are pickled.
            arguments: for it.

        Returns:
            A file descriptor to read until its end: the pickled result, or nothing if the process
            died.
        """
        assert self._socket is not None
        ours, theirs = os.pipe()
        try:
            socket.send_fds(self._socket, [pickle.dumps((work, arguments))], [theirs])
        finally:
            os.close(theirs)
        return ours

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            if kind is not None:
                self._process.terminate()  # a build that is refused does not wait for imports
            self._process.wait()


def serve(number: int) -> None:
    """Import everything, then fork for each job until the build goes away.

    Args:
        number: file descriptor of the socket to the build.
    """
    control = socket.socket(fileno=number)
    sys.path[:] = [place for place in sys.path if place]  # as a kernel has it
    gc.disable()  # nearly all that is imported stays: looking for garbage is a fifth of the time
    _import_all()
    _read_data()
    gc.collect()
    gc.enable()
    gc.freeze()  # what all share is not copied when a fork collects garbage
    alone = len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208
    while True:
        order, handed, _, _ = socket.recv_fds(control, _LETTERS, 1)
        if not order:
            return  # forks die with this process
        if not handed:
            control.send(_READY if alone else b"no")
            continue
        if os.fork() == 0:
            control.close()
            _work(order, handed[0])
        os.close(handed[0])
        _reap()


def _import_all() -> None:
    import_module("rotation_lib.publish.source.lean")  # first: altair takes the schemas it imports
    for name in (*_IMPORTS, *_OURS):
        import_module(name)
    for floor in _FLOORS:
        for found in iter_modules(import_module(floor).__path__):
            if found.name in CHAPTER_NAMES:
                import_module(f"{floor}.{found.name}")
    for theme in THEMES:
        import_module(measuring(theme))
        import_module(drawing(theme))


def _read_data() -> None:
    """Read the snapshot and what is installed, so that all chapters share one copy of it."""
    from ...environment import here
    from ...errors import RotationError
    from ...market import Market
    from ...params import ReportParams

    with suppress(RotationError):  # what is wrong is told by the build, which reads it too
        Market.load(ReportParams())
        here()


def _reap() -> None:
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return


def _work(order: bytes, result: int) -> NoReturn:
    """In the first fork: run one job, hand over its result, be gone."""
    status = 1
    try:
        die_with_parent()
        os.nice(3)  # the build compiles charts meanwhile; none should be left when all have run
        from .forked import offer_kernel

        offer_kernel(result)
        work, arguments = pickle.loads(order)
        with open(result, "wb") as pipe:
            pickle.dump(work(*arguments), pipe)
        status = 0
    finally:
        os._exit(status)
