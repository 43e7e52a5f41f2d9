"""Which folders a build may write into: a new one, an empty one, or one marked by an earlier build.

A build replaces the site it finds as a whole, so it keeps a list of the files that builds put
there; any other file is somebody's. It must never delete or move anything itself.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from ..errors import BuildError, ParameterError, ProjectError
from ..project import BUILD, IN_CHECKOUT, PROJECT_ROOT
from .kept import read_object

#: In a build folder: says whose it is, and which files builds put into the places below.
MARK = ".rotation-build.json"
#: Folders of a build folder that are replaced whole.
PLACES = ("html", "failed")
#: What belongs to all builds ever kept at a place, not to the one that is being replaced.
KEPT = ("as-of", "editions.html", "editions.json", "editions.js", "feed.xml")
#: Page that a server shows for an address that leads nowhere.
LOST = "404.html"
#: Folders of the project that hold its sources; those with a dot in front are none of ours either.
SOURCES = ("benchmarks", "binder", "chapters", "data", "docs", "rotation_lib", "tests", "tools")
#: Left by a plain ``jupyter-book build``: the files that it put into its site.
PLAIN = ".not-executed.json"
#: Beside the site: what it was made from, and the hash of each file.
SEAL = ".site.json"
#: What file managers leave wherever somebody looks.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
#: Assets named by their content, which differ from one build to the next, and files of the theme
#: that were carried once.
_HASHED = re.compile(
    r"assets/[\w.-]+-[0-9a-f]{12}[\w-]*\.\w+|assets/vega-[\w.-]+\.js"
    r"|_static/(?:vendor/fontawesome/webfonts/fa-[\w.-]+|images/logo_\w+\.\w+"
    r"|(?:sbt-)?webpack-macros\.html)"
)
_ABOUT = "A build folder of the report. A build replaces html and failed as a whole."
_ELSEWHERE = "choose a folder that is empty or not there yet"


def refuse_foreign(out: Path) -> None:
    """Refuse a build folder in which a build could destroy what is not its own.

    Args:
        out: as the user named it.

    Raises:
        ParameterError: it is the project, lies among its sources, is part of another build, is no
            folder, or holds what no build made.
    """
    place = out.resolve()
    allowed, advice = _position(place) or _content(place) or ("", "")
    if allowed:
        raise ParameterError("out", str(out), allowed, advice)


def at_hand() -> Path | None:
    """The build folder that lies here already; without a checkout ``None``, if there is none.

    What only reads or keeps a little must not begin one wherever somebody happens to work.
    """
    return BUILD if IN_CHECKOUT or _marked(BUILD.resolve()) else None


def begun() -> Path:
    """The build folder of a command that is given none, made and marked.

    Raises:
        ProjectError: outside a checkout, where somebody else's folder has its name.
    """
    if at_hand() is None and (complaint := _content(BUILD.resolve())):
        raise ProjectError(f"{BUILD.resolve()}: {complaint[0]}; go to another folder.")
    mark(BUILD)
    return BUILD


def mark(out: Path) -> None:
    """Make a build folder, and mark it as one.

    Args:
        out: one that :func:`refuse_foreign` let pass.
    """
    out.mkdir(parents=True, exist_ok=True)
    if not (out / MARK).is_file():
        _write(out, {})


def refuse_strangers(new: Path, place: Path) -> None:
    """Refuse to replace a folder that holds a file which no build put there.

    Args:
        new: what will replace it.
        place: what would be deleted.

    Raises:
        BuildError: naming such a file.
    """
    known = _known(place)
    found = set(names(place))
    # Without a list only what is made again is known to be ours, and what is named by its content.
    strange = found - (known or set(names(new)))
    if known is None:
        strange = {name for name in strange if not _HASHED.fullmatch(name)}
    if strange:
        raise BuildError(
            f"{place} holds {_some(strange)}, which no build made, and was left as it was; "
            "move what is yours out of it and build again."
        )


def told(place: Path, made: Iterable[str]) -> None:
    """Write down which files builds put into one of the places of a build folder.

    Args:
        place: the folder.
        made: names below it.
    """
    lists = _lists(place.parent) | {place.name: sorted(made)}
    _write(place.parent, lists)


def names(folder: Path) -> Iterator[str]:
    """Names below a site's top folder, without what all its builds share; links are not followed.

    Args:
        folder: of the site.
    """
    for top, inner, files in os.walk(folder):
        at = Path(top)
        if at == folder:
            inner[:] = [name for name in inner if name not in KEPT]
        links = [name for name in inner if (at / name).is_symlink()]
        for name in (*files, *links):
            if name not in _LITTER and not (at == folder and name in KEPT):
                yield (at / name).relative_to(folder).as_posix()


def refuse_file(path: Path) -> None:
    """Refuse a file to write that is a folder, or one of the project's own.

    Args:
        path: as the user named it.

    Raises:
        ParameterError: it cannot be written without a loss.
    """
    if path.is_dir():
        raise ParameterError(
            "out", str(path), "it is a folder", f"name a file, for example {path / 'out'}"
        )
    place = path.resolve()
    if place.is_file() and place.is_relative_to(PROJECT_ROOT) and _tracked(place):
        raise ParameterError(
            "out", str(path), "it is one of the project's own files", "choose another name"
        )


def _tracked(path: Path) -> bool:
    command = ["git", "-C", str(path.parent), "ls-files", "--error-unmatch", path.name]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _position(place: Path) -> tuple[str, str] | None:
    """What is wrong with where a folder lies, and what to do."""
    if PROJECT_ROOT.is_relative_to(place):
        return "the project lies in it", "choose a folder of its own, for example _build/other"
    if place.is_relative_to(PROJECT_ROOT):
        top = place.relative_to(PROJECT_ROOT).parts[0]
        if top in SOURCES or top.startswith("."):
            return (
                f"it lies in {top}, which is part of the project",
                "choose a folder of its own, for example _build/other",
            )
    for above in place.parents:
        if above.is_file():
            return f"{above} is a file", _ELSEWHERE
        if _ours(above / "build.json"):
            return f"it lies in the site {above}, which a build replaces whole", _ELSEWHERE
        part = place.relative_to(above).parts[0]
        if _marked(above) and (part in (*PLACES, "runs") or part.startswith(".")):
            return f"it lies in {part} of the build folder {above}", f"name {above} itself"
    return None


def _content(place: Path) -> tuple[str, str] | None:
    """What is wrong with what a folder holds, and what to do."""
    if not place.exists():
        return None
    if not place.is_dir():
        return "it is a file", _ELSEWHERE
    if _ours(place / "build.json"):
        return "it is a finished site, not a build folder", _ELSEWHERE
    if not _marked(place):
        strange = {path.name for path in place.iterdir()} - _LITTER
        return (f"it holds {_some(strange)}, which no build made", _ELSEWHERE) if strange else None
    for name in (*PLACES, ".book"):
        if (place / name).is_symlink():
            return (
                f"its {name} is a link, and a build replaces that folder whole",
                f"remove the link, or {_ELSEWHERE}",
            )
    for name in PLACES:
        if complaint := _inside(place / name):
            return complaint, f"move what is yours out of {place / name}, or {_ELSEWHERE}"
    return None


def _inside(place: Path) -> str:
    """What of a folder that would be replaced whole is somebody's, in words."""
    if not place.exists():
        return ""
    if not place.is_dir():
        return f"its {place.name} is a file"
    known = _known(place)
    if known is None and _ours(place / "build.json"):
        return ""  # of a build that kept no list: judged once it is known what replaces it
    strange = set(names(place)) - (known or set())
    return f"its {place.name} holds {_some(strange)}, which no build made" if strange else ""


