"""A network of the tests' own, in which nothing but this computer can be reached.

Where the system allows it, the process moves into an empty network namespace with a
loopback device: Python, libcurl, Chromium and every child then have no way out, whatever
they try. Where it does not (macOS, some containers), Python's own sockets are refused by
an audit hook, and libcurl and children are only held back by a proxy that nobody serves.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 0x1
#: Addresses set aside for documentation: nobody has them.
ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
LOOPBACK = ("127.0.0.1", "::1", "localhost", "")


def has_way_out() -> bool:
    """Whether a packet could leave; nothing is sent."""
    for family, address in ELSEWHERE:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            return True
    return False


def leave_the_network() -> bool:
    """Move this process, and all it will start, into a network of its own; whether it is in one.

    To be called before the process has threads: the system grants a user who is no
    administrator a namespace only then.
    """
    if not has_way_out():
        return True
    # Tried by a child first: a namespace in which loopback cannot be raised is of no use.
    command = [sys.executable, "-I", __file__]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        return False
    return _enter()


def _enter() -> bool:
    user, group = os.getuid(), os.getgid()
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(NEW_NETWORK) != 0:
        if library.unshare(NEW_USER | NEW_NETWORK) != 0:
            return False
        # Files go on belonging to whom they belonged.
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    _raise_loopback()
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    return not has_way_out()


def _raise_loopback() -> None:
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        asked = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, GET_FLAGS, asked))[1]
        fcntl.ioctl(control, SET_FLAGS, struct.pack("16sh14x", b"lo", flags | UP))


def refuse_other_computers() -> None:
    """From now on, Python may neither connect, send nor ask for a name outside this computer."""

    near = {*LOOPBACK, socket.gethostname()}

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in ("socket.connect", "socket.sendto"):
            address = arguments[1]
            host = address[0] if isinstance(address, tuple) else None  # a file is no computer
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            host = arguments[0]
        else:
            return
        name = host.decode() if isinstance(host, bytes) else host
        if isinstance(name, str) and name not in near:
            raise RuntimeError(f"a test tried to reach {name}, outside this computer")

    sys.addaudithook(hook)


if __name__ == "__main__":
    sys.exit(0 if _enter() else 1)

#: Whether nothing but this computer can be reached; settled by the first import.
ALONE = leave_the_network()
