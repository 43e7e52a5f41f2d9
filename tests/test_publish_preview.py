"""What other sites show of a shared page: tags with whole addresses, a picture of its own."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from rotation_lib.errors import BuildError
from rotation_lib.publish.finish import preview

CHART = '<svg class="marks" width="20" height="10" viewBox="0 0 20 10"><path d="M0 0"/></svg>'
FINDINGS = {"claims": [{"verdict": v} for v in ("holds", "does not hold", "does not hold")]}
PAGE = '<html><head><meta property="og:title" content="A &amp; B?" /></head><body></body></html>'


def project(folder: Path, config: str = "title: x\n") -> Path:
    (folder / "_config.yml").write_text(config, encoding="utf-8")
    return folder


def test_the_address_comes_from_the_environment_or_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(preview.VARIABLE, raising=False)
    assert preview.site_address(project(tmp_path)) == ""
    held = project(tmp_path, "html:\n  baseurl: https://example.org/report\n")
    assert preview.site_address(held) == "https://example.org/report/"
    monkeypatch.setenv(preview.VARIABLE, "https://other.example/")
    assert preview.site_address(held) == "https://other.example/"


@pytest.mark.parametrize(
    "address", ["example.org", "ftp://example.org", "https://", "https://a/?b=1"]
)
def test_what_is_no_web_address_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv(preview.VARIABLE, address)
    with pytest.raises(BuildError, match="no web address; write https"):
        preview.site_address(project(tmp_path))


def test_tags_name_whole_addresses_or_nothing() -> None:
    made = preview.with_preview(PAGE, "https://e.org/r/", "chapters/risks.html", 'A "chart"')
    for tag in (
        '<meta property="og:url" content="https://e.org/r/chapters/risks.html" />',
        '<meta property="og:image" content="https://e.org/r/preview.png" />',
        '<meta name="twitter:card" content="summary_large_image" />',
        'content="A &quot;chart&quot;"',
    ):
        assert made.count(tag) >= 1 and made.index(tag) < made.index("</head>")
    assert preview.with_preview(PAGE, "", "index.html", "x") == PAGE


def test_the_picture_counts_the_claims_and_holds_the_chart() -> None:
    drawn = preview.picture("Do they lead?", "They <do> & did", CHART, FINDINGS)
    for said in (">1<", ">holds<", ">2<", ">do not hold<", ">0<", "They &lt;do&gt; &amp; did"):
        assert said in drawn
    assert '<svg x="440" y="170" width="720" height="420" viewBox="0 0 20 10"><path' in drawn
    assert ">holds<" not in preview.picture("Q", "T", CHART, {})
    with pytest.raises(BuildError, match="no frame"):
        preview.picture("Q", "T", "<p>no picture</p>", {})


def test_a_site_gets_its_picture_once_and_the_same_bytes(tmp_path: Path) -> None:
    html, kept = tmp_path / "html", tmp_path / "kept"
    html.mkdir()
    chart = ({"title": "They led"}, CHART)
    made = []
    for address in ("", "https://e.org/"):
        (html / "index.html").write_text(PAGE, encoding="utf-8")
        preview.shared(html, ["index.html"], chart, FINDINGS, address, kept)
        made.append((html / preview.NAME).read_bytes())
        for file in kept.iterdir():
            file.unlink()  # drawn anew
    assert made[0] == made[1]
    assert struct.unpack(">II", made[0][16:24]) == (preview.WIDTH, preview.HEIGHT)
    page = (html / "index.html").read_text(encoding="utf-8")
    said = "1 holds, 0 hold in part, 0 not shown, 2 do not hold"
    assert f'content="A &amp; B? Of the claims, {said}' in page
    preview.shared(html, ["index.html"], None, FINDINGS, "https://e.org/", kept)
