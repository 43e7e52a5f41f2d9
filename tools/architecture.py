"""Draws docs/architecture.svg: the layers as import-linter holds them, and the path that data take.

Each layer has a sentence here; a layer without one, or a sentence without its layer, is an error,
so that the picture cannot fall behind the code.
"""

from __future__ import annotations

import sys
import tomllib
from html import escape
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PICTURE = PROJECT / "docs" / "architecture.svg"
PACKAGE = "rotation_lib"
#: Band → layer → what it does, in the order in which data pass them.
BANDS = {
    "Ground": {
        "errors": "every refusal, in one line",
        "schemas": "jsonschema, imported the quick way",
        "signs": "any text on any terminal",
        "units": "what numbers are counted in, and the one form of each",
        "project": "paths",
        "folders": "a folder put in the place of another",
        "tables": "TOML files, read",
        "words": "numbers and dates as words",
        "catalog": "what every series is",
        "references": "what is cited",
        "environment": "what is installed",
        "params": "what a reader may set",
    },
    "Data": {
        "sources": "snapshot, Yahoo, FRED; alone on the network",
        "store": "what live sources answered, checked",
        "market": "the one door to data: a window, a day of knowledge",
    },
    "Measuring": {
        "stats": "inference, on statsmodels and arch",
        "findings": "a result: value, interval, provenance",
        "studies": "what is measured",
    },
    "Judging": {
        "strength": "the scale: how far numbers bear what was asked",
        "sentence": "one sentence of the parts' phrases",
        "claims": "the ledger: parts, and what would make them true",
        "record": "the shape of what machines read",
        "judging": "strengths, verdicts and what makes them fragile",
        "fingerprint": "what a result depends on",
    },
    "Telling": {
        "prose": "sentences typed in chapters, numbers from findings",
        "narrative": "sentences that follow sign and size",
        "charts": "pictures and tables, with computed alt text",
        "themes": "one room a theme: measures, and pictures of them",
        "summary": "what is drawn from several themes at once",
    },
    "Keeping": {
        "results": "findings computed once, claims judged by them",
        "sweep": "all of them as of each date of a range",
    },
    "Publishing": {
        "chapter": "what a notebook opens",
        "publish": "papermill, Jupyter Book, the site",
    },
    "Workshop": {
        "review": "what a change does to the report",
        "editions": "reports kept, and what came between",
        "doctor": "a look at the installation",
        "terminal": "tables for a terminal",
        "cli_data": "rotation data",
        "cli_review": "rotation diff, lint, new-chapter",
        "cli_sweep": "rotation sweep",
        "cli": "rotation: validates, calls one function, prints",
    },
}
#: What comes in from outside the package, by the layer that reads it.
INPUTS = {
    "catalog": "data/catalog.toml",
    "sources": "data/snapshot, network",
    "claims": "data/claims.toml",
    "chapter": "chapters/*.ipynb",
}
#: What leaves it, by the layer that writes it.
OUTPUTS = {
    "store": "cache of live data",
    "sweep": "findings by date",
    "publish": "_build/html",
    "review": "account of a change",
    "editions": "earlier reports",
}
WIDTH, ROW, GAP, HEAD = 820, 28, 6, 26
LEFT, BOX, EDGE = 196, 246, 14
#: Where a file's name ends and its arrow begins, and where the arrow meets the stack.
ARROW = (150, LEFT - 3)
STYLE = (
    ".architecture{--a-ink:#1c222b;--a-soft:#4f5865;--a-line:#8c94a2;--a-fill:#fff;"
    "--a-band:#f6f7f9;--a-accent:#0a42b0;display:block;width:100%;min-width:44rem;height:auto;"
    "font:13px Helvetica,Arial,sans-serif}"
    "@media (prefers-color-scheme:dark){.architecture{--a-ink:#e4e9ef;--a-soft:#b3bcc8;"
    "--a-line:#66707e;--a-fill:#14181f;--a-band:#1b212a;--a-accent:#8fb3ff}}"
    "html[data-theme] .architecture{--a-ink:var(--rt-ink);--a-soft:var(--rt-soft);"
    "--a-line:var(--rt-strong-line);--a-fill:var(--rt-paper);--a-band:var(--rt-raised);"
    "--a-accent:var(--rt-accent)}"
    ".architecture text{fill:var(--a-ink)}.architecture .a-says{fill:var(--a-soft)}"
    ".architecture .a-name{font-weight:600;text-anchor:middle}"
    ".architecture .a-head{font-weight:600;fill:var(--a-soft);font-size:12px}"
    ".architecture rect{fill:var(--a-fill);stroke:var(--a-line)}"
    ".architecture .a-band{fill:var(--a-band);stroke:none}"
    ".architecture path{fill:none;stroke:var(--a-line);stroke-width:1.5}"
    ".architecture .a-data{stroke:var(--a-accent);stroke-width:2}"
    ".architecture .a-tip{fill:var(--a-accent);stroke:none}"
    ".architecture .a-file{fill:var(--a-accent);text-anchor:end}"
)
Row = tuple[str, ...]


