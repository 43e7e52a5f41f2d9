"""The build step of the wheel: the package carries the book, so that it works without a checkout.

Chapters, data, pages and settings stay where they lie in the project and are copied beside the
code only in what is built. An editable install carries nothing: it reads the project itself.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools.command.build_py import build_py

#: Where the book goes; rotation_lib.project looks for it there.
PLACE = Path("rotation_lib", "_book")
#: What a build reads besides the package.
BOOK = (
    "_config.yml",
    "_toc.yml",
    "requirements.txt",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "chapters/*.ipynb",
    # Named one by one: raw data that lie beside them may not be given away.
    "data/*.toml",
    "data/README.md",
    "data/snapshot/*",
    "data/sweep/*.parquet",
    "docs/*.md",
    "docs/*.svg",
)


def book(project: Path) -> list[str]:
    """The files that are carried, as paths from the project.

    Args:
        project: folder of the sources.

    Raises:
        FileNotFoundError: for a kind of file of which there is none.
    """
    found: list[str] = []
    for pattern in BOOK:
        names = [path.relative_to(project) for path in project.glob(pattern) if path.is_file()]
        kept = [n.as_posix() for n in names if not any(part.startswith(".") for part in n.parts)]
        if not kept:
            raise FileNotFoundError(f"{pattern}: the book cannot be carried without it")
        found += kept
    return sorted(found)


class CarryBook(build_py):
    """``build_py`` that also copies the book."""

    def run(self) -> None:
        """Build afresh: setuptools itself would pack again what an earlier build left behind."""
        if self.editable_mode:
            super().run()
            return
        shutil.rmtree(Path(self.build_lib, "rotation_lib"), ignore_errors=True)
        super().run()
        for name in book(Path()):
            target = Path(self.build_lib, PLACE, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            self.copy_file(name, str(target), preserve_mode=False)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Everything that is installed."""
        outputs: list[str] = super().get_outputs(include_bytecode)
        carried = [] if self.editable_mode else book(Path())
        return [*outputs, *(str(Path(self.build_lib, PLACE, name)) for name in carried)]

    def get_source_files(self) -> list[str]:
        """What a source archive holds, so that it builds the same wheel."""
        return [*super().get_source_files(), *book(Path()), "tools/carry.py"]
