"""A fake Hugging Face Hub on loopback: repositories, trees, pre-upload, LFS, commits, tokens.

It serves the requests with which huggingface_hub 2 creates a repository and commits files, and records them. Large
files use LFS, as the Hub requires for `.onnx` and `.dtmodel`. A commit is rejected when it refers to an object that
was not uploaded, or when it is based on an outdated commit.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

LARGE = (".onnx", ".dtmodel", ".safetensors")
TOKEN = "hf_good"  # noqa: S105 - no secret


@dataclass(kw_only=True)
class Repository:
    """Files and commits of one repository; the newest commit is last."""

    files: dict[str, bytes] = field(default_factory=lambda: {".gitattributes": b"*.onnx filter=lfs\n"})
    commits: list[dict[str, Any]] = field(default_factory=list)

    @property
    def head(self) -> str:
        """Id of the newest commit."""
        return hashlib.sha1(str(len(self.commits)).encode(), usedforsecurity=False).hexdigest()


class FakeHub:
    """An HTTP server in a thread that ends with the `with` block."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.objects: dict[str, bytes] = {}
        self.requests: list[tuple[str, str]] = []
        self.broken: list[str] = []
        """Path suffixes whose requests get status 500."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"hub": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> FakeHub:
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def count_requests(self, method: str, part: str) -> int:
        """Count the requests of a method whose path contains `part`."""
        return sum(verb == method and part in path for verb, path in self.requests)


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._route("GET")

    def do_POST(self) -> None:
        self._route("POST")

    def do_PUT(self) -> None:
        self._route("PUT")

    def _route(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        self.hub.requests.append((method, path))
        if any(path.endswith(suffix) for suffix in self.hub.broken):
            return self._respond(500, {"error": "service unavailable"})
        if not path.startswith("/lfs/") and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._respond(401, {"error": "Invalid username or password."})
        for verb, pattern, handle in _ROUTES:
            if verb == method and (match := re.fullmatch(pattern, path)):
                return handle(self, body, *match.groups())
        return self._respond(404, {"error": f"no such page: {method} {path}"})

    def _respond(self, status: int, value: Any) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _create(self, body: bytes) -> None:
        request = json.loads(body)
        name = f"{request['organization']}/{request['name']}"
        known = name in self.hub.repositories
        self.hub.repositories.setdefault(name, Repository())
        self._respond(409 if known else 200, {"url": f"{self.hub.url}/{name}", "name": name})

    def _info(self, _: bytes, name: str) -> None:
        self._respond(200, {"id": name, "sha": self.hub.repositories[name].head, "siblings": []})

    def _tree(self, _: bytes, name: str) -> None:
        files = sorted(self.hub.repositories[name].files.items())
        self._respond(200, [self._entry(path, data) for path, data in files])

    def _entry(self, path: str, data: bytes) -> dict[str, Any]:
        entry = {"type": "file", "path": path, "size": len(data), "oid": _git_blob_sha1(data)}
        if path.endswith(LARGE):
            entry["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
        return entry

    def _front_matter(self, body: bytes) -> None:
        text = json.loads(body)["content"]
        valid = text.startswith("---\n") and "\nlicense: " in text.partition("\n---\n")[0]
        self._respond(200 if valid else 400, {"errors": [] if valid else [{"message": "no licence"}], "warnings": []})

    def _preupload(self, body: bytes, name: str) -> None:
        stored = self.hub.repositories[name].files
        files = []
        for file in json.loads(body)["files"]:
            large = file["path"].endswith(LARGE)
            data = stored.get(file["path"])
            oid = None if data is None else hashlib.sha256(data).hexdigest() if large else _git_blob_sha1(data)
            mode = "lfs" if large else "regular"
            files.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": oid})
        self._respond(200, {"files": files})

    def _batch(self, body: bytes, _: str) -> None:
        objects = []
        for requested in json.loads(body)["objects"]:
            entry = {"oid": requested["oid"], "size": requested["size"]}
            if requested["oid"] not in self.hub.objects:
                entry["actions"] = {"upload": {"href": f"{self.hub.url}/lfs/{requested['oid']}"}}
            objects.append(entry)
        self._respond(200, {"transfer": "basic", "objects": objects})

    def _upload(self, body: bytes, oid: str) -> None:
        valid = hashlib.sha256(body).hexdigest() == oid
        if valid:
            self.hub.objects[oid] = body
        self._respond(200 if valid else 422, {})

    def _commit(self, body: bytes, name: str) -> None:
        repository = self.hub.repositories[name]
        header, *operations = [json.loads(line) for line in body.splitlines()]
        if header["value"].get("parentCommit") not in (None, repository.head):
            return self._respond(412, {"error": "a commit has happened since"})
        files = dict(repository.files)
        for operation in operations:
            value = operation["value"]
            match operation["key"]:
                case "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile" if value["oid"] in self.hub.objects:
                    files[value["path"]] = self.hub.objects[value["oid"]]
                case "deletedFile":
                    del files[value["path"]]
                case _:
                    return self._respond(400, {"error": f"cannot do {operation}"})
        repository.files = files
        repository.commits.append({"summary": header["value"]["summary"], "operations": operations})
        url = f"{self.hub.url}/{name}/commit/{repository.head}"
        return self._respond(200, {"commitUrl": url, "commitOid": repository.head})


def _git_blob_sha1(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


_ROUTES = (
    ("POST", "/api/repos/create", _Handler._create),
    ("POST", "/api/validate-yaml", _Handler._front_matter),
    ("GET", "/api/models/([^/]+/[^/]+)", _Handler._info),
    ("GET", "/api/models/([^/]+/[^/]+)/tree/[0-9a-f]{40}", _Handler._tree),
    ("POST", "/api/models/([^/]+/[^/]+)/preupload/main", _Handler._preupload),
    ("POST", r"/([^/]+/[^/]+)\.git/info/lfs/objects/batch", _Handler._batch),
    ("PUT", "/lfs/([0-9a-f]{64})", _Handler._upload),
    ("POST", "/api/models/([^/]+/[^/]+)/commit/main", _Handler._commit),
)
