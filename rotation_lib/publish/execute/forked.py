"""A kernel that was forked before its chapter began, in place of a new interpreter.

Papermill and its client take it for any local kernel: the same messages, interrupts, timeouts and
death. It is used in forks of :mod:`rotation_lib.publish.execute.warm` only, once each.
"""

from __future__ import annotations

import os
import pickle
import signal
import socket
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from typing import Any, cast

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from .child import die_with_parent

_NAME = "rotation-forked"
_LAUNCHER = "ipykernel_launcher"


class WaitingKernel:
    """A fork that becomes a kernel when it is told how; afterwards like a ``Popen``."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, control: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._control = control

    def become(self, arguments: list[str], cwd: str, env: Mapping[str, str]) -> None:
        """Start the kernel with the launcher's arguments, in a folder and an environment."""
        with self._control:
            self._control.sendall(pickle.dumps((arguments, cwd, dict(env))))

    def poll(self) -> int | None:
        """Exit status, or ``None`` while it lives."""
        return self._exited(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int | None:
        """Exit status, waited for; the timeout is the caller's."""
        return self._exited(0)

    def _exited(self, how: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, how)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal while it lives."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class ForkedKernel(LocalProvisioner):
    """Gives a notebook the kernel that was forked for it; any further one is an ordinary one."""

    waiting: WaitingKernel | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Launch the kernel; see the base class."""
        kernel, ForkedKernel.waiting = ForkedKernel.waiting, None
        if kernel is None or _LAUNCHER not in cmd:
            return await super().launch_kernel(cmd, **kwargs)
        cwd = str(kwargs.get("cwd") or os.getcwd())  # noqa: PTH109
        kernel.become(cmd[cmd.index(_LAUNCHER) + 1 :], cwd, kwargs.get("env") or os.environ)
        self.process = cast(Any, kernel)
        self.pid = self.pgid = kernel.pid  # it leads its own session
        self.cwd = cwd
        return self.connection_info


def offer_kernel(result: int) -> None:
    """Fork a kernel now, for the notebook that this process is about to execute.

    Args:
        result: file descriptor that the kernel must not hold open.
    """
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        os.close(result)
        _wait_to_be_kernel(theirs)
    theirs.close()
    ForkedKernel.waiting = WaitingKernel(pid, ours)
    entry = EntryPoint(_NAME, f"{__name__}:ForkedKernel", KernelProvisionerFactory.GROUP_NAME)
    KernelProvisionerFactory.provisioners[_NAME] = entry
    os.environ[KernelProvisionerFactory.default_provisioner_name_env] = _NAME


def _wait_to_be_kernel(control: socket.socket) -> None:
    status = 1
    try:
        os.setsid()
        die_with_parent()
        with control:
            order = b"".join(iter(lambda: control.recv(1 << 16), b""))
        if order:
            _be_kernel(*pickle.loads(order))
        status = 0
    finally:
        os._exit(status)


def _be_kernel(arguments: list[str], cwd: str, env: Mapping[str, str]) -> None:
    """What ``python -m ipykernel_launcher`` does in a new interpreter."""
    import sys

    from ipykernel.kernelapp import launch_new_instance

    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = [_LAUNCHER, *arguments]
    launch_new_instance()
