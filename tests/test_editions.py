"""Editions: where they lie, what every page says of them, the feed, and what never changes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from small_editions import JULY, JUNE, MAY, bare_site, digests, publish, records

from rotation_lib.editions.address import site_address
from rotation_lib.editions.feed import feed
from rotation_lib.editions.keep import finish
from rotation_lib.editions.layout import Edition, edition_date, kept_editions
from rotation_lib.editions.switcher import Place, dressed, undressed
from rotation_lib.editions.tree import disk_bytes
from rotation_lib.errors import BuildError, ParameterError
from rotation_lib.project import PROJECT_ROOT
from rotation_lib.publish.finish.check import check_site
from rotation_lib.publish.swap import carried, exchange, workspace

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bare_site(tmp_path_factory.mktemp("plain") / "site")


@pytest.fixture
def three(plain: Path, tmp_path: Path) -> Path:
    """May, June and July, kept in that order; the site's folder."""
    out = tmp_path / "out folder"
    for number, day in enumerate((MAY, JUNE, JULY)):
        publish(out, plain, day, value=1 + number / 10)
    return out / "html"


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# ---- where editions lie ------------------------------------------------------------------


def test_every_edition_is_kept_whole_and_the_newest_is_at_the_top(three: Path) -> None:
    assert [e.date for e in kept_editions(three)] == [JULY, JUNE, MAY]
    for day in (MAY, JUNE, JULY):
        folder = three / "as-of" / day
        assert f"Data through {day}." in read(folder / "index.html")
        for name in ("chapters/risks.html", "assets/runtime.js", "findings.json", "changes.html"):
            assert (folder / name).is_file()
        assert not (folder / "as-of").exists() and not (folder / "feed.xml").exists()
    assert f"Data through {JULY}." in read(three / "index.html")
    check_site(three)


def test_an_older_edition_made_later_leaves_the_newest_at_the_top(
    plain: Path, tmp_path: Path
) -> None:
    publish(tmp_path, plain, MAY, value=1.0)
    publish(tmp_path, plain, JULY, value=1.2)
    before = digests(tmp_path / "html" / "as-of" / MAY)
    outcome = publish(tmp_path, plain, JUNE, value=1.1)
    html = tmp_path / "html"
    assert (outcome.date, outcome.shown, outcome.editions) == (JUNE, JULY, (JULY, JUNE, MAY))
    assert f"Data through {JULY}." in read(html / "index.html")
    assert 'data-edition="2026-07-31" data-top="" ' in read(html / "index.html")
    # What the newest compares itself with is now the edition just before it.
    for page in (html / "changes.html", html / "as-of" / JULY / "changes.html"):
        assert "What changed since the edition of 30 June 2026" in read(page)
    assert [e.since for e in kept_editions(html)] == [JUNE, MAY, ""]
    assert digests(html / "as-of" / MAY) == before
    check_site(html)


def test_the_same_day_again_replaces_its_edition(three: Path, plain: Path) -> None:
    others = {day: digests(three / "as-of" / day) for day in (MAY, JUNE)}
    outcome = publish(three.parent, plain, JULY, value=9.0)
    assert outcome.replaced and outcome.editions == (JULY, JUNE, MAY)
    held = json.loads(read(three / "as-of" / JULY / "findings.json"))
    assert held["findings"][0]["value"] == 9.0
    assert {day: digests(three / "as-of" / day) for day in others} == others
    listed = json.loads(read(three / "editions.json"))
    assert [e["date"] for e in listed["editions"]] == [JULY, JUNE, MAY]


def test_the_same_build_twice_gives_the_same_bytes(three: Path, plain: Path) -> None:
    before = digests(three)
    publish(three.parent, plain, JULY, value=1.2)
    assert digests(three) == before


def test_an_ordinary_build_keeps_the_editions(three: Path, plain: Path) -> None:
    kept = digests(three / "as-of")
    outcome = publish(three.parent, plain, "2026-03-31", edition=False)
    assert (outcome.date, outcome.shown) == ("", "")
    assert digests(three / "as-of") == kept
    front = read(three / "index.html")
    assert "Data through 2026-03-31." in front
    assert "not kept as an edition" in front and 'data-edition=""' in front
    assert not (three / "changes.html").exists()
    check_site(three)


