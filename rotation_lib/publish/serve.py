"""A small web server for the built site, on this machine only.

It must never listen on another interface, serve a file from outside its folder, list one, or
answer to another name: a page of somebody's whose name leads here would read along.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from ..errors import BuildError
from .owned import LOST

HOST = "127.0.0.1"
#: What a browser on this machine may call it.
_NAMES = (HOST, "localhost")

#: Fixed here because the system's own table may differ.
_TYPES = {
    **SimpleHTTPRequestHandler.extensions_map,
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".ipynb": "application/x-ipynb+json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".pdf": "application/pdf",
    ".xml": "application/atom+xml; charset=utf-8",
}


class _Handler(SimpleHTTPRequestHandler):
    """Static files, served without a word."""

    extensions_map = _TYPES

    def send_head(self) -> Any:
        """Refuse what is not asked of this server, or does not lie in its folder."""
        if not _is_ours(self.headers.get("Host")):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        if not self._lies_inside():
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def _lies_inside(self) -> bool:
        """Whether the file that is meant, or the page of the folder, lies in the folder served."""
        try:
            meant = Path(self.translate_path(self.path))
            pages = (meant / "index.html", meant / "index.htm") if meant.is_dir() else ()
            return all(self._is_inside(path) for path in (meant, *pages))
        except (OSError, RuntimeError, ValueError):  # too long, a circle of links, a zero byte
            return False

    def _is_inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(Path(self.directory).resolve())

    def list_directory(self, path: Any) -> None:
        """What a folder holds is nobody's business."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """As a static host does it: the site's own page for what is not there."""
        page = Path(self.directory) / LOST
        if code != HTTPStatus.NOT_FOUND or not page.is_file() or not self._is_inside(page):
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", _TYPES[".html"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: requests are not news."""


def _is_ours(host: str | None) -> bool:
    """Whether a request's ``Host`` is a name of this machine's own, with or without a port."""
    return (host or "").partition(":")[0].lower() in _NAMES


def _server(folder: Path, port: int) -> ThreadingHTTPServer:
    if not (folder / "index.html").is_file():
        raise BuildError(f"there is no site in {folder}; make one with 'rotation build'.")
    try:
        return ThreadingHTTPServer((HOST, port), partial(_Handler, directory=str(folder)))
    except (OSError, OverflowError) as error:
        raise BuildError(
            f"port {port} on {HOST} cannot be used ({error}); choose another with --port."
        ) from None


def serve(folder: Path, port: int = 8000) -> None:
    """Serve a folder until interrupted.

    Args:
        folder: holds ``index.html``.
        port: on 127.0.0.1.

    Raises:
        BuildError: without a site, or when the port is taken.
    """
    with _server(folder, port) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


@contextmanager
def running_server(folder: Path, port: int = 0) -> Iterator[str]:
    """Serve a folder in the background; yields its address, without a final slash.

    Args:
        folder: holds ``index.html``.
        port: 0 takes a free one.
    """
    with _server(folder, port) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
