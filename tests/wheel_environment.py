"""The project as strangers have it: a wheel, and an environment that knows no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import distribution
from pathlib import Path

from small_project import copy_of_project

NAME = "small_cap_rotation"
PIP = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps")


def wheel_of(project: Path, folder: Path) -> Path:
    """The wheel of a folder of sources, built by the packages of this environment."""
    run(sys.executable, "-m", "pip", "wheel", *PIP, "--no-build-isolation", "-w", folder, project)
    return found(folder)


def found(folder: Path) -> Path:
    """The one wheel in a folder."""
    (wheel,) = folder.glob("*.whl")
    return wheel


class Installed:
    """An environment with the wheel in it, which lies in a checkout as ``.venv`` often does.

    All other packages are those of this environment, by links; its editable install is not.
    """

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.checkout = folder / "a checkout"
        self.wheel = wheel
        self.prefix = self.checkout / ".venv"
        self.python = self.prefix / "bin" / "python"
        self.command = self.prefix / "bin" / "rotation"
        here = f"python{sys.version_info.major}.{sys.version_info.minor}"
        self.packages = self.prefix / "lib" / here / "site-packages"
        self.package = self.packages / "rotation_lib"

    def make(self) -> Installed:
        """Lay out the checkout and the environment, and install the wheel."""
        copy_of_project(self.checkout)
        venv.create(self.prefix, symlinks=True)
        ours = {Path(file).parts[0] for file in distribution(NAME).files or ()}
        for path in Path(sysconfig.get_path("purelib")).iterdir():
            if path.name not in ours | {"__pycache__"}:
                (self.packages / path.name).symlink_to(path)
        (self.prefix / "share").symlink_to(Path(sys.prefix) / "share")  # kernels lie there
        self.install(self.wheel)
        return self

    def install(self, what: Path) -> None:
        """Put the package into the environment, in place of the one that is there."""
        python = ("--python", self.python)
        more = ("--no-compile", "--force-reinstall", "--no-build-isolation")
        run(sys.executable, "-m", "pip", *python, "install", *PIP, *more, what)

    def run(self, cwd: Path, *command: object) -> subprocess.CompletedProcess[str]:
        """Run something of the environment that writes no bytecode and inherits nothing."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ROTATION_", "PYTHON"))}
        return subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env={**kept, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def rotation(self, cwd: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Its command line."""
        return self.run(cwd, self.command, *arguments)


def run(*command: object) -> None:
    """Run a program that must succeed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
