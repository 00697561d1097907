"""validate: golden statistics, golden pairs and reports of the models in a repository."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper
from safetensors.numpy import save_file

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.files import write_json
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.card.model import Tolerance
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.validate import validate, validate_all, validate_and_record

AddModel = Callable[..., Path]
Directory = Callable[..., Path]
MakeGraph = Callable[..., onnx.ModelProto]


@pytest.fixture
def entry(add_model: AddModel, tmp_path: Path) -> CatalogueEntry:
    """The one model of a small repository."""
    add_model("toy")
    return Catalogue.load(tmp_path).get("toy")


@pytest.fixture
def convert(tmp_path: Path, directory: Directory, make_denoiser: Callable[..., onnx.ModelProto]) -> Callable[..., Path]:
    """Write a converted denoiser into the workspace."""

    def write_model(**options: float) -> Path:
        target = Workspace(tmp_path).model("toy")
        target.parent.mkdir(parents=True, exist_ok=True)
        written = directory("denoise", {"model.onnx": make_denoiser(**options)})
        return written if target == written else written.rename(target)

    return write_model


def test_golden_statistics_detect_another_model(
    entry: CatalogueEntry, directory: Directory, make_denoiser: Callable[..., onnx.ModelProto], runtime: Runtime
) -> None:
    model = directory("denoise", {"model.onnx": make_denoiser()})
    (unpinned,) = validate(entry, model, runtime=runtime).problems
    assert (unpinned.severity, unpinned.code) == ("warning", "golden.absent")
    assert validate(entry, model, pin=True, runtime=runtime).problems == ()
    golden = json.loads((entry.directory / "golden.json").read_text())
    assert golden["outputs"]["model"]["output"]["shape"] == "[1, 3, 256, 256]"
    assert golden["files"]["model.onnx"]["inputs"] == [["input", "float32", [1, 3, 256, 256]]]
    directory("denoise", {"model.onnx": make_denoiser(offset=0.01)})
    (differs,) = validate(entry, model, runtime=runtime).errors
    assert differs.code == "golden.differs"
    directory("denoise", {"model.onnx": make_denoiser(offset=1e-5)})
    assert validate(entry, model, runtime=runtime).ok


def test_tolerance_of_the_card_is_used(
    entry: CatalogueEntry, directory: Directory, make_denoiser: Callable[..., onnx.ModelProto], runtime: Runtime
) -> None:
    model = directory("denoise", {"model.onnx": make_denoiser()})
    validate(entry, model, pin=True, runtime=runtime)
    directory("denoise", {"model.onnx": make_denoiser(offset=0.01)})
    lenient = CatalogueEntry(replace(entry.card, tolerance=Tolerance(relative=0.05)), entry.directory)
    assert validate(lenient, model, runtime=runtime).ok


def test_model_with_errors_is_not_pinned(
    entry: CatalogueEntry, directory: Directory, make_denoiser: Callable[..., onnx.ModelProto], runtime: Runtime
) -> None:
    model = directory("denoise", {"model.onnx": make_denoiser(opset=21)})
    assert not validate(entry, model, pin=True, runtime=runtime).ok
    assert not (entry.directory / "golden.json").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"outputs": {"model": {"output": {"mean": "x"}}}}', '{"outputs": 1}'])
def test_unreadable_golden_statistics_are_an_error(
    entry: CatalogueEntry, directory: Directory, make_denoiser: Callable[..., onnx.ModelProto], text: str
) -> None:
    (entry.directory / "golden.json").write_text(text)
    (problem,) = validate(entry, directory("denoise", {"model.onnx": make_denoiser()})).errors
    assert problem.code in {"golden.unreadable", "golden.shape"}


def proxy_entry(entry: CatalogueEntry, psnr_db: float | None) -> CatalogueEntry:
    return CatalogueEntry(replace(entry.card, task="proxy", tolerance=Tolerance(psnr_db=psnr_db)), entry.directory)


@pytest.mark.parametrize(("target", "ok"), [(None, True), (39.0, True), (41.0, False)])
def test_proxy_is_compared_with_golden_pairs(
    entry: CatalogueEntry, directory: Directory, make_graph: MakeGraph, target: float | None, ok: bool
) -> None:
    slider = {"name": "offset", "low": 0, "high": 1, "default": 0, "unit": ""}
    attributes = {"module": "toy", "module_version": 1, "space": "lab", "reach": 0, "sliders": [slider]}
    shape = (1, 3, "h", "w")
    node = helper.make_node("Add", ["image", "sliders"], ["output"])
    graph = make_graph({"image": shape, "sliders": (1, 1)}, {"output": shape}, [node])
    image = np.random.default_rng(0).random((2, 3, 8, 8), dtype=np.float32)
    off_by = np.float32([0, 1])[:, None, None, None]
    pairs = {
        "input": image,
        "sliders": np.float32([[0], [0.5]]),
        "output": image + np.float32([0, 0.5])[:, None, None, None],
    }
    save_file({**pairs, "output": pairs["output"] + off_by}, entry.directory / "golden.safetensors")
    model = directory("proxy", {"model.onnx": graph}, attributes=attributes)
    report = validate(proxy_entry(entry, target), model)
    assert report.facts.figures["psnr_db_worst"] == pytest.approx(40, abs=0.01)
    assert [problem.code for problem in report.errors] == ([] if ok else ["golden.psnr"])


def test_values_outside_the_display_range_are_ignored(
    entry: CatalogueEntry, directory: Directory, make_graph: MakeGraph, tmp_path: Path
) -> None:
    slider = {"name": "offset", "low": 0, "high": 1, "default": 0, "unit": ""}
    attributes = {"module": "toy", "module_version": 1, "space": "input-rgb", "reach": 0, "sliders": [slider]}
    shape = (1, 3, "h", "w")
    graph = make_graph({"image": shape, "sliders": (1, 1)}, {"output": shape})
    image = np.float32([2.0, -1.0, 0.5]).reshape(1, 3, 1, 1)
    expected = np.float32([9.0, -0.1, 0.5]).reshape(1, 3, 1, 1)
    save_file(
        {"input": image, "sliders": np.zeros((1, 1), np.float32), "output": expected},
        entry.directory / "golden.safetensors",
    )
    report = validate(proxy_entry(entry, 100), directory("proxy", {"model.onnx": graph}, attributes=attributes))
    assert report.ok
    assert report.facts.figures["psnr_db_worst"] == 200


def test_unreadable_golden_pairs_are_an_error(
    entry: CatalogueEntry, directory: Directory, make_graph: MakeGraph
) -> None:
    slider = {"name": "offset", "low": 0, "high": 1, "default": 0, "unit": ""}
    attributes = {"module": "toy", "module_version": 1, "space": "input-rgb", "reach": 0, "sliders": [slider]}
    shape = (1, 3, "h", "w")
    model = directory(
        "proxy",
        {"model.onnx": make_graph({"image": shape, "sliders": (1, 1)}, {"output": shape})},
        attributes=attributes,
    )
    save_file({"input": np.zeros(3, np.float32)}, entry.directory / "golden.safetensors")
    assert [problem.code for problem in validate(proxy_entry(entry, 30), model).errors] == ["golden.pairs"]


def test_validate_and_record_writes_the_report(
    entry: CatalogueEntry, convert: Callable[..., Path], tmp_path: Path
) -> None:
    console = Console(out=io.StringIO(), remarks=io.StringIO())
    convert()
    write_json(Workspace(tmp_path).parity("toy"), {"decibels": {"encoder.onnx": 90.5, "decoder.onnx": 81.25}})
    validate_and_record(entry, Workspace(tmp_path), console)
    report = json.loads(Workspace(tmp_path).report("toy").read_text())
    assert report["ok"] is True
    assert report["facts"]["figures"]["parity_db"] == 81.25


def test_validate_and_record_fails_on_errors(
    entry: CatalogueEntry, convert: Callable[..., Path], tmp_path: Path
) -> None:
    convert(opset=21)
    write_json(Workspace(tmp_path).parity("toy"), {"decibels": {"model.onnx": 90.5}})
    with pytest.raises(Failure, match=r"graph\.opset"):
        validate_and_record(entry, Workspace(tmp_path), Console(out=io.StringIO(), remarks=io.StringIO()))
    assert json.loads(Workspace(tmp_path).report("toy").read_text())["ok"] is False


def test_models_and_packages_in_one_call(
    entry: CatalogueEntry,
    convert: Callable[..., Path],
    pack: Callable[..., Path],
    members: dict[str, bytes],
    tmp_path: Path,
) -> None:
    convert()
    package = pack({**members, "other/file": b""})
    out = io.StringIO()
    targets = [entry.card.id, str(package)]
    assert validate_all(tmp_path, targets, Console(out=out), pin=False, as_json=True) == 1
    first, second = json.loads(out.getvalue())["reports"]
    assert (first["ok"], second["ok"], second["problems"][0]["code"]) == (True, False, "archive.other-top")
    remarks = io.StringIO()
    assert validate_all(tmp_path, [entry.card.id], Console(out=out, remarks=remarks), pin=True, as_json=False) == 0
    assert remarks.getvalue() == "toy: golden.json is written; run `dtmodels docs` to update its page\n"
    assert out.getvalue().endswith("toy: darktable runs it\n")


def test_statistics_of_another_runtime_cannot_be_pinned(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="--pin does not go with --runtime"):
        validate_all(tmp_path, ["toy"], Console(out=io.StringIO()), pin=True, as_json=False, version="newest")


def test_package_cannot_be_pinned(pack: Callable[..., Path], members: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="--pin"):
        validate_all(tmp_path, [str(pack(members))], Console(out=io.StringIO()), pin=True, as_json=False)


def test_unconverted_model_is_an_error(entry: CatalogueEntry, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="the model is not converted"):
        validate(entry, Workspace(tmp_path).model("toy"))
