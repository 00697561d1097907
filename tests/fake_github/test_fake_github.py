"""The stand-in does what GitHub's documentation and users say GitHub does; each rule is one somebody ran into."""

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

HERE = "/repos/someone/models"


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeGitHub]:
    with FakeGitHub(tmp_path) as found:
        yield found


def ask(
    at: FakeGitHub | str, method: str, path: str, data: Any = None, bearer: str = "good-token", **headers: str
) -> tuple[int, Any, Any]:
    """Status, headers and body of one request; JSON where the answer is."""
    here = at if isinstance(at, str) else at.url
    url = path if path.startswith("http") else here + path
    body = data if isinstance(data, bytes) or data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, method=method, data=body, headers=headers)
    if bearer:
        request.add_unredirected_header("Authorization", f"Bearer {bearer}")
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            content, status, found = answer.read(), answer.status, answer.headers
    except urllib.error.HTTPError as refused:
        content, status, found = refused.read(), refused.code, refused.headers
    kind = found.get("Content-Type", "")
    return status, found, json.loads(content) if content and ("json" in kind or status >= 400) else content


def draft(at: FakeGitHub | str, tag: str = "v1.0.0") -> Any:
    status, _, release = ask(at, "POST", f"{HERE}/releases", {"tag_name": tag, "draft": True})
    assert status == 201
    return release


def upload(fake: FakeGitHub, release: Any, name: str = "a.dtmodel", data: bytes = b"content") -> tuple[int, Any]:
    status, _, body = ask(fake, "POST", f"{release['upload_url'].partition('{')[0]}?name={name}", data)
    return status, body


def test_a_draft_is_seen_by_those_who_may_write_only(fake: FakeGitHub) -> None:
    release = draft(fake)
    assert len(ask(fake, "GET", f"{HERE}/releases")[2]) == 1
    for token in ("", "read-token"):
        assert ask(fake, "GET", f"{HERE}/releases", bearer=token)[2] == []
        assert ask(fake, "GET", f"{HERE}/releases/{release['id']}", bearer=token)[0] == 404
    assert ask(fake, "GET", f"{HERE}/releases/tags/v1.0.0")[0] == 404


def test_a_published_release_is_immutable_and_its_tag_is_used_up(fake: FakeGitHub) -> None:
    fake.state.branches["main"] = "a" * 40
    release = draft(fake)
    upload(fake, release)
    _, _, published = ask(fake, "PATCH", f"{HERE}/releases/{release['id']}", {"draft": False})
    assert published["immutable"]
    assert fake.state.tags == {"v1.0.0": "a" * 40}, "publishing makes a tag that is not there"
    status, refused = upload(fake, release, "b.dtmodel")
    assert (status, refused["message"]) == (422, "Cannot upload assets to an immutable release.")
    assert ask(fake, "DELETE", f"{HERE}/releases/assets/{published['assets'][0]['id']}")[0] == 422
    assert ask(fake, "PATCH", f"{HERE}/releases/{release['id']}", {"tag_name": "v1.0.1"})[0] == 422
    assert ask(fake, "PATCH", f"{HERE}/releases/{release['id']}", {"body": "corrected"})[0] == 200
    other = draft(fake)
    status, _, refused = ask(fake, "PATCH", f"{HERE}/releases/{other['id']}", {"draft": False})
    assert (status, refused["errors"][0]["code"]) == (422, "already_exists")
    ask(fake, "DELETE", f"{HERE}/releases/{release['id']}")
    status, _, refused = ask(fake, "PATCH", f"{HERE}/releases/{other['id']}", {"draft": False})
    assert (status, refused["errors"][0]["message"]) == (422, "tag_name was used by an immutable release")


def test_a_name_is_taken_once_and_odd_letters_become_dots(fake: FakeGitHub) -> None:
    release = draft(fake)
    assert upload(fake, release, "a%20b.dtmodel")[1]["name"] == "a.b.dtmodel"
    status, refused = upload(fake, release, "a.b.dtmodel")
    assert (status, refused["errors"][0]) == (
        422,
        {"resource": "ReleaseAsset", "code": "already_exists", "field": "name"},
    )


def test_limits_of_assets(fake: FakeGitHub) -> None:
    release = draft(fake)
    assert upload(fake, release, "empty", b"")[0] == 400
    kept = fake.state.releases[0]
    for number in range(1000):
        fake.state.finish_upload(fake.state.start_upload(kept, f"file-{number}", 1), b"x")
    assert upload(fake, release, "one-more")[0] == 422
    with pytest.raises(Exception, match="Validation Failed"):
        fake.state.start_upload(fake.state.create({"tag_name": "v2.0.0", "draft": True}), "large", 2 << 30)


