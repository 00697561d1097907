"""Big LaMa is built from an archive as its authors publish it, served by a local Hub."""

from __future__ import annotations

import hashlib
import http.server
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dtbase.terminal.cli_group import run_cli
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.card.reader import read_card
from dtmodels.command.cli import cli
from dtmodels.families._ffc import Generator
from dtmodels.families._seeded_weights import seeded_weights
from dtmodels.families.lama import LAYOUT, RECIPE
from tests.support.trainer_file import write_trainer_file

MEMBER = "big-lama/models/best.ckpt"
SIZE = 64


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The archive with seeded weights of the generator, and with tensors of the networks that the trainer had."""
    published = {LAYOUT.prefix + name: tensor for name, tensor in Generator(SIZE, SIZE).state_dict().items()}
    state = seeded_weights(published, 0, RECIPE)
    weights = write_trainer_file(
        tmp_path / "best.ckpt", {**state, "discriminator.model0.0.bias": state[next(iter(state))]}
    )
    path = tmp_path / "big-lama.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("big-lama/config.yaml", "generator: {kind: ffc_resnet}\n")
        packed.write(weights, MEMBER)
    return path


@pytest.fixture
def hub(archive: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Serves the archive as the Hub does; the list has the methods and paths of all requests."""
    from huggingface_hub import constants

    content, requests = archive.read_bytes(), []

    class Hub(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            requests.append(f"HEAD {self.path}")
            revision = self.path.split("/")[4]
            self.send_response(200)
            self.send_header("X-Repo-Commit", revision)
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()

        def do_GET(self) -> None:
            self.do_HEAD()
            requests[-1] = f"GET {self.path}"
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setattr(constants, "ENDPOINT", url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}")
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
        yield requests
        server.shutdown()
        thread.join()


@pytest.fixture
def original(root: Path) -> CatalogueEntry:
    """The model of the collection."""
    return next(entry for entry in Catalogue.load(root).entries if entry.card.convert.family == "lama")


@pytest.fixture
def card(tmp_path: Path, original: CatalogueEntry) -> Path:
    """The card of the collection, without digests, and for a smaller image."""
    path = tmp_path / "models" / original.card.id / "card.yaml"
    path.parent.mkdir(parents=True)
    text = (original.directory / "card.yaml").read_text()
    text = re.sub(r"\n +(sha256|bytes): \w+", "", text).replace("input_sizes: [512]", f"input_sizes: [{SIZE}]")
    path.write_text(text)
    return path


@pytest.mark.slow
def test_archive_of_the_authors_gives_the_model_of_its_weights(
    archive: Path, hub: list[str], card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> None:
        with pytest.raises(SystemExit) as ended:
            run_cli(cli, "dtmodels", ["--root", str(tmp_path), *arguments])
        assert ended.value.code == 0, capsys.readouterr().err

    name = card.parent.name
    run("setup", "--pin", name)
    (checkpoint,) = read_card(card).checkpoints
    assert checkpoint.member is not None
    assert checkpoint.sha256 == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert checkpoint.member.sha256 == hashlib.sha256((tmp_path / "best.ckpt").read_bytes()).hexdigest()
    run("convert", name)
    model = Workspace(tmp_path).model(name)
    built = (model / "model.onnx").read_bytes()
    assert "seed" not in json.dumps(json.loads((model / "config.json").read_bytes())).lower()
    assert len([request for request in hub if request.startswith("GET")]) == 1
    run("convert", "--seed", "0", name)
    assert (model / "model.onnx").read_bytes() == built


def test_collection_names_the_checkpoint_in_the_archive(original: CatalogueEntry) -> None:
    (checkpoint,) = original.card.checkpoints
    assert checkpoint.member is not None
    assert checkpoint.member.path == MEMBER
    assert checkpoint.location.endswith("/big-lama.zip")
