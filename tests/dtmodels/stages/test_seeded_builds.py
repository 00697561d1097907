"""Models with seeded weights: they replace downloads, are labelled, and are never published."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import onnx
import pytest

from dtbase.system.errors import Failure, NothingToDo
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue
from dtmodels.card.schemas import check_json
from dtmodels.package.config_writer import SEED_KEY
from dtmodels.stages.convert import obtain_and_convert
from dtmodels.stages.package import package, reject_seeded_weights
from dtmodels.stages.run import COLUMNS, run, run_each
from dtmodels.stages.validate import validate
from tests.conftest import CARD

Add = Callable[..., Path]
QUIET = Console(quiet=True)
TINY = "{width: 4, encoder_blocks: [1], middle_blocks: 1, decoder_blocks: [1]}"
DEEP = "{width: 32, encoder_blocks: [1, 1, 1], middle_blocks: 2, decoder_blocks: [1, 1, 1]}"
"""Options of a network with 7 MB of weights, most of them in the low-resolution layers."""


def add_downloaded(root: Path) -> Path:
    """Add a model whose checkpoint has to be downloaded, and return its directory."""
    directory = root / "models" / "denoise-toy"
    directory.mkdir(parents=True)
    text = CARD.format(id=directory.name, version="1.0", status="released", sha256="0" * 64, bytes=1)
    text = text.replace("    file: model.onnx\n", "    url: https://www.darktable.org/toy.pth\n")
    text = text.replace("name: model\n", "name: weights\n")
    (directory / "card.yaml").write_text(text.replace("family: onnx", f"family: nafnet\n  options: {TINY}"))
    return directory


@pytest.fixture
def downloaded(tmp_path: Path) -> Path:
    """The directory of a model whose checkpoint has to be downloaded."""
    return add_downloaded(tmp_path)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one model, converted with seed 3. Tests do not change it."""
    root = tmp_path_factory.mktemp("seeded")
    add_downloaded(root)
    converted(root)
    return root


def converted(root: Path, *, seed: int | None = 3, full: bool = False) -> Path:
    return obtain_and_convert(Catalogue.load(root).entries[0], Workspace(root), QUIET, seed=seed, full=full)


def test_config_states_the_seed_in_all_visible_fields(seeded: Path) -> None:
    config = json.loads((Workspace(seeded).model("denoise-toy") / "config.json").read_bytes())
    check_json("config-v1", config, where="config.json")
    assert config[SEED_KEY] == 3
    assert config["name"] == "toy denoiser (seeded weights)"
    assert config["description"].startswith("Seeded weights (seed 3), of no use for images.")
    assert config["model_card"]["long_description"].startswith("Seeded weights (seed 3)")


def test_same_seed_gives_the_same_bytes(seeded: Path, downloaded: Path, tmp_path: Path) -> None:
    first = (Workspace(seeded).model("denoise-toy") / "model.onnx").read_bytes()
    again, different = ((converted(tmp_path, seed=seed) / "model.onnx").read_bytes() for seed in (3, 4))
    assert first == again != different


@pytest.mark.slow
def test_all_stages_run_but_release_fails(downloaded: Path, tmp_path: Path) -> None:
    catalogue, workspace = Catalogue.load(tmp_path), Workspace(tmp_path)
    (built,) = run_each(catalogue.entries, workspace, QUIET, seed=3)
    assert built.stages_run == ("convert", "validate", "package")
    (second_run,) = run_each(catalogue.entries, workspace, QUIET, seed=3)
    assert second_run.stages_run == ()
    assert run_each(catalogue.entries, workspace, QUIET, seed=4)[0].stages_run == ("convert", "validate", "package")
    with pytest.raises(Failure, match=r"denoise-toy: the model has seeded weights \(seed 4\)") as failure:
        reject_seeded_weights(built.entry, workspace)
    assert "dtmodels convert denoise-toy" in failure.value.fix
    assert package(built.entry, workspace).is_file()


