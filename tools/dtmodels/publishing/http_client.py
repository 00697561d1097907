"""HTTP client for a server with rate limits and failures: repeats a request where that is safe. Used by `github`."""

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

CONNECTION_ERRORS = (http.client.HTTPException, TimeoutError, ConnectionError, urllib.error.URLError)
MOST_WAIT_S = 65 * 60.0
"""A job's token allows 1000 requests an hour, so a large release waits once; a longer limit is an error."""
RESUME = "run the command again; it resumes where it stopped"


class HttpError(Failure):
    """The server responded with an error status."""

    def __init__(self, status: int, message: str, *, where: str) -> None:
        fix = {
            401: "the token has expired or is invalid: set a new one and run the job again",
            403: "the token lacks a permission: the job needs `contents: write`, or the rate limit is reached",
        }.get(status, RESUME)
        super().__init__(f"the server responds with status {status}: {message}", where=where, fix=fix)
        self.status = status
        self.message = message


class Unreachable(Failure):
    """The server did not respond, so it is unknown whether the request had an effect."""

    def __init__(self, reason: object, *, where: str) -> None:
        super().__init__(f"no response: {reason}", where=where, fix=RESUME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response of the server, with its complete body."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        """Parse the body as JSON; None if it is empty.

        Raises:
            Failure: the body is not JSON.
        """
        try:
            return json.loads(self.body) if self.body else None
        except ValueError as exc:
            raise Failure(f"the server responds with {self.body[:60]!r}, which is not JSON") from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpClient:
    """Sends requests with one token to one server."""

    token: str = field(default="", repr=False)
    patience: RetryPolicy = field(default_factory=lambda: RetryPolicy(max_wait_s=MOST_WAIT_S))
    agent: str = "dtmodels"

    def request(
        self, method: str, url: str, values: Mapping[str, Any] | None = None, *, repeatable: bool = True
    ) -> Response:
        """Send a request with a small body and a small response.

        Args:
            method: GET, POST, PATCH or DELETE.
            url: the URL.
            values: the body, sent as JSON.
            repeatable: a repetition is harmless. Otherwise the request is repeated only after a rate limit.

        Raises:
            HttpError: the server responds with an error.
            Unreachable: the server does not respond.
        """
        data = json.dumps(values).encode() if values is not None else None
        headers = {"Content-Type": "application/json"} if data else {}
        for attempt in range(self.patience.tries):
            with (
                self._wait_after_error(url, attempt, repeatable=repeatable),
                self._open(method, url, data, headers) as response,
            ):
                return Response(status=response.status, headers=response.headers, body=response.read())
        raise AssertionError("the last attempt raises")

    def upload(self, url: str, path: Path, advance: Advance) -> Response:
        """Upload a file in chunks.

        It is sent again only after a rate limit, when the server has stored no part of it. After any other failure
        the caller must read the state on the server first.

        Raises:
            HttpError: the server responds with an error.
            Unreachable: the server does not respond.
        """
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(path.stat().st_size)}
        for attempt in range(self.patience.tries):
            with path.open("rb") as file, self._wait_after_error(url, attempt, repeatable=False):
                response = self._open("POST", url, _ProgressReader(file, advance), headers)
                with response:
                    return Response(status=response.status, headers=response.headers, body=response.read())
        raise AssertionError("the last attempt raises")

    def download(self, url: str, target: Path, advance: Advance = lambda _: None) -> str:
        """Download a URL to a file, and follow redirections; only the first URL gets the token.

        Returns:
            SHA-256 of the file.

        Raises:
            HttpError: the server responds with an error.
            Unreachable: every attempt is interrupted.
        """
        for attempt in range(self.patience.tries):
            accept = "application/octet-stream"
            with (
                self._wait_after_error(url, attempt, repeatable=True),
                self._open("GET", url, None, {}, accept) as response,
            ):
                return _write(response, target, advance)
        raise AssertionError("the last attempt raises")

    @contextmanager
    def _wait_after_error(self, url: str, attempt: int, *, repeatable: bool) -> Iterator[None]:
        """Wait after a temporary error; raise a permanent error, and any error of the last attempt."""
        last = attempt + 1 >= self.patience.tries
        pause = self.patience.wait_s * 2**attempt
        try:
            yield
        except urllib.error.HTTPError as exc:
            limit = _rate_limit_s(exc, pause)
            temporary = repeatable and exc.code in RETRY_STATUSES
            if last or (limit or 0) > self.patience.max_wait_s or (limit is None and not temporary):
                raise HttpError(exc.code, _message(exc, limit), where=url) from exc
            exc.close()
            pause = pause if limit is None else limit
        except CONNECTION_ERRORS as exc:
            if last or not repeatable:
                raise Unreachable(getattr(exc, "reason", exc), where=url) from exc
        else:
            return
        self.patience.sleep(pause)

    def _open(
        self, method: str, url: str, data: Any, headers: Mapping[str, str], accept: str = "application/vnd.github+json"
    ) -> Any:
        request = urllib.request.Request(url, data=data, method=method)  # noqa: S310 - URLs of the server itself
        for name, value in {"User-Agent": self.agent, "Accept": accept, **headers}.items():
            request.add_header(name, value)
        if self.token:
            request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        return urllib.request.urlopen(request, timeout=self.patience.timeout_s)  # noqa: S310


@dataclass(slots=True)
class _ProgressReader:
    """A file that reports the bytes read from it."""

    file: IO[bytes]
    advance: Callable[[float], None]

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.advance(len(block))
        return block


def _write(response: Any, target: Path, advance: Advance) -> str:
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        while block := response.read(CHUNK):
            file.write(block)
            digest.update(block)
            size += len(block)
            advance(len(block))
    declared = response.headers.get("Content-Length")
    if declared and int(declared) != size:
        raise ConnectionError(f"interrupted after {size:,} bytes")
    return digest.hexdigest()


def _rate_limit_s(error: urllib.error.HTTPError, default_s: float) -> float | None:
    """Return the seconds until a rate limit ends; None for another error. A rate-limited request had no effect.

    The end is a time of the server's clock, so it is compared with the date of the response: the local clock may be
    wrong.
    """
    headers = error.headers
    retry_after = headers.get("Retry-After", "")
    exhausted = headers.get("X-RateLimit-Remaining") == "0"
    if error.code != http.HTTPStatus.TOO_MANY_REQUESTS and not (
        error.code == http.HTTPStatus.FORBIDDEN and (retry_after or exhausted)
    ):
        return None
    if retry_after.isdigit():
        return float(retry_after)
    reset, now = headers.get("X-RateLimit-Reset", ""), headers.get("Date", "")
    if exhausted and reset.isdigit() and now:
        return max(0.0, int(reset) - parsedate_to_datetime(now).timestamp())
    return default_s


def _message(error: urllib.error.HTTPError, limit: float | None) -> str:
    try:
        body = json.loads(error.read())
        details = [str(detail.get("message") or detail.get("code")) for detail in body.get("errors", [])]
        message = ": ".join([str(body["message"]), *([", ".join(details)] if details else [])])
    except (ValueError, KeyError, AttributeError, TypeError, *CONNECTION_ERRORS):
        message = str(error.reason)
    return f"{message} (the rate limit ends in {limit:.0f} s)" if limit is not None else message
