"""What the report cites: the commentary under test, and the papers whose methods are used.

Reads ``data/references.toml``. It must never cite what that file does not hold.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .errors import DataError
from .project import DATA
from .tables import read_table

REFERENCES_FILE = DATA / "references.toml"


class Commentary(BaseModel):
    """One article of the market story.

    Attributes:
        number: as claims cite it, from 1.
        title: as published. ``publisher``: who published it.
        published: date in words, empty where it is not known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1)
    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    published: str = ""


class Work(BaseModel):
    """One paper or book.

    Attributes:
        authors: family names, in print order.
        year: of publication.
        title: as published. ``venue``: journal with volume and pages, or publisher.
        doi: without the resolver's address; empty where there is none.
        use: what the report takes from it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    authors: tuple[str, ...] = Field(min_length=1)
    year: int = Field(ge=1900, le=2100)
    title: str = Field(min_length=1)
    venue: str = Field(min_length=1)
    doi: str = Field(default="", pattern=r"^(10\.\d{4,}/\S+)?$")
    use: str = Field(min_length=1)


class References(BaseModel):
    """All that is cited."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commentary: tuple[Commentary, ...]
    work: tuple[Work, ...]

    @model_validator(mode="after")
    def _distinct(self) -> References:
        numbers = [c.number for c in self.commentary]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError("commentary must be numbered 1, 2, 3 … in order")
        keys = [(w.authors, w.year) for w in self.work]
        for authors, year in keys:
            if keys.count((authors, year)) > 1:
                raise ValueError(f"{' & '.join(authors)} {year} is listed twice")
        return self


def read_references(path: Path) -> References:
    """Read a file of references.

    Raises:
        DataError: the file is missing, is not TOML or breaks a rule.
    """
    raw = read_table(path)
    if raw.pop("schema", None) != 1:
        raise DataError(f"{path.name} must say schema = 1: restore it from git.")
    try:
        return References(**raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or error.title
        raise DataError(f"{path.name}: {where}: {first['msg']}.") from None


@lru_cache(maxsize=1)
def load_references() -> References:
    """The project's references, read once."""
    return read_references(REFERENCES_FILE)


__all__ = ["Commentary", "References", "Work", "load_references", "read_references"]
