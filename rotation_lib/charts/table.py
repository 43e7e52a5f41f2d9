"""Tables a screen reader can follow and a phone can scroll.

Numbers are written by the formats of the words module; signs are words and colours both.
It must never sort, round or drop what it is given.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from .. import words
from ..errors import FigureError, nearest
from .figure import FOLDER_VARIABLE, check_labels, columns, write_json

_LEFT = {"text"}
#: Letters of a row's name from which its column is kept wide.
_LONG = 16
#: Letters up to which a text stays on one line: a date, a group and its number.
_SHORT = 12


@dataclass(frozen=True)
class Table:
    """A frame as an accessible table; the first column names the rows.

    Attributes:
        id: ``chapter.snake_case``; also the name of its file.
        title: the caption.
        frame: drawn in the given order; its index is not shown.
        formats: column → name of a format in ``words.FORMATS``; others are text.
        note: a caveat under the table.
        series: catalog ids, for the source line.
        as_of: ISO date of the last data point used.
        signed: columns coloured by sign; their format should write the sign too.
        also: who published what is shown beside ``series``.

    Raises:
        FigureError: one line, when a part is missing or a format or column is unknown.
    """

    id: str
    title: str
    frame: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    series: tuple[str, ...] = ()
    as_of: str = ""
    signed: tuple[str, ...] = ()
    also: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "as_of", str(self.as_of)[:10])
        check_labels(self.id, self.title, self.series, self.as_of)
        if self.frame.empty:
            raise FigureError(f"table {self.id} has no rows; write a sentence instead.")
        names = [str(name) for name in self.frame.columns]
        if any(not name.strip() for name in names):
            raise FigureError(f"table {self.id} has a column without a name; name it.")
        for column in (*self.formats, *self.signed):
            if column not in names:
                raise FigureError(
                    f"table {self.id} has no column {column!r}; {nearest(column, names)}."
                )
        for name in self.formats.values():
            if name not in words.FORMATS:
                raise FigureError(f"no format is called {name!r}; {nearest(name, words.FORMATS)}.")

    def text_of(self, column: str, value: Any) -> str:
        """One cell as a reader sees it."""
        return words.FORMATS[self.formats.get(column, "text")](value)

    def payload(self) -> dict[str, Any]:
        """What the build publishes beside the table."""
        return {
            "id": self.id,
            "title": self.title,
            "note": self.note,
            "series": list(self.series),
            "as_of": self.as_of,
            **({"also": self.also} if self.also else {}),
            "data": {"main": columns(self.frame.reset_index(drop=True))},
        }

    def html(self) -> str:
        """The table as HTML, in a region that scrolls by itself on a narrow screen."""
        first, *others = self._names()  # the first names the row, whatever it holds
        names = [self.text_of(first, value) for value in self.frame[first]]
        longest = max(map(len, names), default=0)
        kind = "long" if longest > _LONG else "short" if longest <= _SHORT else ""
        size = f' data-names="{kind}"' if kind else ""
        heads = f'<th scope="col">{escape(first)}</th>' + "".join(
            f'<th scope="col"{self._align(c)}>{escape(c)}</th>' for c in others
        )
        body = "".join(self._row(row) for row in self.frame.itertuples(index=False, name=None))
        note = f'<p class="rotation-note">{escape(self.note)}</p>' if self.note else ""
        return (
            f'<div class="rotation-table" tabindex="0" role="region" aria-label="{escape(self.title)}" '
            f'data-rotation-table="{escape(self.id)}"{size} style="overflow-x:auto">'
            f"<table><caption>{escape(self.title)}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>{note}"
        )

    def _names(self) -> list[str]:
        return [str(name) for name in self.frame.columns]

    def _align(self, column: str) -> str:
        if self.formats.get(column, "text") in _LEFT:
            held = self.frame.iloc[:, self._names().index(column)]
            texts = [self.text_of(column, value) for value in held]
            return ' class="short"' if max(map(len, texts), default=0) <= _SHORT - 3 else ""
        return ' class="number" style="text-align:right;font-variant-numeric:tabular-nums"'

    def _row(self, row: tuple[Any, ...]) -> str:
        names = self._names()
        cells = [f'<th scope="row">{escape(self.text_of(names[0], row[0]))}</th>']
        cells += [self._cell(c, v) for c, v in zip(names[1:], row[1:], strict=True)]
        return f"<tr>{''.join(cells)}</tr>"

    def _cell(self, column: str, value: Any) -> str:
        text = escape(self.text_of(column, value))
        told = any(digit in "123456789" for digit in text)  # "0.0" has no sign to show
        if column in self.signed and not words.absent(value) and told:
            text = f'<span class="{"positive" if value > 0 else "negative"}">{text}</span>'
        return f"<td{self._align(column)}>{text}</td>"

    def plain(self) -> str:
        """The table as aligned text."""
        shown = pd.DataFrame(
            {
                c: [self.text_of(c, v) for v in self.frame.iloc[:, i]]
                for i, c in enumerate(self._names())
            }
        )
        return f"{self.title}\n{shown.to_string(index=False)}" + (
            f"\n{self.note}" if self.note else ""
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        folder = os.environ.get(FOLDER_VARIABLE)
        if folder:
            write_json(Path(folder) / f"{self.id}.table.json", self.payload())
        return {"text/html": self.html(), "text/plain": self.plain()}