def test_tokens(fake: FakeGitHub) -> None:
    new = {"tag_name": "v1.0.0", "draft": True}
    assert ask(fake, "POST", f"{HERE}/releases", new, bearer="expired")[0] == 401
    assert ask(fake, "GET", f"{HERE}/releases", bearer="expired")[0] == 401
    assert ask(fake, "POST", f"{HERE}/releases", new, bearer="")[0] == 401
    status, _, refused = ask(fake, "POST", f"{HERE}/releases", new, bearer="read-token")
    assert (status, refused["message"]) == (403, "Resource not accessible by integration")


def test_pages(fake: FakeGitHub) -> None:
    for number in range(35):
        draft(fake, f"v0.0.{number}")
    _, headers, first = ask(fake, "GET", f"{HERE}/releases")
    assert len(first) == 30
    following = headers["Link"].partition(">")[0].removeprefix("<")
    _, headers, second = ask(fake, "GET", following)
    assert len(second) == 5
    assert "Link" not in headers
    assert first[0]["tag_name"] == "v0.0.34", "newest first"


def test_bytes_are_given_by_a_redirection_that_takes_no_token(fake: FakeGitHub) -> None:
    release = draft(fake)
    _, asset = upload(fake, release)
    status, _, content = ask(fake, "GET", asset["url"], Accept="application/octet-stream")
    assert (status, content) == (200, b"content")
    assert ask(fake, "GET", asset["browser_download_url"], bearer="")[0] == 404, "a draft is not public"
    ask(fake, "PATCH", f"{HERE}/releases/{release['id']}", {"draft": False})
    assert ask(fake, "GET", asset["browser_download_url"], bearer="")[2] == b"content"
    assert ask(fake, "GET", f"/storage/{asset['id']}")[0] == 400


def test_a_tag_leads_to_a_commit(fake: FakeGitHub) -> None:
    fake.state.tags["v1.0.0"] = "b" * 40
    assert ask(fake, "GET", f"{HERE}/commits/tags/v1.0.0")[2]["sha"] == "b" * 40
    assert ask(fake, "GET", f"{HERE}/commits/tags/v1.0.1")[0] == 422
    fake.state.branches["main"] = "c" * 40
    assert ask(fake, "GET", f"{HERE}/commits/HEAD")[2]["sha"] == "c" * 40


def test_a_commit_that_changes_workflows_cannot_be_a_target(fake: FakeGitHub) -> None:
    fake.state.workflow_commits = ["c" * 40]
    new = {"tag_name": "v1.0.0", "draft": True, "target_commitish": "c" * 40}
    assert ask(fake, "POST", f"{HERE}/releases", new)[0] == 403


def test_the_index_is_the_default_branchs(fake: FakeGitHub) -> None:
    assert ask(fake, "GET", "/raw/someone/models/HEAD/releases-index.json", bearer="")[0] == 404
    fake.state.index = '{"schema": 1}'
    assert ask(fake, "GET", "/raw/someone/models/HEAD/releases-index.json", bearer="")[2] == b'{"schema": 1}'


def test_faults_strike_when_planned(fake: FakeGitHub) -> None:
    release = draft(fake)
    fake.fail(Fault(kind="half", method="POST", path="/assets", nth=2, status=502))
    assert upload(fake, release, "a")[0] == 201
    assert upload(fake, release, "b")[0] == 502
    assert upload(fake, release, "c")[0] == 201
    states = {
        asset["name"]: (asset["state"], asset["digest"])
        for asset in ask(fake, "GET", f"{HERE}/releases")[2][0]["assets"]
    }
    assert states["b"] == ("starter", None)
    assert states["a"][0] == states["c"][0] == "uploaded"
    fake.fail(Fault(kind="lie", method="POST"))
    _, asset = upload(fake, release, "d", b"honest")
    assert ask(fake, "GET", asset["url"], Accept="application/octet-stream")[2] != b"honest"
    fake.fail(Fault(kind="gone"))
    for _ in range(2):
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            ask(fake, "GET", f"{HERE}/releases")


def test_it_runs_as_a_process_and_keeps_its_state_in_a_file(tmp_path: Path, root: Path) -> None:
    state, port = tmp_path / "state.json", tmp_path / "port"
    state.write_text(json.dumps({"repository": "someone/models", "branches": {"main": "c" * 40}}))
    command = [sys.executable, "-m", "tests.fake_github", "--state", str(state), "--port-file", str(port)]
    with subprocess.Popen(command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}) as process:
        while not port.exists():
            assert process.poll() is None
            time.sleep(0.02)
        at = f"http://127.0.0.1:{port.read_text()}"
        draft(at)
        ask(at, "POST", "/_control", {"tags": {"v1.0.0": "d" * 40}, "faults": [{"kind": "status", "status": 503}]})
        assert ask(at, "GET", f"{HERE}/releases")[0] == 503
        assert ask(at, "GET", "/_control")[2]["tags"] == {"v1.0.0": "d" * 40}
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert json.loads(state.read_text())["releases"][0]["tag_name"] == "v1.0.0"
