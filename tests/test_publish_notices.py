"""The list of what others made: whole, from what is there, and never a guess."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from rotation_lib.errors import BuildError
from rotation_lib.project import CHAPTERS, PACKAGE
from rotation_lib.publish.draw import runtime
from rotation_lib.publish.finish import notices
from rotation_lib.publish.site import ASSETS

LICENCES = PACKAGE / "publish" / "licences"
TABLE = tomllib.loads((LICENCES / "carried.toml").read_text(encoding="utf-8"))
#: What each kind of terms asks to go along, by a clause that only its whole text has.
CLAUSES = {
    "BSD": "Redistributions in binary form must reproduce",
    "MIT": "The above copyright notice and this permission notice shall be included",
    "ISC": "provided that the above copyright notice",
    "Apache-2.0": "You must give any other recipients of the Work",
    "Unlicense": "released into the public domain",
}


def plain(text: str) -> str:
    return " ".join(text.split())


def sections(site: Path) -> dict[str, str]:
    """Heading → what stands below it."""
    text = (site / notices.NAME).read_text(encoding="utf-8")
    parts = re.split(r"^={80}\n(.*?)\n={80}\n", text, flags=re.MULTILINE | re.DOTALL)[1:]
    return {plain(name): plain(body) for name, body in zip(parts[::2], parts[1::2], strict=True)}


def test_every_foreign_file_of_a_site_is_listed_with_whole_terms(small_site: Path) -> None:
    said = sections(small_site)
    files = {p.relative_to(small_site).as_posix() for p in small_site.rglob("*") if p.is_file()}
    own = {f"_static/{path.name}" for path in ASSETS.iterdir()}
    foreign = {
        f for f in files - own if not any(re.fullmatch(p, f) for p in TABLE["ours"])
    } | {f for f in files if f.startswith("assets/styles-")}  # fmt: skip
    assert {Path(f).suffix for f in foreign} >= {".css", ".js", ".png"}
    listed = {
        f for body in said.values() for f in re.findall(r"[\w/.-]+\.(?:css|js|png|txt)", body)
    }
    assert foreign <= listed
    for name, body in said.items():
        if not body.startswith("Licence: "):
            continue
        terms = re.search(r"Terms: (.*?), at the end", body)
        whole = body + "".join(said[t] for t in (terms[1].split(", ") if terms else ()))
        kind = body.removeprefix("Licence: ").split(" In: ")[0]
        for licence in kind.split(" and "):
            clause = next(text for k, text in CLAUSES.items() if licence.startswith(k))
            assert clause in whole, (name, licence)
        assert "opyright" in whole, name


def test_versions_are_those_of_what_is_installed_and_bundled(small_site: Path) -> None:
    said = sections(small_site)
    assert f"Sphinx {version('sphinx')}" in said
    assert f"PyData Sphinx Theme {version('pydata-sphinx-theme')}" in said
    script = (small_site / "_static/scripts/bootstrap.js").read_text(encoding="utf-8")
    (bootstrap,) = (n.split()[1] for n in said if re.match(r"Bootstrap \d", n))
    assert f'"{bootstrap}"' in script
    (runtime_file,) = (small_site / "assets").glob("vega-*.js")
    vega = runtime_file.name.split("-")[1]
    assert any(f"vega {vega}, vega-canvas " in name for name in said)
    assert not re.search(r"\b\d+\.\d+\.\d+\b", (LICENCES / "carried.toml").read_text())


def test_nothing_that_no_page_asks_for_needs_a_licence(small_site: Path) -> None:
    left = {p.suffix for p in small_site.rglob("*")}
    assert not left & {".ttf", ".woff", ".woff2", ".map"}
    assert not list(small_site.rglob("logo_*"))


def test_every_page_leads_to_the_list(small_site: Path) -> None:
    feet = [
        hit[1]
        for page in small_site.rglob("*.html")
        if (hit := re.search(r'<p class="page-files">(.*?)</p>', page.read_text(encoding="utf-8")))
    ]
    assert len(feet) > 10 and all('LICENSES.txt">' in foot for foot in feet)
    methods = (CHAPTERS / "methods.ipynb").read_text(encoding="utf-8")
    assert "(site:LICENSES.txt)" in methods


@pytest.mark.parametrize("name", ["_static/jquery.js", "assets/vega.js", "_static/vendor/f.woff2"])
def test_a_file_that_nobody_knows_stops_the_build(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(BuildError, match=rf"carries {re.escape(name)}, .*carried\.toml"):
        notices.write_notices(tmp_path, ())
    assert not (tmp_path / notices.NAME).exists()


def test_a_part_of_the_bundle_that_nobody_knows_stops_the_build(tmp_path: Path) -> None:
    files = ["assets/vega-6.2.0-1.9.0.post1.js", "index.html"]
    with pytest.raises(BuildError, match=r"carries left-pad 1\.3\.0, of which no licence"):
        notices.notices(tmp_path, files, [("d3-array", "3.2.4"), ("left-pad", "1.3.0")])
    without_charts = notices.notices(tmp_path, files[1:], [("left-pad", "1.3.0")])
    assert without_charts == []


def test_a_file_that_no_longer_tells_its_version_stops_the_build(tmp_path: Path) -> None:
    name = "_static/scripts/bootstrap.js.LICENSE.txt"
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("Bootstrap, at last without a number", encoding="utf-8")
    with pytest.raises(BuildError, match="no longer tells the version of Bootstrap"):
        notices.notices(tmp_path, [name], ())


def test_the_table_and_its_texts_fit_each_other() -> None:
    used = {name for e in (*TABLE["carried"], *TABLE["bundled"]) for name in e.get("terms", ())}
    assert used == {path.stem for path in LICENCES.glob("*.txt")}
    for entry in TABLE["carried"]:
        assert ("distribution" in entry) != ("terms" in entry), entry["name"]


def test_the_parts_of_the_bundle_are_read_from_the_library() -> None:
    def script(name: str, *imports: str) -> bytes:
        lines = "".join(f'import{{a as b}}from"/npm/{i}/+esm";' for i in imports)
        end = "//# sourceMappingURL=x.map"
        return f"/**\n * Original file: /npm/{name}/build/x.js\n */{lines}{end}".encode()

    library = b"\x00".join(
        [
            script("vega@6.0.0", "vega-util@2.0.0", "@a/b@1.0.0-rc.1"),
            script("vega-lite@6.1.0", "vega@6.0.0"),
            script("vega-util@2.0.0", "vega@6.0.0"),
            script("@a/b@1.0.0-rc.1"),
            b'"/npm/stray@1.0.0/+esm"',
        ]
    )
    needed = runtime._needed("vega@6.0.0", runtime._modules(library))
    assert needed == {"vega@6.0.0", "vega-util@2.0.0", "@a/b@1.0.0-rc.1"}
    with pytest.raises(BuildError, match=r"its copy of vega@7\.0\.0"):
        runtime._needed("vega@7.0.0", runtime._modules(library))


@pytest.mark.slow
def test_the_bundle_holds_no_script_but_those_named(tmp_path: Path) -> None:
    """A string of each part's own, so that the closure is not only what a pattern says it is."""
    parts = dict(runtime.bundle_parts(tmp_path))
    assert parts == dict(runtime.bundle_parts(tmp_path)) and len(parts) > 40
    assert {"vega", "d3-array", "topojson-client", "internmap", "robust-predicates"} <= set(parts)
    assert "vega-lite" not in parts and "vega-embed" not in parts