def test_an_ordinary_build_of_the_newest_edition_is_that_edition(three: Path, plain: Path) -> None:
    before = digests(three)
    outcome = publish(three.parent, plain, JULY, edition=False, value=1.2)
    assert outcome.shown == JULY
    assert digests(three) == before


def test_without_editions_an_ordinary_site_is_left_alone(plain: Path, tmp_path: Path) -> None:
    publish(tmp_path, plain, JULY, edition=False)
    assert "editions" not in read(tmp_path / "html" / "index.html")
    assert not (tmp_path / "html" / "feed.xml").exists()


def test_a_site_put_in_place_without_this_package_carries_the_editions(three: Path) -> None:
    kept = digests(three / "as-of")
    new = three.parent / "new"
    new.mkdir()
    carried(new, three)
    exchange(new, three)
    assert digests(three / "as-of") == kept
    assert (three / "feed.xml").is_file() and (three / "editions.html").is_file()


def test_nothing_written_at_the_top_reaches_an_edition(three: Path) -> None:
    before = digests(three / "as-of")
    for path in three.rglob("*"):
        if path.is_file() and "as-of" not in path.parts:
            with path.open("a", encoding="utf-8") as file:
                file.write("changed in place")
    assert digests(three / "as-of") == before


def test_what_editions_have_in_common_is_on_disk_once(three: Path) -> None:
    held = [three / "as-of" / day / "assets/runtime.js" for day in (MAY, JUNE, JULY)]
    assert len({path.stat().st_ino for path in held}) == 1
    apparent = sum(p.stat().st_size for p in (three / "as-of").rglob("*") if p.is_file())
    assert disk_bytes(three / "as-of") < apparent