def _known(place: Path) -> set[str] | None:
    """Names that builds put into a place; ``None`` where nobody kept a list."""
    lists = _lists(place.parent)
    listed = lists.get(place.name)
    if listed is None and place.name == "html":
        sealed = read_object(place.parent / SEAL).get("files")
        listed = list(sealed) if isinstance(sealed, dict) else None
    plain = read_object(place / PLAIN).get("files")
    if isinstance(plain, list):
        listed = [*(listed or ()), *map(str, plain), PLAIN]
    return None if listed is None else set(listed)


def _lists(out: Path) -> dict[str, list[str]]:
    held = read_object(out / MARK).get("files")
    if not isinstance(held, dict):
        return {}
    return {str(k): [str(name) for name in v] for k, v in held.items() if isinstance(v, list)}


def _marked(out: Path) -> bool:
    """Whether builds work in a folder: by their mark, or by what those left that set none."""
    return (
        (out / MARK).is_file()
        or (IN_CHECKOUT and out == BUILD.resolve())  # elsewhere the name alone says nothing
        or _ours(out / "html" / "build.json")
        or "files" in read_object(out / SEAL)
    )


def _ours(record: Path) -> bool:
    return {"params", "revision", "chapters"} <= set(read_object(record))


def _some(strange: Collection[str]) -> str:
    first, *others = sorted(strange)
    return f"{first} and {len(others):,} more" if others else first


def _write(out: Path, lists: dict[str, list[str]]) -> None:
    path = out / MARK
    part = path.with_name(f"{MARK}.{os.getpid()}")
    text = json.dumps({"about": _ABOUT, "files": lists}, indent=1, ensure_ascii=False)
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(path)
