"""`setup --pin` writes digests, sizes and Hub revisions into a card, and changes nothing else in it."""

from __future__ import annotations

import hashlib
import http.server
import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dtbase.system.errors import Failure, NothingToDo
from dtbase.terminal.console import Console
from dtmodels.build.download import download
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.card.reader import read_card
from dtmodels.stages import pin as stage
from dtmodels.stages import setup as setup_stage
from dtmodels.stages.pin import pin, pin_each
from dtmodels.stages.setup import setup

DATA = b"weights of a network" * 1000
DIGEST = hashlib.sha256(DATA).hexdigest()
MEMBER = "net/best.ckpt"


def archive() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr(zipfile.ZipInfo("net/config.yaml"), b"a: 1")
        packed.writestr(zipfile.ZipInfo(MEMBER), DATA)
    return data.getvalue()


COMMIT = "0123456789abcdef0123456789abcdef01234567"
QUIET = Console(quiet=True)
PLAIN = "https://files.example.org"
COMMENTED = f"""\
  # the authors' own
  - name: weights
    url: {PLAIN}/plain/weights.pth  # moved in May
"""
pytestmark = pytest.mark.usefixtures("host")
FILES = {
    f"/author/model/resolve/{COMMIT}/net/weights.pth": DATA,
    "/author/model/resolve/main/net/weights.pth": DATA,
    "/plain/weights.pth": DATA,
    "/plain/page.pth": b"\n<!DOCTYPE html><html>confirm",
    "/plain/empty.pth": b"",
    "/plain/net.zip": archive(),
    "/plain/lfs.pth": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
}


