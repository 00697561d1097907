"""The fake GitHub as an HTTP server: routes, tokens, pages, redirects, faults."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fake_github.faults import Fault
from tests.fake_github.state import ApiError, Asset, Release, State

DATE = "Mon, 01 Jan 2001 00:00:00 GMT"
"""A date far from the clock of the tests, because no code may compare clocks."""


class FakeGitHub:
    """An HTTP server in a thread that ends with the `with` block."""

    def __init__(self, directory: Path, state: State | None = None, *, file: Path | None = None, port: int = 0) -> None:
        self.state = state or State(directory=directory)
        self.file = file
        self.lock = threading.RLock()
        self.server = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (Handler,), {"fake": self}))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> FakeGitHub:
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def environment(self, token: str = "good-token") -> dict[str, str]:  # noqa: S107 - no secret
        """Return the environment variables of a runner, and the base URL of raw files."""
        return {
            "GITHUB_API_URL": self.url,
            "GITHUB_SERVER_URL": f"{self.url}/web",
            "GITHUB_REPOSITORY": self.state.repository,
            "GITHUB_TOKEN": token,
            "DTMODELS_RAW_URL": f"{self.url}/raw",
        }

    def fail(self, *faults: Fault) -> None:
        """Inject faults into later requests."""
        with self.lock:
            self.state.faults.extend(faults)

    def requests(self, method: str = "", path: str = "") -> list[dict[str, Any]]:
        """Return the logged requests that match a method and a regular expression of the path."""
        return [
            entry
            for entry in self.state.log
            if (not method or entry["method"] == method) and re.search(path, entry["path"])
        ]

    def save(self) -> None:
        """Write the state to its file, if there is one."""
        if self.file:
            self.state.save(self.file)


class Handler(BaseHTTPRequestHandler):
    """Handler of one connection. All connections share the state, so requests are handled sequentially."""

    fake: FakeGitHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        """Print nothing, because the state holds a log."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return a wrong date, so that no client depends on it."""
        return DATE

    def do_GET(self) -> None:
        self._respond()

    do_POST = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815 - names of the base class

    def _respond(self) -> None:
        if self.path == "/_control":
            self._control()
            return
        with self.fake.lock:
            fault = next((item for item in self.fake.state.faults if item.applies_to(self.command, self.path)), None)
        if fault and fault.kind == "hang":
            time.sleep(fault.delay_s)
        if fault and fault.kind in ("cut", "gone"):
            self._log(0, 0, 0)
            self.close_connection = True
            return
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.fake.lock:
            try:
                status, body, headers = self._handle(data, fault)
            except ApiError as exc:
                status, body, headers = exc.status, json.dumps(exc.body).encode(), exc.headers
            self._log(status, len(data), len(body))
            self.fake.save()
        with suppress(BrokenPipeError, ConnectionResetError):  # the client may have disconnected
            self._send(status, body, headers)

    def _handle(self, data: bytes, fault: Fault | None) -> tuple[int, bytes, dict[str, str]]:
        if fault and fault.kind == "status":
            raise ApiError(fault.status, fault.message, **fault.headers)
        response = self._route(data, fault)
        if fault and fault.kind == "after":
            raise ApiError(fault.status, fault.message, **fault.headers)
        return response

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _log(self, status: int, received: int, sent: int) -> None:
        entry = {"method": self.command, "path": self.path, "status": status, "received": received, "sent": sent}
        entry |= {"agent": self.headers.get("User-Agent", ""), "token": bool(self.headers.get("Authorization"))}
        self.fake.state.log.append(entry)

    def _control(self) -> None:
        """Serve tests in another process: GET returns the state, POST changes its fields and adds faults."""
        values = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        state = self.fake.state
        with self.fake.lock:
            self.fake.fail(*(Fault(**fault) for fault in values.pop("faults", [])))
            for name, value in values.items():
                getattr(state, name).update(value) if isinstance(value, dict) else setattr(state, name, value)
            self.fake.save()
            releases = [self._release(release) for release in state.releases]
            content = {"log": state.log, "tags": state.tags, "index": state.index, "releases": releases}
        self._send(200, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _route(self, data: bytes, fault: Fault | None) -> tuple[int, bytes, dict[str, str]]:
        url = urlsplit(self.path)
        for method, pattern, action in ROUTES:
            path = f"{pattern}$".replace("REPO", re.escape(self.fake.state.repository))
            if method == self.command and (match := re.match(path, url.path)):
                query = {name: values[-1] for name, values in parse_qs(url.query).items()}
                return action(self, match, query, data, fault)
        raise ApiError(404, "Not Found")

    def _may(self, permission: str) -> bool:
        """Return True if the caller may read or write; an unknown token counts as expired."""
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        if not kind:
            return permission == "read"
        if token not in self.fake.state.tokens:
            raise ApiError(401, "Bad credentials")
        return permission == "read" or self.fake.state.tokens[token] == "write"

    def _require_write(self) -> None:
        if not self.headers.get("Authorization"):
            raise ApiError(401, "Requires authentication")
        if not self._may("write"):
            raise ApiError(403, "Resource not accessible by integration")

    def _release(self, release: Release) -> dict[str, Any]:
        url = f"{self.fake.url}/repos/{self.fake.state.repository}/releases/{release.id}"
        return {
            **{name: value for name, value in vars(release).items() if name not in ("assets", "make_latest")},
            "url": url,
            "upload_url": f"{url.replace('/repos/', '/uploads/repos/')}/assets{{?name,label}}",
            "html_url": f"{self.fake.url}/web/{self.fake.state.repository}/releases/tag/{release.tag_name}",
            "created_at": "2001-01-01T00:00:00Z",
            "assets": [self._asset(asset, release) for asset in release.assets],
        }

    def _asset(self, asset: Asset, release: Release) -> dict[str, Any]:
        repository = f"{self.fake.url}/repos/{self.fake.state.repository}"
        public = f"{self.fake.url}/web/{self.fake.state.repository}/releases/download/{release.tag_name}/{asset.name}"
        return {**vars(asset), "url": f"{repository}/releases/assets/{asset.id}", "browser_download_url": public}

    def _page(self, items: list[Any], query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        size, page = min(int(query.get("per_page", 30)), 100), int(query.get("page", 1))
        headers = {"Content-Type": "application/json"}
        if len(items) > size * page:
            page_url = f"{self.fake.url}{urlsplit(self.path).path}"
            headers["Link"] = f'<{page_url}?per_page={size}&page={page + 1}>; rel="next"'
        return 200, json.dumps(items[size * (page - 1) : size * page]).encode(), headers

    def _json(self, value: Any, status: int = 200) -> tuple[int, bytes, dict[str, str]]:
        return status, json.dumps(value).encode(), {"Content-Type": "application/json"}

    def commit(self, match: re.Match[str], *_: Any) -> tuple[int, bytes, dict[str, str]]:
        self._may("read")
        return self._json({"sha": self.fake.state.commit(match[1])})

    def list_releases(self, _: re.Match[str], query: dict[str, str], *__: Any) -> tuple[int, bytes, dict[str, str]]:
        with_drafts = self._may("write")
        visible = [release for release in reversed(self.fake.state.releases) if with_drafts or not release.draft]
        return self._page([self._release(release) for release in visible], query)

    def by_tag(self, match: re.Match[str], *_: Any) -> tuple[int, bytes, dict[str, str]]:
        self._may("read")
        if release := self.fake.state.published(match[1]):
            return self._json(self._release(release))
        raise ApiError(404, "Not Found")

    def by_id(self, match: re.Match[str], *_: Any) -> tuple[int, bytes, dict[str, str]]:
        release = self.fake.state.find(int(match[1]))
        if release.draft and not self._may("write"):
            raise ApiError(404, "Not Found")
        return self._json(self._release(release))

    def create(self, _: re.Match[str], __: dict[str, str], data: bytes, *___: Any) -> tuple[int, bytes, dict[str, str]]:
        self._require_write()
        return self._json(self._release(self.fake.state.create(json.loads(data))), 201)

    def update(self, match: re.Match[str], _: Any, data: bytes, *__: Any) -> tuple[int, bytes, dict[str, str]]:
        self._require_write()
        release = self.fake.state.find(int(match[1]))
        return self._json(self._release(self.fake.state.update(release, json.loads(data))))

    def delete(self, match: re.Match[str], *_: Any) -> tuple[int, bytes, dict[str, str]]:
        self._require_write()
        self.fake.state.delete(self.fake.state.find(int(match[1])))
        return 204, b"", {}

    def git_object(self, match: re.Match[str], _: Any, data: bytes, *__: Any) -> tuple[int, bytes, dict[str, str]]:
        if self.command == "GET":
            self._may("read")
            return self._json(self.fake.state.git.commit(match[1]))
        self._require_write()
        return self._json({"sha": self.fake.state.git.store(match[1], json.loads(data))}, 201)

    def reference(self, match: re.Match[str], _: Any, data: bytes, *__: Any) -> tuple[int, bytes, dict[str, str]]:
        self._require_write()
        values = json.loads(data)
        name = unquote(match[1]) if self.command == "PATCH" else values["ref"].removeprefix("refs/heads/")
        self.fake.state.git.set_branch(name, values["sha"], new=self.command == "POST")
        return self._json({"ref": f"refs/heads/{name}"}, 201 if self.command == "POST" else 200)

    def pulls(
        self, match: re.Match[str], query: dict[str, str], data: bytes, *_: Any
    ) -> tuple[int, bytes, dict[str, str]]:
        git = self.fake.state.git
        if self.command == "GET":
            found = git.open_pulls(query["head"].partition(":")[2])
        else:
            self._require_write()
            if self.fake.state.pull_tokens.get(self.headers["Authorization"].partition(" ")[2]) != "write":
                raise ApiError(403, "Resource not accessible by integration")
            number = int(match[1]) if self.command == "PATCH" else git.open_pull(json.loads(data))
            git.pulls[number - 1] |= json.loads(data)
            found = [number]
        url = f"{self.fake.url}/repos/{self.fake.state.repository}/pulls"
        shown = [
            {**git.pulls[one - 1], "url": f"{url}/{one}", "html_url": f"{self.fake.url}/web/pull/{one}"}
            for one in found
        ]
        return self._json(shown if self.command == "GET" else shown[0], 201 if self.command == "POST" else 200)

    def list_assets(self, match: re.Match[str], query: dict[str, str], *_: Any) -> tuple[int, bytes, dict[str, str]]:
        release = self.fake.state.find(int(match[1]))
        if release.draft and not self._may("write"):
            raise ApiError(404, "Not Found")
        return self._page([self._asset(asset, release) for asset in release.assets], query)

    def upload(
        self, match: re.Match[str], query: dict[str, str], data: bytes, fault: Fault | None
    ) -> tuple[int, bytes, dict[str, str]]:
        self._require_write()
        release = self.fake.state.find(int(match[1]))
        asset = self.fake.state.start_upload(release, query.get("name", ""), len(data))
        if fault and fault.kind == "half":
            self.fake.state.blob(asset).write_bytes(data[: len(data) // 2])
            raise ApiError(fault.status, fault.message)
        corrupted = bytes([data[0] ^ 1]) + data[1:] if fault and fault.kind == "lie" else None
        self.fake.state.finish_upload(asset, data, corrupted)
        return self._json(self._asset(asset, release), 201)

    def asset(self, match: re.Match[str], *_: Any) -> tuple[int, bytes, dict[str, str]]:
        release, asset = self.fake.state.asset(int(match[1]))
        if release.draft and not self._may("write"):
            raise ApiError(404, "Not Found")
        if self.headers.get("Accept") != "application/octet-stream":
            return self._json(self._asset(asset, release))
        return self._redirect_to_storage(asset)

    def delete_asset(self, match: re.Match[str], *_: Any) -> tuple[int, bytes, dict[str, str]]:
        self._require_write()
        self.fake.state.delete_asset(*self.fake.state.asset(int(match[1])))
        return 204, b"", {}

    def download(self, match: re.Match[str], *_: Any) -> tuple[int, bytes, dict[str, str]]:
        release = self.fake.state.published(match[1])
        for asset in release.assets if release else []:
            if asset.name == match[2] and asset.state == "uploaded":
                return self._redirect_to_storage(asset)
        raise ApiError(404, "Not Found")

    def storage(self, match: re.Match[str], *_: Any) -> tuple[int, bytes, dict[str, str]]:
        if self.headers.get("Authorization"):
            raise ApiError(400, "Only one way to sign a request is allowed")
        data = self.fake.state.blob(self.fake.state.asset(int(match[1]))[1]).read_bytes()
        return 200, data, {"Content-Type": "application/octet-stream"}

    def raw(self, *_: Any) -> tuple[int, bytes, dict[str, str]]:
        if self.fake.state.index is None:
            raise ApiError(404, "404: Not Found")
        return 200, self.fake.state.index.encode(), {"Content-Type": "text/plain; charset=utf-8"}

    def _redirect_to_storage(self, asset: Asset) -> tuple[int, bytes, dict[str, str]]:
        if asset.state != "uploaded":
            raise ApiError(404, "Not Found")
        return 302, b"", {"Location": f"{self.fake.url}/storage/{asset.id}"}


Action = Callable[..., tuple[int, bytes, dict[str, str]]]
ROUTES: tuple[tuple[str, str, Action], ...] = (
    ("GET", r"/repos/REPO/commits/(.+)", Handler.commit),
    ("GET", r"/repos/REPO/git/commits/([0-9a-f]+)", Handler.git_object),
    ("POST", r"/repos/REPO/git/(blobs|trees|commits)", Handler.git_object),
    ("POST", r"/repos/REPO/git/refs", Handler.reference),
    ("PATCH", r"/repos/REPO/git/refs/heads/(.+)", Handler.reference),
    ("GET", r"/repos/REPO/pulls", Handler.pulls),
    ("POST", r"/repos/REPO/pulls", Handler.pulls),
    ("PATCH", r"/repos/REPO/pulls/([0-9]+)", Handler.pulls),
    ("GET", r"/repos/REPO/releases", Handler.list_releases),
    ("POST", r"/repos/REPO/releases", Handler.create),
    ("GET", r"/repos/REPO/releases/tags/(.+)", Handler.by_tag),
    ("GET", r"/repos/REPO/releases/([0-9]+)", Handler.by_id),
    ("PATCH", r"/repos/REPO/releases/([0-9]+)", Handler.update),
    ("DELETE", r"/repos/REPO/releases/([0-9]+)", Handler.delete),
    ("GET", r"/repos/REPO/releases/([0-9]+)/assets", Handler.list_assets),
    ("POST", r"/uploads/repos/REPO/releases/([0-9]+)/assets", Handler.upload),
    ("GET", r"/repos/REPO/releases/assets/([0-9]+)", Handler.asset),
    ("DELETE", r"/repos/REPO/releases/assets/([0-9]+)", Handler.delete_asset),
    ("GET", r"/web/REPO/releases/download/([^/]+)/([^/]+)", Handler.download),
    ("GET", r"/storage/([0-9]+)", Handler.storage),
    ("GET", r"/raw/REPO/HEAD/releases-index\.json", Handler.raw),
)
