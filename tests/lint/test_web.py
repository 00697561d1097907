"""The network as rules see it, against a server on this machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dtmodels.lint.web import USER_AGENT, Web


class Server(ThreadingHTTPServer):
    """Answers by path, and remembers who asked what."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, self.headers["User-Agent"]))
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

    do_HEAD = do_GET  # noqa: N815 - the name http.server calls

    def log_message(self, *_: Any) -> None:
        """Tests are silent."""


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
    return Web(cache=tmp_path, allowed=lambda address: address.startswith(server.address), pause=0.0, timeout=5.0)


def test_an_answer_has_status_size_and_content(web: Web, server: Server) -> None:
    assert web.get(f"{server.address}/page").json() == {"license": "mit"}
    answer = web.head(f"{server.address}/page")
    assert (answer.status, answer.bytes, answer.text) == (200, 18, "")
    assert server.asked == [("GET", "/page", USER_AGENT), ("HEAD", "/page", USER_AGENT)]


def test_a_question_is_asked_once_a_day(web: Web, server: Server, tmp_path: Path) -> None:
    for _ in range(3):
        assert web.head(f"{server.address}/gone").gone
    again = Web(cache=tmp_path, allowed=web.allowed)
    assert again.head(f"{server.address}/gone").gone
    assert len(server.asked) == 1


def test_trouble_of_a_server_is_not_remembered_and_no_verdict(web: Web, server: Server) -> None:
    for _ in range(2):
        answer = web.head(f"{server.address}/busy")
        assert (answer.status, answer.gone) == (503, False)
    assert len(server.asked) == 2


def test_a_server_without_head_is_asked_for_the_page(web: Web, server: Server) -> None:
    assert web.head(f"{server.address}/no-head").status == 200
    assert [method for method, *_ in server.asked] == ["HEAD", "GET"]


def test_a_redirection_leads_nowhere_a_card_may_not_point_to(web: Web, server: Server) -> None:
    answer = web.get(f"{server.address}/away")
    assert (answer.status, answer.gone) == (0, False)
    assert "10.0.0.1" in answer.text


@pytest.mark.parametrize(
    "address", ["http://github.com/x", "https://127.0.0.1/x", "file:///etc/passwd", "https://a.local/"]
)
def test_only_public_https_is_asked(tmp_path: Path, address: str) -> None:
    assert Web(cache=tmp_path).head(address).text == "not a public https address"


def test_nobody_there_is_no_verdict(tmp_path: Path) -> None:
    answer = Web(cache=tmp_path, allowed=lambda _: True, pause=0.0).head("http://127.0.0.1:1/")
    assert (answer.status, answer.gone) == (0, False)
    assert "refused" in answer.text


def test_a_damaged_memory_is_asked_again(web: Web, server: Server, tmp_path: Path) -> None:
    web.get(f"{server.address}/page")
    for kept in tmp_path.iterdir():
        kept.write_text("{")
    assert web.get(f"{server.address}/page").status == 200
    assert len(server.asked) == 2


def test_the_same_host_is_given_a_pause(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    patient = Web(cache=tmp_path, allowed=lambda _: True, pause=30.0)
    for path in ("a", "b"):
        patient.get(f"{server.address}/{path}")
    assert slept[0] == 0.0
    assert 25 < slept[1] <= 30
