"""A server of a written site, for this machine only."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012 - declared by the base class
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".onnx": "application/octet-stream",
        ".gz": "application/octet-stream",
        ".webp": "image/webp",
    }

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Print nothing."""


def site_server(directory: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server of the directory on 127.0.0.1, not yet running; port 0 takes a free one.

    Raises:
        Failure: the port is in use or invalid.
    """
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(directory)))
    except (OSError, OverflowError) as exc:
        raise Failure(f"cannot listen: {exc}", where=f"port {port}", fix="name another with --port") from exc


def serve_site(directory: Path, port: int, console: Console) -> None:
    """Serve the directory until Ctrl-C."""
    with site_server(directory, port) as server:
        console.say(f"http://127.0.0.1:{server.server_address[1]}/")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.note("stopped")
