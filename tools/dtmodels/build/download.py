"""Download one file over https: interrupted downloads resume, and SHA-256, size and git blob are checked."""

from __future__ import annotations

import fcntl
import http.client
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import sha256
from dtbase.system.recognise import SUBSTITUTES, file_kind
from dtmodels.build.git_blob import git_blob

CHUNK = 1 << 20
RETRY_STATUSES = {429, 500, 502, 503, 504}
"""HTTP status codes after which the request is repeated."""
Advance = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFile:
    """Expected SHA-256, size and git blob of a file."""

    sha256: str | None = None
    """None only while `--pin` determines it, or the git blob identifies the file."""
    bytes: int | None = None
    git_blob: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Number of tries, timeout, and wait after the first failure in seconds; the wait doubles after each failure."""

    tries: int = 5
    wait_s: float = 2.0
    timeout_s: float = 60.0
    max_wait_s: float = 120.0
    """Upper limit of a wait, also when a host requests a longer one."""
    sleep: Callable[[float], None] = time.sleep


def download(
    url: str, target: Path, expected: ExpectedFile, advance: Advance, retry: RetryPolicy = RetryPolicy()
) -> None:
    """Download `url` to `target`.

    A partial download is stored next to the target and is resumed. A file with another digest or size is deleted and
    never becomes `target`.

    Raises:
        Failure: the host responds with an error, interrupts every try, or serves another file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with _locked(part):
        if target.exists():
            return
        _fetch_all(url, part, expected, advance, retry)
        check_download(part, expected, where=url)
        part.replace(target)


def check_download(path: Path, expected: ExpectedFile, *, where: str, keep: bool = False) -> None:
    """Check size, SHA-256 and git blob of a file; an unexpected file is deleted unless `keep` is True.

    Raises:
        Failure: the file has another size, SHA-256 or git blob.
    """
    if not (differences := list(_differences(path, expected))):
        return
    kind = file_kind(path)
    if not keep:
        path.unlink()
    if kind and kind.name in SUBSTITUTES:
        raise kind.refusal(f"the file that the card specifies ({expected.sha256 or expected.git_blob})", where=where)
    raise Failure(
        f"not the file that the card specifies: {'; '.join(differences)}",
        where=where,
        fix="if the author replaced the file on purpose, review it and its licence, then change the card",
    )


def _differences(path: Path, expected: ExpectedFile) -> Iterator[str]:
    """What a file has in place of what is expected; all of it, when one of them differs."""
    size, digest = path.stat().st_size, sha256(path)
    blob = git_blob(path) if expected.git_blob else None
    if expected.bytes in {None, size} and expected.sha256 in {None, digest} and expected.git_blob == blob:
        return
    if expected.bytes not in {None, size}:
        yield f"has {size:,} bytes, expected {expected.bytes:,}"
    if expected.sha256:
        yield f"sha256 is {digest}, expected {expected.sha256}"
    if blob:
        yield f"git blob is {blob}, expected {expected.git_blob}"


def _fetch_all(url: str, part: Path, expected: ExpectedFile, advance: Advance, retry: RetryPolicy) -> None:
    for attempt in range(retry.tries):
        try:
            _fetch_rest(url, part, expected, advance, retry.timeout_s)
            return
        except (http.client.HTTPException, TimeoutError, ConnectionError, urllib.error.URLError) as exc:
            _raise_if_final(exc, url, last=attempt + 1 == retry.tries)
            retry.sleep(min(_wait_s(exc, retry.wait_s * 2**attempt), retry.max_wait_s))


def _fetch_rest(url: str, part: Path, expected: ExpectedFile, advance: Advance, timeout_s: float) -> None:
    received = part.stat().st_size if part.exists() else 0
    if expected.bytes is not None and received >= expected.bytes:
        return
    headers = {"User-Agent": "dtmodels", "Accept-Encoding": "identity"}
    if received:
        headers["Range"] = f"bytes={received}-"
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - lint requires https URLs in cards
    with urllib.request.urlopen(request, timeout=timeout_s) as response:  # noqa: S310
        resumed = response.status == http.HTTPStatus.PARTIAL_CONTENT
        advance(received if resumed else 0)
        with part.open("ab" if resumed else "wb") as file:
            while block := response.read(CHUNK):
                file.write(block)
                advance(len(block))
    _check_length(part, response.headers.get("Content-Length"), received if resumed else 0)


def _check_length(part: Path, content_length: str | None, previous: int) -> None:
    """Compare the size with Content-Length, because an early disconnect looks like an end of file."""
    if content_length and part.stat().st_size != previous + int(content_length):
        raise ConnectionError(f"interrupted after {part.stat().st_size:,} bytes")


def _raise_if_final(exc: Exception, url: str, *, last: bool) -> None:
    if isinstance(exc, urllib.error.HTTPError):
        if exc.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return
        if exc.code not in RETRY_STATUSES or last:
            raise Failure(f"the host responds with {exc.code} {exc.reason}", where=url) from exc
        return
    reason = exc.reason if isinstance(exc, urllib.error.URLError) else exc
    if isinstance(reason, socket.gaierror) and reason.errno == socket.EAI_NONAME:
        fix = "check the host name, and the network connection of this machine"
        raise Failure("the host name cannot be resolved", where=url, fix=fix) from exc
    if last:
        raise Failure(
            f"cannot be downloaded: {reason}", where=url, fix="run the command again; it resumes the download"
        ) from exc


def _wait_s(exc: Exception, default_s: float) -> float:
    if isinstance(exc, urllib.error.HTTPError):
        requested = exc.headers.get("Retry-After", "")
        if requested.isdigit():
            return float(requested)
    return default_s


@contextmanager
def _locked(part: Path) -> Iterator[None]:
    """Wait while another process downloads the same file."""
    with part.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
