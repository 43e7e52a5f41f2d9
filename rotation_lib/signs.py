"""Output for terminals that know fewer signs than the report uses: ASCII, Latin-1, and the like.

A sign that cannot be shown is told by one that can. It must never end a command, nor touch what
goes into a file.
"""

from __future__ import annotations

import codecs
import json
import re
import sys
import unicodedata
from typing import TextIO

HANDLER = "rotation-signs"
#: ASCII under another name: typer takes a stream in ASCII for a mistake, and writes UTF-8 into it.
_ASCII = "rotation-ascii"
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("–—−‐‑─━", "-"),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("“”", '"'),
        **dict.fromkeys("│┃", "|"),
        "…": "...",
        "→": "->",
        "←": "<-",
        "≥": ">=",
        "≤": "<=",
        "×": "x",
        "·": "-",
        "•": "*",
        "✓": "+",
        "✗": "x",
    }
)


def plain(text: str) -> str:
    """The same in ASCII; a sign without a likeness as its number."""
    likeness = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    kept = "".join(sign for sign in likeness if not unicodedata.combining(sign))
    return kept.encode("ascii", "backslashreplace").decode("ascii")


def show_signs() -> None:
    """From now on, let no sign that a terminal lacks end the command."""
    codecs.register_error(HANDLER, _replaced)
    codecs.register(_named)
    for stream in (sys.stdout, sys.stderr):
        change = getattr(stream, "reconfigure", None)
        if change is not None:
            ascii_only = codecs.lookup(stream.encoding).name == "ascii"
            change(encoding=_ASCII if ascii_only else None, errors=HANDLER)


def json_for(stream: TextIO, text: str) -> str:
    """JSON that says the same on a stream that knows fewer signs: there they are escaped."""
    if (stream.encoding or "").lower().startswith("utf"):
        return text
    return _FOREIGN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


def _named(name: str) -> codecs.CodecInfo | None:
    if name not in (_ASCII, _ASCII.replace("-", "_")):
        return None
    known = codecs.lookup("ascii")
    return codecs.CodecInfo(
        name=_ASCII,
        encode=known.encode,
        decode=known.decode,
        incrementalencoder=known.incrementalencoder,
        incrementaldecoder=known.incrementaldecoder,
        streamwriter=known.streamwriter,
        streamreader=known.streamreader,
    )
