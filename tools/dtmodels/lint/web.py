"""Ask the network politely: one question at a time, with a name, a pause, a limit, and a memory on disk.

What speaks HTTP is imported with the first question: most runs ask none, and start faster.
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
    """What a server said; `status` 0 means that it could not be asked, and `text` says why."""

    status: int
    text: str = ""
    bytes: int | None = None
    """Size of the whole file, where the server states it."""

    @property
    def gone(self) -> bool:
        """Whether the server is sure that there is nothing at this address."""
        return self.status in (404, 410)

    def json(self) -> Any:
        """The answer as JSON; None when it is not."""
        try:
            return json.loads(self.text) if self.status == 200 else None
        except ValueError:
            return None


def default_cache() -> Path:
    """Where answers are kept for a day."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "dtmodels" / "online"


@dataclass(frozen=True, kw_only=True)
class Web:
    """The network, as rules see it. Only public https addresses are asked, redirections included."""

    cache: Path = field(default_factory=default_cache)
    allowed: Callable[[str], bool] | None = None
    """Whether an address may be asked; public https when it is not given."""
    pause: float = 0.5
    """Seconds between two questions to the same host."""
    timeout: float = 15.0
    last: dict[str, float] = field(default_factory=dict)

    def head(self, address: str) -> Response:
        """Whether something is there, and how large it is."""
        answer = self._remembered("HEAD", address)
        return answer if answer.status not in (403, 405, 501) else self._remembered("GET", address)

    def get(self, address: str) -> Response:
        """What is there, as text."""
        return self._remembered("GET", address)

    def _remembered(self, method: str, address: str) -> Response:
        kept = self.cache / f"{hashlib.sha256(f'{method} {address}'.encode()).hexdigest()}.json"
        try:
            if time.time() - kept.stat().st_mtime < CACHE_SECONDS:
                return Response(**json.loads(kept.read_bytes()))
        except (OSError, ValueError, TypeError):
            pass
        answer = self._ask(method, address)
        if answer.status and answer.status < 500 and answer.status != 429:
            write_text(kept, json.dumps(asdict(answer)))
        return answer

    def _ask(self, method: str, address: str) -> Response:
        if not self._may(address):
            return Response(status=0, text="not a public https address")
        import http.client
        import urllib.error

        host = urlsplit(address).netloc
        time.sleep(max(0.0, self.last.get(host, 0.0) + self.pause - time.monotonic()))
        try:
            return self._fetch(method, address)
        except urllib.error.HTTPError as refused:
            refused.close()
            return Response(status=refused.code, text=str(refused.reason))
        except (OSError, http.client.HTTPException, ValueError) as failed:
            return Response(status=0, text=str(getattr(failed, "reason", failed)) or type(failed).__name__)
        finally:
            self.last[host] = time.monotonic()

    def _fetch(self, method: str, address: str) -> Response:
        import urllib.request

        request = urllib.request.Request(address, method=method, headers={"User-Agent": USER_AGENT})  # noqa: S310 - _may looked
        with _opener(self._may).open(request, timeout=self.timeout) as response:
            size = response.headers.get("Content-Length", "")
            body = response.read(MAX_BYTES) if method == "GET" and _is_text(response) else b""
            bytes_ = int(size) if size.isascii() and size.isdigit() else None
            return Response(status=response.status, text=body.decode("utf-8", errors="replace"), bytes=bytes_)

    def _may(self, address: str) -> bool:
        return self.allowed(address) if self.allowed else not url_error(address)


def _opener(may: Callable[[str], bool]) -> Any:
    """What opens an address, and follows redirections nowhere a card may not point to."""
    import urllib.error
    import urllib.request

    class Redirects(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *given: Any) -> Any:
            if not may(given[-1]):
                raise urllib.error.URLError(f"it leads to {given[-1][:100]}, which is not a public https address")
            return super().redirect_request(*given)

    return urllib.request.build_opener(Redirects())


def _is_text(response: Any) -> bool:
    kind = response.headers.get_content_type()
    return bool(kind.startswith("text/") or kind.endswith(("json", "xml")))