def layers(project: Path = PROJECT) -> list[Row]:
    """The layers of the import contract, lowest first; modules of one row ignore each other.

    Args:
        project: folder with ``pyproject.toml``.
    """
    held = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = held["tool"]["importlinter"]["contracts"]
    (contract,) = (c for c in contracts if c["type"] == "layers" and "containers" not in c)
    return [
        tuple(name.strip().removeprefix(f"{PACKAGE}.") for name in line.split("|"))
        for line in reversed(contract["layers"])
    ]


def banded(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows by band; stops the program where the bands do not tell of exactly these layers."""
    home = {name: band for band, told in BANDS.items() for name in told}
    named = {name for row in rows for name in row}
    silent, gone = sorted(named - set(home)), sorted(set(home) - named)
    if silent or gone:
        raise SystemExit(f"tools/architecture.py: describe {silent}, drop {gone}.")
    bands: dict[str, list[Row]] = {band: [] for band in BANDS}
    for row in rows:
        bands[home[row[0]]].append(row)
    if [row for held in bands.values() for row in held] != rows:
        raise SystemExit("tools/architecture.py: the bands do not follow the order of the layers.")
    return bands


def drawn(rows: list[Row]) -> str:
    """The picture as SVG; the same layers give the same text."""
    y, middle, back, front = 4, LEFT + BOX // 2, [], []
    for band, held in banded(rows).items():
        tall = HEAD + len(held) * (ROW + GAP) + 4
        back.append(
            f'<rect class="a-band" x="0" y="{y}" width="{WIDTH}" height="{tall}" rx="6"/>'
            f'<text class="a-head" x="{EDGE}" y="{y + 18}">{band}</text>'
        )
        for place, row in enumerate(held):
            front.append(_row(row, BANDS[band], y + HEAD + place * (ROW + GAP)))
        if y > 4:  # data come from the band above
            front.append(
                f'<path class="a-data" d="M{middle} {y - 21}V{y + HEAD - 8}"/>'
                f'<path class="a-tip" d="M{middle} {y + HEAD - 2}l-4.5 -8h9z"/>'
            )
        y += tall + 12
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="architecture" role="img" '
        f'viewBox="0 0 {WIDTH} {y - 8}" aria-labelledby="architecture-title architecture-text">'
    )
    title = '<title id="architecture-title">The layers of rotation_lib and the path of data</title>'
    said = f'<desc id="architecture-text">{escape(_in_words(rows))}</desc>'
    return "\n".join([head, title, said, f"<style>{STYLE}</style>", *back, *front, "</svg>\n"])


def _row(row: Row, says: dict[str, str], y: int) -> str:
    """One layer: its modules side by side in the stack, what they do, and their files."""
    width = (BOX - (len(row) - 1) * 4) / len(row)
    base = y + ROW // 2 + 5
    parts = []
    for place, name in enumerate(row):
        x = LEFT + place * (width + 4)
        parts.append(
            f'<g data-layer="{name}"><rect x="{x:g}" y="{y}" width="{width:g}" height="{ROW}" rx="4"/>'
            f'<text class="a-name" x="{x + width / 2:g}" y="{base}">{name}</text></g>'
        )
    said = escape("; ".join(says[name] for name in row))
    parts.append(f'<text class="a-says" x="{LEFT + BOX + EDGE}" y="{base}">{said}</text>')
    parts += [_file(INPUTS[name], base, inward=True) for name in row if name in INPUTS]
    parts += [_file(OUTPUTS[name], base, inward=False) for name in row if name in OUTPUTS]
    return "".join(parts)


def _file(label: str, base: int, *, inward: bool) -> str:
    """A file or host on the left, with an arrow into the stack or out of it."""
    (start, end), y = ARROW, base - 5
    line = f"M{start + 6} {y}H{end - 6}" if inward else f"M{start + 14} {y}H{end + 2}"
    tip = f"M{end} {y}l-8 -4.5v9z" if inward else f"M{start + 6} {y}l8 -4.5v9z"
    return (
        f'<text class="a-file" x="{start}" y="{base}">{escape(label)}</text>'
        f'<path class="a-data" d="{line}"/><path class="a-tip" d="{tip}"/>'
    )


def _in_words(rows: list[Row]) -> str:
    """The same for those who do not see it."""
    says = {name: said for told in BANDS.values() for name, said in told.items()}
    told = "; ".join(f"{name} ({says[name]})" for row in rows for name in row)
    inputs = ", ".join(f"{what} into {name}" for name, what in INPUTS.items())
    outputs = ", ".join(f"{what} from {name}" for name, what in OUTPUTS.items())
    return f"From the lowest layer to the highest: {told}. In come {inputs}. Out go {outputs}."


def main() -> None:
    """Draw the picture, or with ``--check`` say whether it is up to date."""
    picture = drawn(layers())
    if "--check" not in sys.argv[1:]:
        PICTURE.write_text(picture, encoding="utf-8")
    elif not PICTURE.is_file() or PICTURE.read_text(encoding="utf-8") != picture:
        raise SystemExit("docs/architecture.svg is out of date; run python tools/architecture.py.")


if __name__ == "__main__":
    main()
