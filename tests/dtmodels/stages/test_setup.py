"""Checkpoints from the model's directory, from a host, and from a stand-in of the Hugging Face Hub."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.card.model import Checkpoint, HubFile
from dtmodels.stages.setup import comes_with_repository, setup

DATA = b"weights of a network" * 1000
REVISION = "0123456789abcdef0123456789abcdef01234567"
QUIET = Console(quiet=True)


@pytest.fixture
def entry(add_model: Callable[..., Path], tmp_path: Path) -> CatalogueEntry:
    add_model()
    return Catalogue.load(tmp_path).entries[0]


def with_checkpoint(entry: CatalogueEntry, **fields: object) -> CatalogueEntry:
    checkpoint = Checkpoint(name="weights", **fields)  # type: ignore[arg-type]
    return replace(entry, card=replace(entry.card, checkpoints=(checkpoint,)))


def test_a_file_of_the_models_directory_is_used_in_place(entry: CatalogueEntry, tmp_path: Path) -> None:
    assert comes_with_repository(entry)
    assert setup(entry, Workspace(tmp_path), QUIET) == {"model": entry.directory / "model.onnx"}


def test_a_changed_file_is_refused_and_left_where_it_is(entry: CatalogueEntry, tmp_path: Path) -> None:
    (entry.directory / "model.onnx").write_bytes(b"other")
    with pytest.raises(Failure, match="not the file that the card specifies: has 5 bytes"):
        setup(entry, Workspace(tmp_path), QUIET)
    assert (entry.directory / "model.onnx").exists()


def test_a_missing_file_is_named(entry: CatalogueEntry, tmp_path: Path) -> None:
    (entry.directory / "model.onnx").unlink()
    with pytest.raises(Failure, match="the checkpoint is not there") as refused:
        setup(entry, Workspace(tmp_path), QUIET)
    assert refused.value.where.endswith("model.onnx")


def test_a_checkpoint_without_a_digest_is_never_fetched(entry: CatalogueEntry, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="'weights' has no sha256"):
        setup(with_checkpoint(entry, url="https://example.org/weights.pth"), Workspace(tmp_path), QUIET)


class Hub(http.server.BaseHTTPRequestHandler):
    """Answers like the Hub for one file of one revision."""

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_GET(self) -> None:
        self._answer(DATA)

    def _answer(self, body: bytes) -> None:
        if self.path != f"/author/model/resolve/{REVISION}/net/weights.safetensors":
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("X-Repo-Commit", REVISION)
        self.send_header("ETag", f'"{hashlib.sha256(DATA).hexdigest()}"')
        self.send_header("Content-Length", str(len(DATA)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from huggingface_hub import constants

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setattr(constants, "ENDPOINT", address)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
        yield
        server.shutdown()
        thread.join()


def on_hub(entry: CatalogueEntry, *, path: str = "net/weights.safetensors", sha256: str = "") -> CatalogueEntry:
    return with_checkpoint(
        entry,
        hub=HubFile(repository="author/model", revision=REVISION, path=path),
        sha256=sha256 or hashlib.sha256(DATA).hexdigest(),
        bytes=len(DATA),
    )


@pytest.mark.usefixtures("hub")
def test_a_file_of_the_hub_arrives_in_the_shared_cache(
    entry: CatalogueEntry, tmp_path: Path, private_cache: Path
) -> None:
    path = setup(on_hub(entry), Workspace(tmp_path), QUIET)["weights"]
    assert path.read_bytes() == DATA
    assert [file.name for file in (private_cache / "sha256").iterdir()] == [hashlib.sha256(DATA).hexdigest()]


@pytest.mark.usefixtures("hub")
def test_another_file_on_the_hub_is_refused_and_not_kept(
    entry: CatalogueEntry, tmp_path: Path, private_cache: Path
) -> None:
    with pytest.raises(Failure, match="not the file that the card specifies"):
        setup(on_hub(entry, sha256="0" * 64), Workspace(tmp_path), QUIET)
    assert not (private_cache / "sha256" / ("0" * 64)).exists()


@pytest.mark.usefixtures("hub")
def test_a_file_the_hub_does_not_have_is_one_clear_failure(entry: CatalogueEntry, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="the hub does not give the file") as refused:
        setup(on_hub(entry, path="net/other.safetensors"), Workspace(tmp_path), QUIET)
    assert refused.value.where == f"https://huggingface.co/author/model/blob/{REVISION}/net/other.safetensors"
