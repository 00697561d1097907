"""Downloads against a server that breaks off, lies, asks to wait and redirects."""

from __future__ import annotations

import hashlib
import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtmodels.build.download import ExpectedFile, RetryPolicy, download

DATA = bytes(range(256)) * 4000
EXPECTED = ExpectedFile(sha256=hashlib.sha256(DATA).hexdigest(), bytes=len(DATA))
QUICK = RetryPolicy(tries=3, wait_s=0.01, timeout_s=5)


class Host(http.server.ThreadingHTTPServer):
    """Serves DATA; `faults` are answers it gives first, one a request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.faults: list[str] = []
        self.ranges: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/weights.pth"


class Answer(http.server.BaseHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        self.server.ranges.append(self.headers["Range"])
        match self.server.faults.pop(0) if self.server.faults else "":
            case "":
                self._send(DATA)
            case "cut":
                self._send(DATA, upto=300_000)
            case "wrong":
                self._send(DATA[::-1])
            case "no ranges":
                self._send(DATA, ranges=False)
            case "redirect":
                self.send_response(302)
                self.send_header("Location", self.server.url)
                self.end_headers()
            case status:
                self.send_response(int(status))
                self.send_header("Retry-After", "0")
                self.end_headers()

    def _send(self, data: bytes, *, upto: int | None = None, ranges: bool = True) -> None:
        start = 0
        if ranges and (asked := self.headers["Range"]):
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        if start >= len(data):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        self.wfile.write(data[start:upto])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[Host]:
    with Host() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def fetch(host: Host, directory: Path, expected: ExpectedFile = EXPECTED) -> Path:
    target = directory / "weights"
    download(host.url, target, expected, lambda _: None, QUICK)
    return target


@pytest.mark.parametrize("fault", ["", "429", "500", "503", "redirect", "no ranges"])
def test_the_file_arrives_whole_after(host: Host, tmp_path: Path, fault: str) -> None:
    host.faults = [fault]
    assert fetch(host, tmp_path).read_bytes() == DATA


def test_a_broken_download_is_continued_not_begun_again(host: Host, tmp_path: Path) -> None:
    host.faults = ["cut"]
    assert fetch(host, tmp_path).read_bytes() == DATA
    assert host.ranges == [None, "bytes=300000-"]


def test_a_run_that_was_killed_is_continued_by_the_next(host: Host, tmp_path: Path) -> None:
    host.faults = ["cut", "404"]
    with pytest.raises(Failure):
        fetch(host, tmp_path)
    assert not (tmp_path / "weights").exists()
    assert fetch(host, tmp_path).read_bytes() == DATA
    assert host.ranges[-1] == "bytes=300000-"


def test_a_host_without_ranges_starts_over(host: Host, tmp_path: Path) -> None:
    host.faults = ["cut", "no ranges"]
    assert fetch(host, tmp_path).read_bytes() == DATA


def test_another_file_under_the_name_is_refused_and_not_kept(host: Host, tmp_path: Path) -> None:
    host.faults = ["wrong"]
    with pytest.raises(Failure, match=f"expected {EXPECTED.sha256}") as refused:
        fetch(host, tmp_path)
    assert refused.value.where == host.url
    assert not list(tmp_path.glob("weights*[!k]")), "only the lock may stay"


def test_a_page_instead_of_the_file_is_refused_by_size(host: Host, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="has 1,024,000 bytes, expected 2,000,000"):
        fetch(host, tmp_path, ExpectedFile(sha256="0" * 64, bytes=2_000_000))


@pytest.mark.parametrize("status", ["404", "403"])
def test_a_missing_file_is_not_asked_for_again(host: Host, tmp_path: Path, status: str) -> None:
    host.faults = [status]
    with pytest.raises(Failure, match=f"the host responds with {status}"):
        fetch(host, tmp_path)
    assert len(host.ranges) == 1


def test_a_host_that_always_fails_is_given_up_after_the_tries(host: Host, tmp_path: Path) -> None:
    host.faults = ["503"] * 9
    with pytest.raises(Failure, match="the host responds with 503"):
        fetch(host, tmp_path)
    assert len(host.ranges) == QUICK.tries


def test_no_host_at_all_is_one_clear_failure(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"cannot be downloaded: .*refused"):
        download("http://127.0.0.1:9/x", tmp_path / "weights", EXPECTED, lambda _: None, QUICK)


def test_a_host_nobody_knows_is_not_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    pauses: list[float] = []
    with pytest.raises(Failure, match="the host name cannot be resolved") as failure:
        download(
            "https://host.invalid/x", tmp_path / "weights", EXPECTED, lambda _: None, RetryPolicy(sleep=pauses.append)
        )
    assert pauses == []
    assert "check the host name" in failure.value.fix


def test_a_file_that_is_there_is_not_fetched_again(host: Host, tmp_path: Path) -> None:
    fetch(host, tmp_path)
    fetch(host, tmp_path)
    assert len(host.ranges) == 1
