"""The fake GitHub behaves as GitHub's documentation and its users report."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fake_github import FakeGitHub, Fault

API = "/repos/someone/models"


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeGitHub]:
    with FakeGitHub(tmp_path) as server:
        yield server


def request(
    at: FakeGitHub | str, method: str, path: str, data: Any = None, bearer: str = "good-token", **headers: str
) -> tuple[int, Any, Any]:
    """Return status, headers and body of a response; a JSON body is parsed."""
    base = at if isinstance(at, str) else at.url
    url = path if path.startswith("http") else base + path
    body = data if isinstance(data, bytes) or data is None else json.dumps(data).encode()
    prepared = urllib.request.Request(url, method=method, data=body, headers=headers)
    if bearer:
        prepared.add_unredirected_header("Authorization", f"Bearer {bearer}")
    try:
        with urllib.request.urlopen(prepared, timeout=5) as response:
            content, status, received = response.read(), response.status, response.headers
    except urllib.error.HTTPError as exc:
        content, status, received = exc.read(), exc.code, exc.headers
    kind = received.get("Content-Type", "")
    return status, received, json.loads(content) if content and ("json" in kind or status >= 400) else content


def draft(at: FakeGitHub | str, tag: str = "v1.0.0") -> Any:
    status, _, release = request(at, "POST", f"{API}/releases", {"tag_name": tag, "draft": True})
    assert status == 201
    return release


def upload(fake: FakeGitHub, release: Any, name: str = "a.dtmodel", data: bytes = b"content") -> tuple[int, Any]:
    status, _, body = request(fake, "POST", f"{release['upload_url'].partition('{')[0]}?name={name}", data)
    return status, body


def test_draft_is_visible_with_write_permission_only(fake: FakeGitHub) -> None:
    release = draft(fake)
    assert len(request(fake, "GET", f"{API}/releases")[2]) == 1
    for token in ("", "read-token"):
        assert request(fake, "GET", f"{API}/releases", bearer=token)[2] == []
        assert request(fake, "GET", f"{API}/releases/{release['id']}", bearer=token)[0] == 404
    assert request(fake, "GET", f"{API}/releases/tags/v1.0.0")[0] == 404


def test_published_release_is_immutable_and_its_tag_cannot_be_reused(fake: FakeGitHub) -> None:
    fake.state.branches["main"] = "a" * 40
    release = draft(fake)
    upload(fake, release)
    _, _, published = request(fake, "PATCH", f"{API}/releases/{release['id']}", {"draft": False})
    assert published["immutable"]
    assert fake.state.tags == {"v1.0.0": "a" * 40}, "publishing creates a missing tag"
    status, error = upload(fake, release, "b.dtmodel")
    assert (status, error["message"]) == (422, "Cannot upload assets to an immutable release.")
    assert request(fake, "DELETE", f"{API}/releases/assets/{published['assets'][0]['id']}")[0] == 422
    assert request(fake, "PATCH", f"{API}/releases/{release['id']}", {"tag_name": "v1.0.1"})[0] == 422
    assert request(fake, "PATCH", f"{API}/releases/{release['id']}", {"body": "corrected"})[0] == 200
    second = draft(fake)
    status, _, error = request(fake, "PATCH", f"{API}/releases/{second['id']}", {"draft": False})
    assert (status, error["errors"][0]["code"]) == (422, "already_exists")
    request(fake, "DELETE", f"{API}/releases/{release['id']}")
    status, _, error = request(fake, "PATCH", f"{API}/releases/{second['id']}", {"draft": False})
    assert (status, error["errors"][0]["message"]) == (422, "tag_name was used by an immutable release")


def test_asset_names_are_unique_and_special_characters_become_dots(fake: FakeGitHub) -> None:
    release = draft(fake)
    assert upload(fake, release, "a%20b.dtmodel")[1]["name"] == "a.b.dtmodel"
    status, error = upload(fake, release, "a.b.dtmodel")
    assert (status, error["errors"][0]) == (
        422,
        {"resource": "ReleaseAsset", "code": "already_exists", "field": "name"},
    )


def test_limits_of_asset_size_and_number(fake: FakeGitHub) -> None:
    release = draft(fake)
    assert upload(fake, release, "empty", b"")[0] == 400
    release_state = fake.state.releases[0]
    for number in range(1000):
        fake.state.finish_upload(fake.state.start_upload(release_state, f"file-{number}", 1), b"x")
    assert upload(fake, release, "one-more")[0] == 422
    with pytest.raises(Exception, match="Validation Failed"):
        fake.state.start_upload(fake.state.create({"tag_name": "v2.0.0", "draft": True}), "large", 2 << 30)


def test_permissions_of_tokens(fake: FakeGitHub) -> None:
    new = {"tag_name": "v1.0.0", "draft": True}
    assert request(fake, "POST", f"{API}/releases", new, bearer="expired")[0] == 401
    assert request(fake, "GET", f"{API}/releases", bearer="expired")[0] == 401
    assert request(fake, "POST", f"{API}/releases", new, bearer="")[0] == 401
    status, _, error = request(fake, "POST", f"{API}/releases", new, bearer="read-token")
    assert (status, error["message"]) == (403, "Resource not accessible by integration")


def test_releases_are_paginated(fake: FakeGitHub) -> None:
    for number in range(35):
        draft(fake, f"v0.0.{number}")
    _, headers, first = request(fake, "GET", f"{API}/releases")
    assert len(first) == 30
    following = headers["Link"].partition(">")[0].removeprefix("<")
    _, headers, second = request(fake, "GET", following)
    assert len(second) == 5
    assert "Link" not in headers
    assert first[0]["tag_name"] == "v0.0.34", "newest first"


def test_download_redirects_to_storage_that_accepts_no_token(fake: FakeGitHub) -> None:
    release = draft(fake)
    _, asset = upload(fake, release)
    status, _, content = request(fake, "GET", asset["url"], Accept="application/octet-stream")
    assert (status, content) == (200, b"content")
    assert request(fake, "GET", asset["browser_download_url"], bearer="")[0] == 404, "a draft is not public"
    request(fake, "PATCH", f"{API}/releases/{release['id']}", {"draft": False})
    assert request(fake, "GET", asset["browser_download_url"], bearer="")[2] == b"content"
    assert request(fake, "GET", f"/storage/{asset['id']}")[0] == 400


def test_tag_resolves_to_a_commit(fake: FakeGitHub) -> None:
    fake.state.tags["v1.0.0"] = "b" * 40
    assert request(fake, "GET", f"{API}/commits/tags/v1.0.0")[2]["sha"] == "b" * 40
    assert request(fake, "GET", f"{API}/commits/tags/v1.0.1")[0] == 422
    fake.state.branches["main"] = "c" * 40
    assert request(fake, "GET", f"{API}/commits/HEAD")[2]["sha"] == "c" * 40


def test_commit_that_changes_workflows_cannot_be_a_release_target(fake: FakeGitHub) -> None:
    fake.state.workflow_commits = ["c" * 40]
    new = {"tag_name": "v1.0.0", "draft": True, "target_commitish": "c" * 40}
    assert request(fake, "POST", f"{API}/releases", new)[0] == 403


def test_index_is_served_from_the_default_branch(fake: FakeGitHub) -> None:
    assert request(fake, "GET", "/raw/someone/models/HEAD/releases-index.json", bearer="")[0] == 404
    fake.state.index = '{"schema": 1}'
    assert request(fake, "GET", "/raw/someone/models/HEAD/releases-index.json", bearer="")[2] == b'{"schema": 1}'


def test_faults_affect_the_requested_requests(fake: FakeGitHub) -> None:
    release = draft(fake)
    fake.fail(Fault(kind="half", method="POST", path="/assets", nth=2, status=502))
    assert upload(fake, release, "a")[0] == 201
    assert upload(fake, release, "b")[0] == 502
    assert upload(fake, release, "c")[0] == 201
    states = {
        asset["name"]: (asset["state"], asset["digest"])
        for asset in request(fake, "GET", f"{API}/releases")[2][0]["assets"]
    }
    assert states["b"] == ("starter", None)
    assert states["a"][0] == states["c"][0] == "uploaded"
    fake.fail(Fault(kind="lie", method="POST"))
    _, asset = upload(fake, release, "d", b"original")
    assert request(fake, "GET", asset["url"], Accept="application/octet-stream")[2] != b"original"
    fake.fail(Fault(kind="gone"))
    for _ in range(2):
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            request(fake, "GET", f"{API}/releases")


def test_separate_process_stores_its_state_in_a_file(tmp_path: Path, root: Path) -> None:
    state, port = tmp_path / "state.json", tmp_path / "port"
    state.write_text(json.dumps({"repository": "someone/models", "branches": {"main": "c" * 40}}))
    command = [sys.executable, "-m", "tests.fake_github", "--state", str(state), "--port-file", str(port)]
    with subprocess.Popen(command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}) as process:
        while not port.exists():
            assert process.poll() is None
            time.sleep(0.02)
        at = f"http://127.0.0.1:{port.read_text()}"
        draft(at)
        request(at, "POST", "/_control", {"tags": {"v1.0.0": "d" * 40}, "faults": [{"kind": "status", "status": 503}]})
        assert request(at, "GET", f"{API}/releases")[0] == 503
        assert request(at, "GET", "/_control")[2]["tags"] == {"v1.0.0": "d" * 40}
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert json.loads(state.read_text())["releases"][0]["tag_name"] == "v1.0.0"
