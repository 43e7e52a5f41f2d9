"""The web server of ``rotation serve``: what it shows, to whom, and nothing else."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from rotation_lib.publish.serve import running_server

SECRET = "what lies beside the site"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site beside something that is nobody's business, with links that lead there."""
    folder = tmp_path_factory.mktemp("served")
    site = folder / "site"
    for name in ("chapters", "assets", "within"):
        (site / name).mkdir(parents=True)
    for name in ("index.html", "chapters/risks.html", "within/index.html", "assets/a b.css"):
        (site / name).write_text(f"<p>{name}</p>", encoding="utf-8")
    (folder / "beside.txt").write_text(SECRET, encoding="utf-8")
    (folder / "away").mkdir()
    (folder / "away" / "index.html").write_text(SECRET, encoding="utf-8")
    (site / "link.txt").symlink_to(folder / "beside.txt")
    (site / "linked").symlink_to(folder / "away")
    (site / "up").symlink_to("..")
    (site / "round").symlink_to("round")
    (site / "chapters" / "index.html").symlink_to(folder / "beside.txt")
    (site / "404.html").symlink_to(folder / "beside.txt")
    (site / "risks").symlink_to("chapters/risks.html")
    with running_server(site) as address:
        yield address


def ask(base: str, target: str, host: str | None = None, method: str = "GET") -> tuple[int, str]:
    """Status and whole text of the answer; the target goes out as it is written."""
    address, _, port = base.removeprefix("http://").partition(":")
    named = base.removeprefix("http://") if host is None else host
    lines = [f"{method} {target} HTTP/1.0", *([f"Host: {named}"] if named else []), "", ""]
    with socket.create_connection((address, int(port)), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode("latin-1"))
        told = b""
        while part := connection.recv(65536):
            told += part
    text = told.decode()
    return int(text.split()[1]), text


@pytest.mark.parametrize(
    ("target", "holds"),
    [
        ("/", "<p>index.html"),
        ("/index.html?x=1#y", "<p>index.html"),
        ("/within/", "<p>within"),
        ("/assets/a%20b.css", "<p>assets"),
        ("/risks", "<p>chapters/risks"),
        ("/chapters/../within/", "<p>within"),
    ],
)
def test_what_lies_in_the_site_is_shown(target: str, holds: str, base: str) -> None:
    code, text = ask(base, target)
    assert code == 200 and holds in text


@pytest.mark.parametrize(
    "target",
    [
        "/../beside.txt",
        "/%2e%2e/beside.txt",
        "/%2e%2e%2fbeside.txt",
        "/..%2fbeside.txt",
        "/..%5cbeside.txt",
        "/chapters/..//../beside.txt",
        "//../beside.txt",
        "/link.txt",
        "/linked/",
        "/linked/index.html",
        "/up/beside.txt",
        "/up/site/index.html/../../beside.txt",
        "/round",
        "/chapters/",
        "/assets/",
        "/nothing",
        "/%00",
        "/index.html%00.css",
        "/chapters%00/",
        f"/{'x' * 5000}",
        "/%ff%fe",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nothing_else_is(
    target: str, method: str, base: str, capfd: pytest.CaptureFixture[str]
) -> None:
    code, text = ask(base, target, method=method)
    assert code == 404, text
    assert SECRET not in text and "a b.css" not in text and "Traceback" not in text
    told = capfd.readouterr()
    assert told.out + told.err == ""


@pytest.mark.parametrize(
    "host",
    ["example.org", "127.0.0.1.example.org", "localhost.example.org:8000", "0.0.0.0", "[::1]", ""],
)
def test_another_name_is_not_answered_to(host: str, base: str) -> None:
    """A page whose name was made to lead here must not read the report."""
    code, text = ask(base, "/", host)
    assert code == 421 and "<p>index.html" not in text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1"])
def test_the_names_of_this_machine_are(host: str, base: str) -> None:
    assert ask(base, "/", host)[0] == 200


def test_a_folder_without_a_slash_leads_to_itself(base: str) -> None:
    code, text = ask(base, "/within")
    assert code == 301 and "\r\nLocation: /within/\r\n" in text
    code, text = ask(base, "//example.org/%2e%2e/within")
    assert "Location: //" not in text