class Host(http.server.BaseHTTPRequestHandler):
    """A plain host and the Hub in one server."""

    def do_HEAD(self) -> None:
        self._respond(head=True)

    def do_GET(self) -> None:
        self._respond(head=False)

    def _respond(self, *, head: bool) -> None:
        body = FILES.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{hashlib.sha256(body or b"").hexdigest()}"')
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        if not head:
            self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Serves the Hub, and the public host that the cards name."""
    from huggingface_hub import constants

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        base_url = f"http://127.0.0.1:{server.server_address[1]}"
        for module in (stage, setup_stage):
            monkeypatch.setattr(module, "download", lambda url, *rest: download(url.replace(PLAIN, base_url), *rest))
        monkeypatch.setattr(constants, "ENDPOINT", base_url)
        template = base_url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def draft(add_model: Callable[..., Path], tmp_path: Path) -> Callable[[str], CatalogueEntry]:
    """A draft with these lines as its checkpoints."""

    def make(lines: str) -> CatalogueEntry:
        card = add_model(status="draft") / "card.yaml"
        text = card.read_text()
        before, after = text[: text.index("checkpoints:")], text[text.index("convert:") :]
        card.write_text(f"{before}checkpoints:\n{lines}\n{after}")
        return Catalogue.load(tmp_path).entries[0]

    return make


def pinned(entry: CatalogueEntry, root: Path) -> str:
    """Pin, and return the new lines of the card."""
    card = entry.directory / "card.yaml"
    before = card.read_text()
    pin(entry, Workspace(root), QUIET)
    after = card.read_text()
    assert before.partition("checkpoints:")[0] == after.partition("checkpoints:")[0]
    assert before.partition("convert:")[2] == after.partition("convert:")[2]
    return after.partition("checkpoints:\n")[2].partition("convert:")[0]


def test_file_of_a_host_gets_digest_and_size(draft: Callable[[str], CatalogueEntry], tmp_path: Path) -> None:
    entry = draft(COMMENTED)
    assert pinned(entry, tmp_path) == f'{COMMENTED}    sha256: "{DIGEST}"\n    bytes: {len(DATA)}\n\n'
    pinned_entry = Catalogue.load(tmp_path).entries[0]
    assert setup(pinned_entry, Workspace(tmp_path), QUIET)["weights"].read_bytes() == DATA
    with pytest.raises(NothingToDo):
        pin(pinned_entry, Workspace(tmp_path), QUIET)


def test_flow_style_list_is_edited(draft: Callable[[str], CatalogueEntry], tmp_path: Path) -> None:
    entry = draft(f'  - {{name: weights, url: "{PLAIN}/plain/weights.pth"}}')
    assert pinned(entry, tmp_path).endswith(f'weights.pth", sha256: "{DIGEST}", bytes: {len(DATA)}}}\n')


def test_hub_url_becomes_repository_commit_and_path(draft: Callable[[str], CatalogueEntry], tmp_path: Path) -> None:
    entry = draft(
        '  - name: weights\n    url: "https://huggingface.co/author/model/resolve/main/net/weights.pth"  # best'
    )
    text = pinned(entry, tmp_path)
    assert "url:" not in text
    assert text.splitlines()[1].endswith("}  # best")
    (checkpoint,) = read_card(entry.directory / "card.yaml").checkpoints
    assert checkpoint.hub is not None
    assert (checkpoint.hub.repository, checkpoint.hub.revision, checkpoint.hub.path) == (
        "author/model",
        COMMIT,
        "net/weights.pth",
    )
    assert (checkpoint.sha256, checkpoint.bytes) == (DIGEST, len(DATA))


def test_pinned_checkpoint_is_not_fetched(draft: Callable[[str], CatalogueEntry], tmp_path: Path) -> None:
    hub = f"hub: {{repository: author/model, revision: {COMMIT}, path: net/weights.pth}}"
    known = f"  - {{name: known, url: https://example.org/x, sha256: {DIGEST}, bytes: 1}}"
    text = pinned(draft(f"{known}\n  - name: weights\n    {hub}"), tmp_path)
    assert text.startswith(known)
    assert text.count("sha256") == 2


@pytest.mark.parametrize(
    ("base_url", "message"),
    [
        (f"{PLAIN}/plain/page.pth", "is a web page"),
        (f"{PLAIN}/plain/empty.pth", "is an empty file"),
        (f"{PLAIN}/plain/lfs.pth", "is a pointer of Git LFS"),
        (f"{PLAIN}/plain/net.zip", f"is a zip archive with one checkpoint: {MEMBER}"),
        (f"{PLAIN}/plain/net.zip\n    member: {{path: net/last.ckpt}}", "contains no file 'net/last.ckpt'"),
        (f"{PLAIN}/plain/missing.pth", "the host responds with 404"),
        ("https://huggingface.co/author/model/resolve/main/net/missing.pth", "the Hub does not have the file"),
        ("https://drive.google.com/file/d/1/view", "drive.google.com serves file-sharing links"),
    ],
)
def test_failure_leaves_the_card_unchanged(
    draft: Callable[[str], CatalogueEntry], tmp_path: Path, base_url: str, message: str
) -> None:
    entry = draft(f"  - name: good\n    url: {PLAIN}/plain/weights.pth\n  - name: weights\n    url: {base_url}")
    before = (entry.directory / "card.yaml").read_bytes()
    with pytest.raises(Failure, match=message):
        pin_each([entry], Workspace(tmp_path), QUIET)
    assert (entry.directory / "card.yaml").read_bytes() == before


@pytest.mark.parametrize("style", ["block", "flow", "all flow"])
def test_member_of_an_archive_gets_digest_and_size_too(
    draft: Callable[[str], CatalogueEntry], tmp_path: Path, private_cache: Path, style: str
) -> None:
    url = f"{PLAIN}/plain/net.zip"
    entry = draft(
        {
            "block": f"  - name: weights\n    url: {url}\n    member:\n      path: {MEMBER}  # the best one",
            "flow": f"  - name: weights\n    member: {{path: {MEMBER}}}\n    url: {url}",
            "all flow": f'  - {{name: weights, url: "{url}", member: {{path: {MEMBER}}}}}',
        }[style]
    )
    pinned(entry, tmp_path)
    (checkpoint,) = read_card(entry.directory / "card.yaml").checkpoints
    assert checkpoint.member is not None
    assert (checkpoint.sha256, checkpoint.bytes) == (hashlib.sha256(archive()).hexdigest(), len(archive()))
    assert (checkpoint.member.sha256, checkpoint.member.bytes) == (DIGEST, len(DATA))
    assert {file.name for file in (private_cache / "sha256").iterdir()} == {checkpoint.sha256, DIGEST}
    assert setup(Catalogue.load(tmp_path).entries[0], Workspace(tmp_path), QUIET)["weights"].read_bytes() == DATA


def test_member_is_pinned_in_an_archive_whose_digest_is_known(
    draft: Callable[[str], CatalogueEntry], tmp_path: Path, private_cache: Path
) -> None:
    known = f"url: {PLAIN}/plain/net.zip, sha256: {hashlib.sha256(archive()).hexdigest()}, bytes: {len(archive())}"
    (private_cache / "sha256").mkdir()
    (private_cache / "sha256" / hashlib.sha256(archive()).hexdigest()).write_bytes(archive())
    text = pinned(draft(f"  - {{name: weights, {known}, member: {{path: {MEMBER}}}}}"), tmp_path)
    assert text.endswith(f'{known}, member: {{path: {MEMBER}, sha256: "{DIGEST}", bytes: {len(DATA)}}}}}\n')


def test_card_with_all_digests_is_nothing_to_do(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model()
    with pytest.raises(NothingToDo, match="every checkpoint has a sha256"):
        pin_each(Catalogue.load(tmp_path).entries, Workspace(tmp_path), QUIET)


def git_blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def test_blob_identifies_a_file_and_pin_adds_its_sha256(draft: Callable[[str], CatalogueEntry]) -> None:
    entry = draft(f'  - {{name: weights, url: {PLAIN}/plain/weights.pth, git_blob: "{git_blob(DATA)}"}}\n')
    workspace = Workspace(entry.directory.parent.parent)
    assert setup(entry, workspace, QUIET)["weights"].read_bytes() == DATA
    [complete] = pin(entry, workspace, QUIET)
    assert (complete.sha256, complete.bytes, complete.git_blob) == (DIGEST, len(DATA), git_blob(DATA))


def test_other_blob_names_both_and_keeps_the_card(draft: Callable[[str], CatalogueEntry]) -> None:
    entry = draft(f'  - {{name: weights, url: {PLAIN}/plain/weights.pth, git_blob: "{git_blob(b"other")}"}}\n')
    before = (entry.directory / "card.yaml").read_bytes()
    with pytest.raises(Failure, match=f"git blob is {git_blob(DATA)}, expected {git_blob(b'other')}"):
        pin(entry, Workspace(entry.directory.parent.parent), QUIET)
    assert (entry.directory / "card.yaml").read_bytes() == before