def test_the_whole_can_be_moved(three: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "deep"
    moved.parent.mkdir()
    three.rename(moved)
    check_site(moved)
    for page in moved.rglob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"#?]+)', read(page)):
            assert not target.startswith("/") and not urlsplit(target).scheme, (page, target)


def test_the_search_index_of_each_edition_names_only_its_own_pages(three: Path) -> None:
    for index in three.rglob("searchindex.js"):
        assert "as-of" not in read(index) and "changes" not in read(index)
        page = index.with_name("search.html")
        assert 'data-page="search.html"' in read(page)


# ---- nothing half done -------------------------------------------------------------------


def test_an_edition_that_cannot_be_made_changes_nothing(three: Path, plain: Path) -> None:
    before = digests(three)
    broken = three.parent / "broken"
    shutil.copytree(plain, broken)
    (broken / "index.html").write_text("<html><head></head></html>", encoding="utf-8")
    with pytest.raises(BuildError, match="no place for the editions"):
        publish(three.parent, broken, "2026-07-30")
    assert digests(three) == before
    left = {p.name for p in three.parent.iterdir()} - {"html", "broken", "results"}
    assert left <= {".workspace.lock"}


def test_a_damaged_record_is_told_and_nothing_is_lost(three: Path, plain: Path) -> None:
    (three / "as-of" / JUNE / "edition.json").write_text("{", encoding="utf-8")
    before = digests(three)
    with pytest.raises(BuildError, match=r"as-of/2026-06-30/edition\.json cannot be read; restore"):
        publish(three.parent, plain, "2026-07-30")
    assert digests(three) == before


def test_a_dead_link_of_an_edition_is_refused(three: Path, plain: Path) -> None:
    broken = three.parent / "broken"
    shutil.copytree(plain, broken)
    front = read(broken / "index.html").replace("chapters/risks.html", "chapters/none.html")
    (broken / "index.html").write_text(front, encoding="utf-8")
    with pytest.raises(BuildError, match=r"chapters/none\.html"):
        publish(three.parent, broken, "2026-07-30")


def test_workspaces_of_the_dead_are_cleared_and_of_the_living_left(tmp_path: Path) -> None:
    (tmp_path / ".site-dead" / "html").mkdir(parents=True)
    (tmp_path / ".site-gone.lock").touch()
    with workspace(tmp_path) as outer:
        (outer / "work").touch()
        with workspace(tmp_path) as inner:
            assert inner != outer
            assert (outer / "work").exists()
        assert sorted(p.name for p in tmp_path.glob(".site-*") if p.is_dir()) == [outer.name]
    assert [p.name for p in tmp_path.iterdir()] == [".workspace.lock"]


def test_a_site_left_between_two_renames_comes_back(tmp_path: Path) -> None:
    aside = tmp_path / ".old-x" / "html"
    aside.mkdir(parents=True)
    (aside / "index.html").write_text("the last good site", encoding="utf-8")
    with workspace(tmp_path):
        pass
    assert read(tmp_path / "html" / "index.html") == "the last good site"
    assert not (tmp_path / ".old-x").exists()


# ---- what pages say ----------------------------------------------------------------------


def test_the_bar_can_be_taken_off_again() -> None:
    html = '<head></head><article class="bd-article">x</article>'
    place = Place(JULY, "as-of/2026-07-31/", JULY)
    once = dressed(html, "chapters/risks.html", place, "ab")
    assert undressed(once) == html
    assert dressed(once, "chapters/risks.html", place, "ab") == once
    assert 'href="../../../editions.html"' in once and 'href="../changes.html"' in once
    assert 'src="../../../editions.js"' in once and 'src="../_static/editions.js?v=ab"' in once


def test_a_page_is_canonical_only_where_the_address_is_known(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, plain, MAY)
    assert "canonical" not in read(tmp_path / "html" / "index.html")
    monkeypatch.setenv("ROTATION_SITE_URL", "https://example.org/report")
    publish(tmp_path, plain, JULY, value=2.0)
    html = tmp_path / "html"
    wanted = {
        "index.html": "https://example.org/report/",
        "chapters/risks.html": "https://example.org/report/chapters/risks.html",
        f"as-of/{JULY}/index.html": f"https://example.org/report/as-of/{JULY}/",
        f"as-of/{JULY}/changes.html": f"https://example.org/report/as-of/{JULY}/changes.html",
    }
    for page, address in wanted.items():
        assert re.findall(r'rel="canonical" href="([^"]*)"', read(html / page)) == [address]
    check_site(html)


@pytest.mark.parametrize("address", ["example.org", "/report", "ftp://x.org/", "https://x.org/?a"])
def test_what_is_no_web_address_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROTATION_SITE_URL", address)
    with pytest.raises(ParameterError, match="ROTATION_SITE_URL"):
        site_address()


def test_the_address_may_stand_in_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").write_text("html:\n  baseurl: https://x.org/a\n", encoding="utf-8")
    assert site_address(tmp_path) == "https://x.org/a/"


@pytest.mark.parametrize("record", [{}, {"data_through": "July"}, {"as_of": "2026-13-01"}])
def test_a_report_without_a_day_is_no_edition(record: dict[str, str]) -> None:
    with pytest.raises(BuildError, match="names no day"):
        edition_date(record)


def test_the_day_of_knowledge_names_the_edition() -> None:
    assert edition_date({"as_of": "2026-07-15", "data_through": "2026-07-14"}) == "2026-07-15"


# ---- list and feed -----------------------------------------------------------------------


def test_list_and_script_say_the_same(three: Path) -> None:
    script = read(three / "editions.js")
    held = json.loads(script.removeprefix("window.rotationEditions = ").removesuffix(";\n"))
    listed = json.loads(read(three / "editions.json"))
    assert held["newest"] == listed["newest"] == JULY
    assert [e["href"] for e in held["editions"]] == [e["href"] for e in listed["editions"]]
    for edition in held["editions"]:
        for page in edition["pages"]:
            assert (three / edition["href"] / page).is_file()
    page = read(three / "editions.html")
    assert [f'href="{e["href"]}index.html"' in page for e in held["editions"]] == [True] * 3
    assert page.index(JULY) < page.index(JUNE) < page.index(MAY)


def test_a_record_that_would_be_markup_stays_text() -> None:
    from rotation_lib.editions.listing import list_body, list_script

    odd = Edition(JULY, JULY, ("</script>.html",), {"holds": 1}, summary="<script>x</script> & y")
    assert "</script>" not in list_script([odd])
    assert "<script>" not in list_body([odd])
    assert "<script>" not in feed([odd])


def valid_atom(text: str) -> ElementTree.Element:
    """The feed's root, after the rules of RFC 4287 that can be checked in the file."""
    root = ElementTree.fromstring(text)
    assert root.tag == f"{ATOM}feed"
    entries = root.findall(f"{ATOM}entry")
    ids = []
    for holder in (root, *entries):
        for name in ("id", "title", "updated"):
            assert len(holder.findall(f"{ATOM}{name}")) == 1, name  # 4.1.1, 4.1.2: exactly one
        ids.append(str(holder.findtext(f"{ATOM}id")))
        moment = str(holder.findtext(f"{ATOM}updated"))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment)  # 3.3: RFC 3339
        datetime.fromisoformat(moment)
        links = holder.findall(f"{ATOM}link")
        alternates = [k for k in links if k.get("rel") == "alternate"]
        assert len({(k.get("type"), k.get("hreflang")) for k in alternates}) == len(alternates)
        assert all(k.get("href") for k in links)
        # 4.1.1.1: an entry without content has an alternate link.
        assert alternates
        summaries = holder.findall(f"{ATOM}summary")
        assert len(summaries) == (holder is not root)
    assert len(set(ids)) == len(ids)
    assert all(urlsplit(name).scheme for name in ids)  # 4.2.6: an IRI, so absolute
    assert root.findtext(f"{ATOM}author/{ATOM}name")  # 4.1.1: feed or every entry has an author
    return root


