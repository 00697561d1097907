"""Fetch one file over https: resumed where it broke off, and taken only when its SHA-256 is the expected one."""

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

CHUNK = 1 << 20
RETRY_STATUSES = {429, 500, 502, 503, 504}
"""HTTP answers after which the same request may succeed later."""
Advance = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFile:
    """What a file must be before anything may read it."""

    sha256: str | None = None
    """Unknown only while a card is being pinned."""
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often to try, and how many seconds to wait after the first failure (doubled each time)."""

    tries: int = 5
    wait_s: float = 2.0
    timeout_s: float = 60.0
    most_wait_s: float = 120.0
    """A host that asks for a longer pause is not waited for as long."""
    sleep: Callable[[float], None] = time.sleep


def download(
    url: str, target: Path, expected: ExpectedFile, advance: Advance, patience: RetryPolicy = RetryPolicy()
) -> None:
    """Fetch `url` to `target`.

    What a broken run had fetched already lies beside the target and is continued. A file of another digest or size
    is deleted, never put at `target`.

    Raises:
        Failure: the host answers with an error, keeps breaking off, or serves another file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with _only_me(part):
        if target.exists():
            return
        _fetch_all(url, part, expected, advance, patience)
        check_download(part, expected, where=url)
        part.replace(target)


def check_download(path: Path, expected: ExpectedFile, *, where: str, keep: bool = False) -> None:
    """Hold a file against what was expected of it; unless `keep`, another file is deleted.

    Raises:
        Failure: the file has another size or another SHA-256.
    """
    found, size = sha256(path), path.stat().st_size
    if expected.sha256 in {None, found} and expected.bytes in {None, size}:
        return
    if not keep:
        path.unlink()
    wrong = f"sha256 is {found}, expected {expected.sha256}"
    if expected.bytes not in {None, size}:
        wrong = f"has {size:,} bytes, expected {expected.bytes:,}; {wrong}"
    raise Failure(
        f"not the file the card names: {wrong}",
        where=where,
        fix="if the author replaced the file on purpose, review it and its licence, then change the card",
    )


def _fetch_all(url: str, part: Path, expected: ExpectedFile, advance: Advance, patience: RetryPolicy) -> None:
    for attempt in range(patience.tries):
        try:
            _fetch_rest(url, part, expected, advance, patience.timeout_s)
            return
        except (http.client.HTTPException, TimeoutError, ConnectionError, urllib.error.URLError) as broken:
            _raise_if_final(broken, url, last=attempt + 1 == patience.tries)
            patience.sleep(min(_pause(broken, patience.wait_s * 2**attempt), patience.most_wait_s))


def _fetch_rest(url: str, part: Path, expected: ExpectedFile, advance: Advance, timeout_s: float) -> None:
    have = part.stat().st_size if part.exists() else 0
    if expected.bytes is not None and have >= expected.bytes:
        return
    headers = {"User-Agent": "dtmodels", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - cards are held to https by lint
    with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
        resumed = answer.status == http.HTTPStatus.PARTIAL_CONTENT
        advance(have if resumed else 0)
        with part.open("ab" if resumed else "wb") as file:
            while block := answer.read(CHUNK):
                file.write(block)
                advance(len(block))
    _check_length(part, answer.headers.get("Content-Length"), have if resumed else 0)


def _check_length(part: Path, promised: str | None, had: int) -> None:
    """A connection that closes early looks like an end of file: only the promised length tells."""
    if promised and part.stat().st_size != had + int(promised):
        raise ConnectionError(f"broke off after {part.stat().st_size:,} bytes")


def _raise_if_final(broken: Exception, url: str, *, last: bool) -> None:
    if isinstance(broken, urllib.error.HTTPError):
        if broken.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return
        if broken.code not in RETRY_STATUSES or last:
            raise Failure(f"the host answers {broken.code} {broken.reason}", where=url) from broken
        return
    reason = broken.reason if isinstance(broken, urllib.error.URLError) else broken
    if isinstance(reason, socket.gaierror) and reason.errno == socket.EAI_NONAME:
        fix = "look for a slip in its name, and whether this machine reaches the network"
        raise Failure("nobody knows the host", where=url, fix=fix) from broken
    if last:
        raise Failure(
            f"cannot be fetched: {reason}", where=url, fix="run the command again; it goes on where it stopped"
        ) from broken


def _pause(broken: Exception, otherwise_s: float) -> float:
    if isinstance(broken, urllib.error.HTTPError):
        asked = broken.headers.get("Retry-After", "")
        if asked.isdigit():
            return float(asked)
    return otherwise_s


@contextmanager
def _only_me(part: Path) -> Iterator[None]:
    """Wait while another process fetches the same file; then find it finished."""
    with part.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