def test_package_release_option_fails(downloaded: Path, tmp_path: Path) -> None:
    def dtmodels(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "dtmodels", "--root", str(tmp_path), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    converted(tmp_path)
    failed = dtmodels("package", "--release", "denoise-toy")
    assert (failed.returncode, "seeded weights" in failed.stderr) == (1, True)
    assert not (tmp_path / "output/denoise-toy/denoise-toy.dtmodel").exists()
    assert dtmodels("package", "denoise-toy").returncode == 0
    assert dtmodels("run", "denoise-toy", "--seed", "-1").returncode == 2


def test_output_does_not_become_golden_data(seeded: Path) -> None:
    directory, entry = Workspace(seeded).model("denoise-toy"), Catalogue.load(seeded).entries[0]
    assert validate(entry, directory).ok
    with pytest.raises(Failure, match="must not become golden data"):
        validate(entry, directory, pin=True)


def test_checkpoint_in_the_repository_is_used(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    config = json.loads((converted(tmp_path, seed=3) / "config.json").read_bytes())
    assert SEED_KEY not in config


@pytest.mark.slow
def test_large_weights_are_float16_by_default(downloaded: Path, tmp_path: Path) -> None:
    card = downloaded / "card.yaml"
    card.write_text(card.read_text().replace(TINY, DEEP))
    half = (converted(tmp_path) / "model.onnx").stat().st_size
    full = (converted(tmp_path, full=True) / "model.onnx").stat().st_size
    assert half < 0.55 * full
    card.write_text(card.read_text().replace(DEEP, DEEP.replace("}", ", storage: full}")))
    assert (converted(tmp_path) / "model.onnx").stat().st_size == full
    card.write_text(card.read_text().replace("storage: full", "storage: eighth"))
    with pytest.raises(Failure, match="is 'eighth'"):
        converted(tmp_path)


def test_float16_storage_keeps_input_and_output_types(seeded: Path) -> None:
    graph = onnx.load(Workspace(seeded).model("denoise-toy") / "model.onnx").graph
    kinds = {value.type.tensor_type.elem_type for value in [*graph.input, *graph.output]}
    assert kinds == {onnx.TensorProto.FLOAT}


def test_ready_made_graph_has_no_seeded_weights_and_is_skipped(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-here")
    card = add_model("denoise-ready") / "card.yaml"
    card.write_text(card.read_text().replace("    file: model.onnx\n", "    url: https://www.darktable.org/toy.onnx\n"))
    catalogue, workspace, out = Catalogue.load(tmp_path), Workspace(tmp_path), io.StringIO()
    built = run_each(catalogue.entries, workspace, Console(out=out, quiet=True), seed=3)
    assert [model.entry.card.id for model in built] == ["denoise-here"]
    output = out.getvalue()
    assert "skipped: denoise-ready: comes as a finished graph" in output
    assert re.search(r"^denoise-ready .* skipped$", output, re.MULTILINE)
    with pytest.raises(NothingToDo, match="comes as a finished graph"):
        run_each([catalogue.get("denoise-ready")], workspace, QUIET, seed=3)


def test_table_has_times_memory_and_parity(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    (built,) = run_each(Catalogue.load(tmp_path).entries, Workspace(tmp_path), QUIET)
    assert built.stages_run == ("convert", "validate", "package")
    row = dict(zip(COLUMNS, built.row(), strict=True))
    assert (row["parity dB"], row["result"]) == ("200", "built")
    assert float(row["convert wall s"]) > 0
    assert float(row["convert CPU s"]) > 0
    assert 20 < float(row["peak memory MB"].replace(",", "")) < 2000
    (second_run,) = run_each(Catalogue.load(tmp_path).entries, Workspace(tmp_path), QUIET)
    later = dict(zip(COLUMNS, second_run.row(), strict=True))
    assert later.pop("result") == "up to date"
    assert later.items() <= row.items()


def test_table_includes_times_of_an_interrupted_run(
    add_model: Add, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_model("denoise-toy")
    (entry,), workspace = Catalogue.load(tmp_path).entries, Workspace(tmp_path)
    with monkeypatch.context() as stopped, pytest.raises(KeyboardInterrupt):
        stopped.setattr("dtmodels.stages.run.package", Mock(side_effect=KeyboardInterrupt))
        run(entry, workspace, QUIET)
    built = run(entry, workspace, QUIET)
    assert built.stages_run == ("package",)
    row = dict(zip(COLUMNS, built.row(), strict=True))
    assert all(
        float(row[column].replace(",", "")) > 0 for column in ("convert wall s", "convert CPU s", "peak memory MB")
    )


def test_parallel_builds_are_bit_identical(add_model: Add, tmp_path: Path) -> None:
    for name in ("denoise-one", "denoise-two"):
        add_model(name)
    entries = Catalogue.load(tmp_path).entries
    alone = run_each(entries, Workspace(tmp_path / "alone"), QUIET)
    together = run_each(entries, Workspace(tmp_path / "together"), QUIET, jobs=2)
    assert [(one.entry.card.id, one.sha256) for one in alone] == [(one.entry.card.id, one.sha256) for one in together]
