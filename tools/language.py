"""Counts where the report's words are written, from a built site and the sources beside it.

    .venv/bin/python tools/language.py [_build/html]

Typed are Markdown cells and `%%prose` cells, as they read in the built chapter; computed is other
Markdown that a cell returns. The ledger, the list of sources, tables, captions, alternative texts
and anything a program prints are neither. It only counts and never judges.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "rotation_lib"
#: Calls whose Markdown is a list of records.
RECORDS = ("chapter.verdicts()", "chapter.sources()", "appendix.works(", "appendix.notices(")
_MARKUP = re.compile(r"<[^>]+>|\]\([^)]*\)|^(?:\||%%)[^\n]*|^```.*?^```", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"\w[\w’'.,%+−-]*")


def words(text: str) -> int:
    """Words of a piece of Markdown, without its markup and tables."""
    return len(_WORD.findall(_MARKUP.sub(" ", text)))


def pieces(notebook: dict[str, Any]) -> Iterator[tuple[bool, str]]:
    """Each piece of running prose in an executed chapter: whether it was typed, and its text."""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield True, source
            continue
        if any(call in source for call in RECORDS):
            continue
        for output in cell.get("outputs", ()):
            told = output.get("data", {}).get("text/markdown")
            if told:
                yield source.startswith("%%prose"), "".join(told)


def lines(folder: Path) -> int:
    """Lines of all Python below a folder; 0 where there is none."""
    return sum(len(p.read_text("utf-8").splitlines()) for p in folder.rglob("*.py"))


def main(site: Path) -> None:
    """Print the counts."""
    all_typed = all_told = 0
    print(f"{'chapter':<20}{'typed':>8}{'computed':>10}{'share typed':>13}")
    for path in sorted((site / "downloads" / "notebooks").glob("*.ipynb")):
        found = list(pieces(json.loads(path.read_text("utf-8"))))
        typed = sum(words(text) for by_hand, text in found if by_hand)
        told = sum(words(text) for _, text in found)
        all_typed, all_told = all_typed + typed, all_told + told
        print(f"{path.stem:<20}{typed:>8,}{told - typed:>10,}{typed / told:>13.0%}")
    print(f"{'all':<20}{all_typed:>8,}{all_told - all_typed:>10,}{all_typed / all_told:>13.0%}")
    record = json.loads((site / "findings.json").read_text("utf-8"))
    code = "\n".join(p.read_text("utf-8") for p in PACKAGE.rglob("*.py"))
    written = set(re.findall(r"\b[a-z_]+\.\w+", code))
    hidden = [f["id"] for f in record["findings"] if f["id"] not in written]
    print(
        f"lines of the package: {lines(PACKAGE):,}, of narrative: {lines(PACKAGE / 'narrative'):,}"
    )
    print(f"ids of findings that no search finds: {len(hidden)} of {len(record['findings'])}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PROJECT / "_build" / "html")
