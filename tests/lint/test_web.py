"""The HTTP client of the online rules, tested with a local server."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dtmodels.lint.web import USER_AGENT, Web


class Server(ThreadingHTTPServer):
    """Responds by path, and records the requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append((self.command, self.path, self.headers["User-Agent"]))
        status = {"/gone": 404, "/busy": 503, "/no-head": 405 if self.command == "HEAD" else 200, "/away": 302}
        self.send_response(status.get(self.path, 200))
        if self.path == "/away":
            self.send_header("Location", "http://10.0.0.1/secret")
        body = b'{"license": "mit"}'
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - name required by http.server

    def log_message(self, *_: Any) -> None:
        """Print no log."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def web(tmp_path: Path, server: Server) -> Web:
    return Web(cache=tmp_path, is_allowed=lambda url: url.startswith(server.url), pause=0.0, timeout=5.0)


def test_response_has_status_size_and_content(web: Web, server: Server) -> None:
    assert web.get(f"{server.url}/page").json() == {"license": "mit"}
    response = web.head(f"{server.url}/page")
    assert (response.status, response.bytes, response.text) == (200, 18, "")
    assert server.requests == [("GET", "/page", USER_AGENT), ("HEAD", "/page", USER_AGENT)]


def test_responses_are_cached(web: Web, server: Server, tmp_path: Path) -> None:
    for _ in range(3):
        assert web.head(f"{server.url}/gone").gone
    again = Web(cache=tmp_path, is_allowed=web.is_allowed)
    assert again.head(f"{server.url}/gone").gone
    assert len(server.requests) == 1


def test_server_errors_are_not_cached(web: Web, server: Server) -> None:
    for _ in range(2):
        response = web.head(f"{server.url}/busy")
        assert (response.status, response.gone) == (503, False)
    assert len(server.requests) == 2


def test_get_is_used_if_head_is_rejected(web: Web, server: Server) -> None:
    assert web.head(f"{server.url}/no-head").status == 200
    assert [method for method, *_ in server.requests] == ["HEAD", "GET"]


def test_redirect_to_a_private_host_is_rejected(web: Web, server: Server) -> None:
    response = web.get(f"{server.url}/away")
    assert (response.status, response.gone) == (0, False)
    assert "10.0.0.1" in response.text


@pytest.mark.parametrize(
    "url", ["http://github.com/x", "https://127.0.0.1/x", "file:///etc/passwd", "https://a.local/"]
)
def test_only_public_https_is_requested(tmp_path: Path, url: str) -> None:
    assert Web(cache=tmp_path).head(url).text == "not a public https URL"


def test_connection_error_has_status_zero(tmp_path: Path) -> None:
    response = Web(cache=tmp_path, is_allowed=lambda _: True, pause=0.0).head("http://127.0.0.1:1/")
    assert (response.status, response.gone) == (0, False)
    assert "refused" in response.text


def test_damaged_cache_is_ignored(web: Web, server: Server, tmp_path: Path) -> None:
    web.get(f"{server.url}/page")
    for file in tmp_path.iterdir():
        file.write_text("{")
    assert web.get(f"{server.url}/page").status == 200
    assert len(server.requests) == 2


def test_pause_between_requests_to_a_host(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    slow = Web(cache=tmp_path, is_allowed=lambda _: True, pause=30.0)
    for path in ("a", "b"):
        slow.get(f"{server.url}/{path}")
    assert slept[0] == 0.0
    assert 25 < slept[1] <= 30