def test_the_feed_is_valid_atom_with_links_into_the_site(three: Path) -> None:
    root = valid_atom(read(three / "feed.xml"))
    assert root.findtext(f"{ATOM}updated") == f"{JULY}T00:00:00Z"
    moments = [e.findtext(f"{ATOM}updated") for e in root.findall(f"{ATOM}entry")]
    assert moments == [f"{day}T00:00:00Z" for day in (JULY, JUNE, MAY)]
    for link in root.iter(f"{ATOM}link"):
        assert (three / str(link.get("href"))).is_file()


def test_a_feed_with_a_known_address_has_absolute_links_and_the_same_ids() -> None:
    editions = [Edition(day, day, (), {}, summary="s") for day in (JULY, MAY)]
    near, far = (valid_atom(feed(editions, at)) for at in ("", "https://x.org/a&b/"))
    assert [e.text for e in near.iter(f"{ATOM}id")] == [e.text for e in far.iter(f"{ATOM}id")]
    links = [str(e.get("href")) for e in far.iter(f"{ATOM}link")]
    assert all(link.startswith("https://x.org/a&b/") for link in links)
    assert [e.get("rel") for e in far.findall(f"{ATOM}link")] == ["alternate", "self"]


def test_every_page_names_the_feed(three: Path) -> None:
    pages = list(three.rglob("*.html"))
    assert len(pages) == 4 * 4 + 1
    for page in pages:
        (target,) = re.findall(r'type="application/atom\+xml"[^>]* href="([^"]*)"', read(page))
        assert (page.parent / target).resolve() == three.resolve() / "feed.xml"


def test_the_top_of_a_site_without_a_search_page_is_refused(plain: Path, tmp_path: Path) -> None:
    site = tmp_path / "new"
    shutil.copytree(plain, site)
    (site / "search.html").unlink()
    for name, record in records(JULY).items():
        (site / name).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(BuildError, match=r"search\.html"):
        finish(site, tmp_path / "html", edition=True, results=tmp_path / "r")


@pytest.mark.slow
def test_a_reader_never_sees_half_a_site_however_the_build_is_killed(
    plain: Path, tmp_path: Path
) -> None:
    script = Path(__file__).with_name("killed_editions.py")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script), str(tmp_path / "out"), str(plain), "23"],
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    seen = [line.split()[1] for line in done.stdout.splitlines()]
    assert seen == sorted(seen, key=["before", "after"].index)  # never back again
    assert seen.count("before") >= 5 and seen.count("after") >= 1
