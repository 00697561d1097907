"""Downloads from a server that interrupts, serves wrong data, requests a wait, or redirects."""

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
    """Serves DATA after the responses in `faults`, one per request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults: list[str] = []
        self.ranges: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/weights.pth"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        self.server.ranges.append(self.headers["Range"])
        match self.server.faults.pop(0) if self.server.faults else "":
            case "":
                self._send(DATA)
            case "interrupt":
                self._send(DATA, end=300_000)
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

    def _send(self, data: bytes, *, end: int | None = None, ranges: bool = True) -> None:
        start = 0
        if ranges and (requested := self.headers["Range"]):
            start = int(requested.removeprefix("bytes=").rstrip("-"))
        if start >= len(data):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        self.wfile.write(data[start:end])

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
def test_download_is_complete_after(host: Host, tmp_path: Path, fault: str) -> None:
    host.faults = [fault]
    assert fetch(host, tmp_path).read_bytes() == DATA


def test_interrupted_download_is_resumed(host: Host, tmp_path: Path) -> None:
    host.faults = ["interrupt"]
    assert fetch(host, tmp_path).read_bytes() == DATA
    assert host.ranges == [None, "bytes=300000-"]


def test_next_run_resumes_the_partial_download(host: Host, tmp_path: Path) -> None:
    host.faults = ["interrupt", "404"]
    with pytest.raises(Failure):
        fetch(host, tmp_path)
    assert not (tmp_path / "weights").exists()
    assert fetch(host, tmp_path).read_bytes() == DATA
    assert host.ranges[-1] == "bytes=300000-"


def test_download_restarts_when_the_host_ignores_ranges(host: Host, tmp_path: Path) -> None:
    host.faults = ["interrupt", "no ranges"]
    assert fetch(host, tmp_path).read_bytes() == DATA


def test_file_with_another_digest_is_rejected_and_deleted(host: Host, tmp_path: Path) -> None:
    host.faults = ["wrong"]
    with pytest.raises(Failure, match=f"expected {EXPECTED.sha256}") as failure:
        fetch(host, tmp_path)
    assert failure.value.where == host.url
    assert not list(tmp_path.glob("weights*[!k]")), "only the lock may remain"


def test_file_with_another_size_is_rejected(host: Host, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="has 1,024,000 bytes, expected 2,000,000"):
        fetch(host, tmp_path, ExpectedFile(sha256="0" * 64, bytes=2_000_000))


@pytest.mark.parametrize("status", ["404", "403"])
def test_missing_file_is_not_requested_again(host: Host, tmp_path: Path, status: str) -> None:
    host.faults = [status]
    with pytest.raises(Failure, match=f"the host responds with {status}"):
        fetch(host, tmp_path)
    assert len(host.ranges) == 1


def test_download_fails_after_the_maximum_number_of_tries(host: Host, tmp_path: Path) -> None:
    host.faults = ["503"] * 9
    with pytest.raises(Failure, match="the host responds with 503"):
        fetch(host, tmp_path)
    assert len(host.ranges) == QUICK.tries


def test_refused_connection_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"cannot be downloaded: .*refused"):
        download("http://127.0.0.1:9/x", tmp_path / "weights", EXPECTED, lambda _: None, QUICK)


def test_unresolvable_host_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_existing_file_is_not_downloaded_again(host: Host, tmp_path: Path) -> None:
    fetch(host, tmp_path)
    fetch(host, tmp_path)
    assert len(host.ranges) == 1
