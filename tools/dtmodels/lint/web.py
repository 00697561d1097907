"""Rate-limited, cached HTTP client of the online rules. Responses are cached on disk for a day.

The HTTP modules are imported with the first request, because most runs make none and start faster without them.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dtbase.system.files import write_text
from dtmodels.lint.url_check import url_error

USER_AGENT = "dtmodels-lint (checks that the addresses in model cards still hold)"
CACHE_SECONDS = 24 * 3600.0
MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Response of a server; `status` 0 means that the request failed, with the reason in `text`."""

    status: int
    text: str = ""
    bytes: int | None = None
    """Size of the whole file, if the server states it."""

    @property
    def gone(self) -> bool:
        """True if the server reports that the URL does not exist."""
        return self.status in (404, 410)

    def json(self) -> Any:
        """The body parsed as JSON; None if it is not JSON or the request failed."""
        try:
            return json.loads(self.text) if self.status == 200 else None
        except ValueError:
            return None


def default_cache() -> Path:
    """Directory of the cached responses."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "dtmodels" / "online"


@dataclass(frozen=True, kw_only=True)
class Web:
    """Network access for rules. Only public https URLs are requested, redirects included."""

    cache: Path = field(default_factory=default_cache)
    is_allowed: Callable[[str], bool] | None = None
    """Predicate of allowed URLs; public https URLs if None."""
    pause: float = 0.5
    """Minimum time between two requests to the same host, in seconds."""
    timeout: float = 15.0
    """Timeout of a request, in seconds."""
    last_request: dict[str, float] = field(default_factory=dict)

    def head(self, url: str) -> Response:
        """Check that a URL exists, and read its size; uses GET if the server rejects HEAD."""
        response = self._cached("HEAD", url)
        return response if response.status not in (403, 405, 501) else self._cached("GET", url)

    def get(self, url: str) -> Response:
        """Read a URL as text."""
        return self._cached("GET", url)

    def _cached(self, method: str, url: str) -> Response:
        file = self.cache / f"{hashlib.sha256(f'{method} {url}'.encode()).hexdigest()}.json"
        try:
            if time.time() - file.stat().st_mtime < CACHE_SECONDS:
                return Response(**json.loads(file.read_bytes()))
        except (OSError, ValueError, TypeError):
            pass
        response = self._request(method, url)
        if response.status and response.status < 500 and response.status != 429:
            write_text(file, json.dumps(asdict(response)))
        return response

    def _request(self, method: str, url: str) -> Response:
        if not self._allows(url):
            return Response(status=0, text="not a public https URL")
        import http.client
        import urllib.error

        host = urlsplit(url).netloc
        time.sleep(max(0.0, self.last_request.get(host, 0.0) + self.pause - time.monotonic()))
        try:
            return self._fetch(method, url)
        except urllib.error.HTTPError as error:
            error.close()
            return Response(status=error.code, text=str(error.reason))
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Response(status=0, text=str(getattr(error, "reason", error)) or type(error).__name__)
        finally:
            self.last_request[host] = time.monotonic()

    def _fetch(self, method: str, url: str) -> Response:
        import urllib.request

        request = urllib.request.Request(url, method=method, headers={"User-Agent": USER_AGENT})  # noqa: S310 - checked by _allows
        with _opener(self._allows).open(request, timeout=self.timeout) as response:
            size = response.headers.get("Content-Length", "")
            body = response.read(MAX_BYTES) if method == "GET" and _is_text(response) else b""
            bytes_ = int(size) if size.isascii() and size.isdigit() else None
            return Response(status=response.status, text=body.decode("utf-8", errors="replace"), bytes=bytes_)

    def _allows(self, url: str) -> bool:
        return self.is_allowed(url) if self.is_allowed else not url_error(url)


def _opener(is_allowed: Callable[[str], bool]) -> Any:
    """Build a URL opener that follows redirects to allowed URLs only."""
    import urllib.error
    import urllib.request

    class Redirects(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *arguments: Any) -> Any:
            target = arguments[-1]
            if not is_allowed(target):
                raise urllib.error.URLError(f"it redirects to {target[:100]}, which is not a public https URL")
            return super().redirect_request(*arguments)

    return urllib.request.build_opener(Redirects())


def _is_text(response: Any) -> bool:
    kind = response.headers.get_content_type()
    return bool(kind.startswith("text/") or kind.endswith(("json", "xml")))
