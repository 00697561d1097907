"""Speak HTTP with a service that limits, fails and breaks off: one request, asked again where that is safe."""

from __future__ import annotations

import hashlib
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any

from dtbase.system.errors import Failure
from dtmodels.build.download import CHUNK, RETRY_STATUSES, Advance, RetryPolicy

BROKEN = (http.client.HTTPException, TimeoutError, ConnectionError, urllib.error.URLError)
MOST_WAIT_S = 65 * 60.0
"""A job's token may ask 1000 times an hour, so a large release waits once; a limit that lasts longer is an error."""


class HttpError(Failure):
    """The service answered, and not as hoped."""

    def __init__(self, status: int, message: str, *, where: str) -> None:
        fix = {
            401: "the token has expired or is wrong: give the job a new one and run it again",
            403: "the token may not do this: the job needs `contents: write`, or the limit of requests is reached",
        }.get(status, "run the command again; it goes on where it stopped")
        super().__init__(f"the service answers {status}: {message}", where=where, fix=fix)
        self.status = status
        self.message = message


class Unreachable(Failure):
    """The service did not answer, so nobody knows whether it did what was asked."""

    def __init__(self, reason: object, *, where: str) -> None:
        super().__init__(f"no answer: {reason}", where=where, fix="run the command again; it goes on where it stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the service said, with a body that was small enough to read at once."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        """The body as JSON; None when it is empty.

        Raises:
            Failure: it is not JSON.
        """
        try:
            return json.loads(self.body) if self.body else None
        except ValueError as exc:
            raise Failure(f"the service answers {self.body[:60]!r}, which is not JSON") from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """Requests with one token, to one service."""

    token: str = field(default="", repr=False)
    patience: RetryPolicy = field(default_factory=lambda: RetryPolicy(max_wait_s=MOST_WAIT_S))
    agent: str = "dtmodels"

    def ask(self, method: str, url: str, values: Mapping[str, Any] | None = None, *, again: bool = True) -> Answer:
        """Ask for something small.

        Args:
            method: GET, POST, PATCH or DELETE.
            url: where.
            values: what is sent, as JSON.
            again: whether it does no harm to ask twice. Else only what was surely not done is asked again.

        Raises:
            Refused: the service says no.
            Unreachable: it says nothing.
        """
        data = json.dumps(values).encode() if values is not None else None
        headers = {"Content-Type": "application/json"} if data else {}
        for attempt in range(self.patience.tries):
            with self._tried(url, attempt, again=again), self._open(method, url, data, headers) as answer:
                return Answer(status=answer.status, headers=answer.headers, body=answer.read())
        raise AssertionError("the last attempt raises")

    def send(self, url: str, path: Path, advance: Advance) -> Answer:
        """Upload a file in pieces.

        It is sent again after a limit only, which kept the service from taking any of it; after another failure what
        the service has has to be looked at first.

        Raises:
            Refused: the service says no.
            Unreachable: it says nothing.
        """
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(path.stat().st_size)}
        for attempt in range(self.patience.tries):
            with path.open("rb") as file, self._tried(url, attempt, again=False):
                answer = self._open("POST", url, _Watched(file, advance), headers)
                with answer:
                    return Answer(status=answer.status, headers=answer.headers, body=answer.read())
        raise AssertionError("the last attempt raises")

    def save(self, url: str, target: Path, advance: Advance = lambda _: None) -> str:
        """Download to a file, redirections followed; the token goes to the first address only.

        Returns:
            SHA-256 of what was written.

        Raises:
            Refused: the service says no.
            Unreachable: it breaks off again and again.
        """
        for attempt in range(self.patience.tries):
            accept = "application/octet-stream"
            with self._tried(url, attempt, again=True), self._open("GET", url, None, {}, accept) as answer:
                return _write(answer, target, advance)
        raise AssertionError("the last attempt raises")

    @contextmanager
    def _tried(self, url: str, attempt: int, *, again: bool) -> Iterator[None]:
        """Wait after a failure that may pass; raise what will not, or what has lasted too long."""
        last = attempt + 1 >= self.patience.tries
        pause = self.patience.wait_s * 2**attempt
        try:
            yield
        except urllib.error.HTTPError as refused:
            limit = _limit(refused, pause)
            if last or (limit or 0) > self.patience.max_wait_s or (limit is None and not _passes(refused, again)):
                raise HttpError(refused.code, _message(refused, limit), where=url) from refused
            refused.close()
            pause = pause if limit is None else limit
        except BROKEN as broken:
            if last or not again:
                raise Unreachable(getattr(broken, "reason", broken), where=url) from broken
        else:
            return
        self.patience.sleep(pause)

    def _open(
        self, method: str, url: str, data: Any, headers: Mapping[str, str], accept: str = "application/vnd.github+json"
    ) -> Any:
        request = urllib.request.Request(url, data=data, method=method)  # noqa: S310 - addresses of the service itself
        for name, value in {"User-Agent": self.agent, "Accept": accept, **headers}.items():
            request.add_header(name, value)
        if self.token:
            request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        return urllib.request.urlopen(request, timeout=self.patience.timeout_s)  # noqa: S310


@dataclass(slots=True)
class _Watched:
    """A file that tells how much of it was read."""

    file: IO[bytes]
    advance: Callable[[float], None]

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.advance(len(block))
        return block


def _write(answer: Any, target: Path, advance: Advance) -> str:
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        while block := answer.read(CHUNK):
            file.write(block)
            digest.update(block)
            size += len(block)
            advance(len(block))
    promised = answer.headers.get("Content-Length")
    if promised and int(promised) != size:
        raise ConnectionError(f"broke off after {size:,} bytes")
    return digest.hexdigest()


def _passes(refused: urllib.error.HTTPError, again: bool) -> bool:
    return again and refused.code in RETRY_STATUSES


def _limit(refused: urllib.error.HTTPError, otherwise_s: float) -> float | None:
    """Seconds until a limit of requests ends; None when this is no limit. Nothing was done in that case.

    The end is told as a time of the service's clock, so it is held against the service's own date: the clock here
    may be wrong.
    """
    headers = refused.headers
    asked = headers.get("Retry-After", "")
    spent = headers.get("X-RateLimit-Remaining") == "0"
    if refused.code != http.HTTPStatus.TOO_MANY_REQUESTS and not (
        refused.code == http.HTTPStatus.FORBIDDEN and (asked or spent)
    ):
        return None
    if asked.isdigit():
        return float(asked)
    ends, now = headers.get("X-RateLimit-Reset", ""), headers.get("Date", "")
    if spent and ends.isdigit() and now:
        return max(0.0, int(ends) - parsedate_to_datetime(now).timestamp())
    return otherwise_s


def _message(refused: urllib.error.HTTPError, limit: float | None) -> str:
    try:
        said = json.loads(refused.read())
        details = [str(error.get("message") or error.get("code")) for error in said.get("errors", [])]
        message = ": ".join([str(said["message"]), *([", ".join(details)] if details else [])])
    except (ValueError, KeyError, AttributeError, TypeError, *BROKEN):
        message = str(refused.reason)
    return f"{message} (the limit of requests ends in {limit:.0f} s)" if limit is not None else message
