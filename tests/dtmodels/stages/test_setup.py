"""setup: checkpoints in the model's directory, and on a fake Hugging Face Hub."""

from __future__ import annotations

import hashlib
import http.server
import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.card.model import ArchiveMember, Checkpoint, HubFile
from dtmodels.stages.setup import comes_with_repository, is_verified, setup

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


def test_file_in_the_model_directory_is_used_directly(entry: CatalogueEntry, tmp_path: Path) -> None:
    assert comes_with_repository(entry)
    assert setup(entry, Workspace(tmp_path), QUIET) == {"model": entry.directory / "model.onnx"}


def test_changed_file_is_an_error_and_stays(entry: CatalogueEntry, tmp_path: Path) -> None:
    (entry.directory / "model.onnx").write_bytes(b"other")
    with pytest.raises(Failure, match="not the file that the card specifies: has 5 bytes"):
        setup(entry, Workspace(tmp_path), QUIET)
    assert (entry.directory / "model.onnx").exists()


def test_missing_file_is_an_error(entry: CatalogueEntry, tmp_path: Path) -> None:
    (entry.directory / "model.onnx").unlink()
    with pytest.raises(Failure, match="the checkpoint file is missing") as failure:
        setup(entry, Workspace(tmp_path), QUIET)
    assert failure.value.where.endswith("model.onnx")


def test_checkpoint_without_digest_is_not_fetched(entry: CatalogueEntry, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="'weights' has no sha256"):
        setup(with_checkpoint(entry, url="https://example.org/weights.pth"), Workspace(tmp_path), QUIET)


class Hub(http.server.BaseHTTPRequestHandler):
    """Responds like the Hub for one file of one revision."""

    def do_HEAD(self) -> None:
        self._respond(b"")

    def do_GET(self) -> None:
        self._respond(DATA)

    def _respond(self, body: bytes) -> None:
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
        base_url = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setattr(constants, "ENDPOINT", base_url)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", base_url + "/{repo_id}/resolve/{revision}/{filename}"
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
def test_hub_file_is_stored_in_the_cache(entry: CatalogueEntry, tmp_path: Path, private_cache: Path) -> None:
    path = setup(on_hub(entry), Workspace(tmp_path), QUIET)["weights"]
    assert path.read_bytes() == DATA
    assert [file.name for file in (private_cache / "sha256").iterdir()] == [hashlib.sha256(DATA).hexdigest()]


@pytest.mark.usefixtures("hub")
def test_changed_hub_file_is_an_error_and_not_cached(
    entry: CatalogueEntry, tmp_path: Path, private_cache: Path
) -> None:
    with pytest.raises(Failure, match="not the file that the card specifies"):
        setup(on_hub(entry, sha256="0" * 64), Workspace(tmp_path), QUIET)
    assert not (private_cache / "sha256" / ("0" * 64)).exists()


@pytest.mark.usefixtures("hub")
def test_missing_hub_file_is_an_error(entry: CatalogueEntry, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="the file cannot be fetched from the Hub") as failure:
        setup(on_hub(entry, path="net/other.safetensors"), Workspace(tmp_path), QUIET)
    assert failure.value.where == f"https://huggingface.co/author/model/blob/{REVISION}/net/other.safetensors"


def archived(entry: CatalogueEntry, *, sha256: str | None = "", path: str = "net/best.ckpt") -> CatalogueEntry:
    """A card that names one file of an archive in its directory."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("net/best.ckpt", DATA)
    (entry.directory / "net.zip").write_bytes(data.getvalue())
    digest = hashlib.sha256(DATA).hexdigest() if sha256 == "" else sha256
    return with_checkpoint(
        entry,
        file="net.zip",
        sha256=hashlib.sha256(data.getvalue()).hexdigest(),
        bytes=len(data.getvalue()),
        member=ArchiveMember(path=path, sha256=digest, bytes=len(DATA)),
    )


def test_member_of_an_archive_is_extracted_once(entry: CatalogueEntry, tmp_path: Path, private_cache: Path) -> None:
    packed = archived(entry)
    path = setup(packed, Workspace(tmp_path), QUIET)["weights"]
    assert path == private_cache / "sha256" / hashlib.sha256(DATA).hexdigest()
    assert path.read_bytes() == DATA
    (entry.directory / "net.zip").unlink()
    assert setup(packed, Workspace(tmp_path), QUIET)["weights"] == path


def test_changed_member_is_an_error_and_not_cached(entry: CatalogueEntry, tmp_path: Path, private_cache: Path) -> None:
    with pytest.raises(Failure, match="not the file that the card specifies") as failure:
        setup(archived(entry, sha256="0" * 64), Workspace(tmp_path), QUIET)
    assert failure.value.where == "net.zip: net/best.ckpt"
    assert list((private_cache / "sha256").iterdir()) == []


def test_member_without_digest_is_not_built_from(entry: CatalogueEntry, tmp_path: Path) -> None:
    packed = archived(entry, sha256=None)
    assert not is_verified(packed)
    with pytest.raises(Failure, match=r"checkpoint 'weights\.member' has no sha256"):
        setup(packed, Workspace(tmp_path), QUIET)


def test_archive_without_member_says_which_to_name(entry: CatalogueEntry, tmp_path: Path) -> None:
    packed = archived(entry)
    (checkpoint,) = packed.card.checkpoints
    bare = replace(packed, card=replace(packed.card, checkpoints=(replace(checkpoint, member=None),)))
    with pytest.raises(Failure, match=r"net\.zip: is a zip archive with one checkpoint: net/best\.ckpt"):
        setup(bare, Workspace(tmp_path), QUIET)


def test_pointer_in_place_of_the_file_is_named(entry: CatalogueEntry, tmp_path: Path) -> None:
    (entry.directory / "model.onnx").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    with pytest.raises(
        Failure, match="is a pointer of Git LFS to 9 bytes, not the file that the card specifies"
    ) as failure:
        setup(entry, Workspace(tmp_path), QUIET)
    assert "git lfs pull" in failure.value.fix
