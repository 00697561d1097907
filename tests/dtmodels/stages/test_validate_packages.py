"""validate: packages with one fault each, which the message has to name."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from dtbase.system.errors import Failure, WrongUsage
from dtmodels.findings.check_report import CheckReport
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.validate import validate_archive, validate_package

Pack = Callable[..., Path]
Members = dict[str, bytes]
MakeGraph = Callable[..., onnx.ModelProto]
TILE = (1, 3, 256, 256)


def codes(report: CheckReport) -> list[str]:
    return [problem.code for problem in report.errors]


def with_graph(members: Members, model: onnx.ModelProto) -> Members:
    return {**members, "toy/model.onnx": model.SerializeToString()}


def test_good_package_has_no_problems(pack: Pack, members: Members, runtime: Runtime) -> None:
    report = validate_package(pack(members), runtime)
    assert (report.ok, report.problems) == (True, ())
    (file,) = report.facts.files
    assert (file.name, file.opset, file.ir, file.outputs[0].shape) == ("model.onnx", 18, 10, TILE)
    assert set(report.facts.figures) == {"latency_ms model"}
    assert "out output: float32 [1, 3, 256, 256]" in report.text()


def test_report_is_plain_json(pack: Pack, members: Members, runtime: Runtime) -> None:
    report = validate_package(pack({**members, "other/x": b""}), runtime)
    value = json.loads(json.dumps(report.as_json()))
    assert value["ok"] is False
    assert value["problems"][0]["code"] == "archive.other-top"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"opset": 21}, "graph.opset"),
        ({"ir": 11}, "graph.ir"),
        ({"outputs": {"output": TILE, "more": TILE}}, "graph.outputs"),
        ({"inputs": {"input": (1, 3, "h", "w")}, "outputs": {"output": (1, 3, "h", "w")}}, "tile.input-shape"),
        ({"inputs": {"input": ("n", 3, 256, 256)}, "outputs": {"output": ("n", 3, 256, 256)}}, "tile.input-shape"),
        ({"types": {"input": TensorProto.DOUBLE, "output": TensorProto.DOUBLE}}, "graph.input-type"),
        ({"types": {"input": TensorProto.INT8, "output": TensorProto.INT8}}, "graph.input-type"),
        ({"types": {"input": TensorProto.FLOAT16, "output": TensorProto.FLOAT16}}, "graph.output-type"),
        ({"inputs": {"input": (1, 3, 128, 256)}, "outputs": {"output": (1, 3, 128, 256)}}, "tile.input-shape"),
    ],
)
def test_unusable_graph_is_an_error(
    pack: Pack, members: Members, make_graph: MakeGraph, changed: dict[str, Any], code: str
) -> None:
    model = make_graph(**{"inputs": {"input": TILE}, "outputs": {"output": TILE}, **changed})
    report = validate_package(pack(with_graph(members, model)))
    assert code in codes(report)


def test_stricter_rules_state_a_reason(pack: Pack, members: Members, make_graph: MakeGraph, runtime: Runtime) -> None:
    model = make_graph({"input": TILE}, {"output": TILE}, opset=21)
    (problem,) = validate_package(pack(with_graph(members, model)), runtime).errors
    assert "ONNX Runtime 1.18 or later" in problem.reason
    assert "why rejected:" in str(problem)


def test_inferable_symbolic_output_size_is_accepted(
    pack: Pack, members: Members, make_graph: MakeGraph, runtime: Runtime
) -> None:
    model = make_graph({"input": TILE}, {"output": (1, 3, "h", "w")})
    assert validate_package(pack(with_graph(members, model)), runtime).ok


def test_nan_is_an_error(pack: Pack, members: Members, make_graph: MakeGraph, runtime: Runtime) -> None:
    node = helper.make_node("Add", ["input", "bad"], ["output"])
    model = make_graph({"input": TILE}, {"output": TILE}, [node], constants={"bad": np.float32([np.nan])})
    report = validate_package(pack(with_graph(members, model)), runtime)
    assert set(codes(report)) == {"run.not-finite"}
    assert "NaN" in report.text()


def test_nan_for_a_black_image_is_an_error(
    pack: Pack, members: Members, make_graph: MakeGraph, runtime: Runtime
) -> None:
    node = helper.make_node("Div", ["input", "input"], ["output"])
    model = make_graph({"input": TILE}, {"output": TILE}, [node])
    (problem,) = validate_package(pack(with_graph(members, model)), runtime).errors
    assert "for a black image" in problem.what


def test_external_weights_are_an_error(pack: Pack, members: Members, make_graph: MakeGraph, tmp_path: Path) -> None:
    node = helper.make_node("Add", ["input", "w"], ["output"])
    model = make_graph({"input": TILE}, {"output": TILE}, [node], constants={"w": np.ones(TILE, np.float32)})
    onnx.save(model, tmp_path / "model.onnx", save_as_external_data=True, location="model.onnx.data")
    graphs = {f"toy/{name}": (tmp_path / name).read_bytes() for name in ("model.onnx", "model.onnx.data")}
    (problem,) = validate_package(pack({**members, **graphs})).errors
    assert (problem.code, bool(problem.reason)) == ("graph.external-data", True)
    del graphs["toy/model.onnx.data"]
    (problem,) = validate_package(pack({**members, **graphs})).errors
    assert "missing: it does not load" in problem.what


def test_graph_that_onnx_runtime_rejects_is_an_error(
    pack: Pack, members: Members, make_graph: MakeGraph, runtime: Runtime
) -> None:
    model = make_graph({"input": TILE}, {"output": TILE}, [helper.make_node("NoSuchThing", ["input"], ["output"])])
    (problem,) = validate_package(pack(with_graph(members, model)), runtime).errors
    assert problem.code == "run.fails"
    assert "NoSuchThing" in problem.what


def test_other_file_format_is_an_error(pack: Pack, members: Members) -> None:
    report = validate_package(pack({**members, "toy/model.onnx": b"weights"}))
    assert codes(report) == ["graph.unreadable"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pickle.dumps([1]), "a pickle"),
        (b"", "an empty file"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
        (b"<!DOCTYPE html><html>", "a web page"),
    ],
)
def test_graph_that_is_another_kind_of_file_is_named(pack: Pack, members: Members, content: bytes, kind: str) -> None:
    (problem,) = validate_package(pack({**members, "toy/model.onnx": content})).errors
    assert problem.code == "graph.unreadable"
    assert f"is {kind}" in problem.what
    assert "protobuf" not in problem.what


def test_encrypted_package_has_no_further_problems(pack: Pack, members: Members) -> None:
    path = pack(members)
    data = bytearray(path.read_bytes())
    data[6], data[data.index(b"PK\1\2") + 8] = 1, 1
    path.write_bytes(data)
    assert codes(validate_package(path)) == ["archive.encrypted"]


@pytest.mark.parametrize(
    ("name", "severity", "code"),
    [
        ("weights.pth", "error", "files.program"),
        ("setup.py", "error", "files.program"),
        ("thumbnail.png", "warning", "files.foreign"),
        ("aux.txt", "error", "archive.windows-name"),
        ("a:b.txt", "error", "archive.windows-name"),
    ],
)
def test_foreign_file_is_reported(pack: Pack, members: Members, name: str, severity: str, code: str) -> None:
    problems = validate_package(pack({**members, f"toy/{name}": b"text"})).problems
    assert (severity, code) in {(problem.severity, problem.code) for problem in problems}


def test_misspelt_optimisation_is_a_warning(pack: Pack, members: Members, runtime: Runtime) -> None:
    config = {**json.loads(members["toy/config.json"]), "ort_optimization": "dissabled"}
    report = validate_package(pack({**members, "toy/config.json": json.dumps(config).encode()}), runtime)
    (problem,) = report.problems
    assert (problem.severity, problem.fix) == ("warning", "did you mean disabled?")
    assert report.text().endswith("darktable runs it (1 warning)")


def test_names_that_are_no_text_are_reported(pack: Pack, members: Members, make_graph: MakeGraph) -> None:
    model = make_graph({"input": TILE}, {"output": TILE}).SerializeToString()
    report = validate_package(pack({**members, "toy/model.onnx": model.replace(b"Identity", b"Ident\xfety")}))
    assert "Ident\N{REPLACEMENT CHARACTER}ty" in report.text()


def test_build_paths_are_a_warning(pack: Pack, members: Members, make_graph: MakeGraph, runtime: Runtime) -> None:
    model = make_graph({"input": TILE}, {"output": TILE})
    model.graph.node[0].doc_string = "File /home/someone/export.py, line 3"
    (problem,) = validate_package(pack(with_graph(members, model)), runtime).problems
    assert (problem.code, "/home/someone/export.py" in problem.what) == ("graph.build-path", True)


def test_large_documentation_is_a_warning(
    pack: Pack, members: Members, make_graph: MakeGraph, runtime: Runtime
) -> None:
    model = make_graph({"input": TILE}, {"output": TILE})
    model.graph.doc_string = "text " * 100_000
    (problem,) = validate_package(pack(with_graph(members, model)), runtime).problems
    assert (problem.severity, problem.code) == ("warning", "graph.baggage")
    assert "500,000 bytes" in problem.what


def test_unknown_task_suggests_the_nearest(pack: Pack, members: Members) -> None:
    config = json.loads(members["toy/config.json"])
    data = json.dumps({**config, "task": "denoize"}).encode()
    (problem,) = validate_package(pack({**members, "toy/config.json": data})).errors
    assert (problem.code, "denoise" in problem.fix) == ("config.task", True)


def test_unused_file_is_a_warning(pack: Pack, members: Members, runtime: Runtime) -> None:
    (problem,) = validate_package(pack({**members, "toy/more.onnx": members["toy/model.onnx"]}), runtime).problems
    assert (problem.severity, problem.code, problem.where) == ("warning", "files.unused", "more.onnx")


def test_missing_file_is_an_error(pack: Pack, members: Members) -> None:
    del members["toy/model.onnx"]
    assert codes(validate_package(pack(members))) == ["files.missing"]


def test_installed_directory_gives_the_same_report(
    directory: Callable[..., Path], make_graph: MakeGraph, runtime: Runtime
) -> None:
    good = directory("denoise", {"model.onnx": make_graph({"input": TILE}, {"output": TILE})})
    assert validate_package(good, runtime).ok


def test_other_file_name_is_a_warning(pack: Pack, members: Members, runtime: Runtime) -> None:
    path = pack(members)
    (problem,) = validate_package(path.rename(path.with_name("copy.dtmodel")), runtime).problems
    assert (problem.severity, problem.code) == ("warning", "archive.file-name")


def test_missing_target_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="no such file"):
        validate_package(tmp_path / "absent.dtmodel")


def test_validate_archive_does_not_run_graphs(pack: Pack, members: Members) -> None:
    validate_archive(pack(members))
    with pytest.raises(Failure, match=r"archive\.two-dots"):
        validate_archive(pack({**members, "toy/a..b": b""}))


def test_damaged_data_is_an_error(pack: Pack, members: Members) -> None:
    path = pack(members)
    with zipfile.ZipFile(path) as archive:
        offset = archive.infolist()[1].header_offset + 80
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)
    with pytest.raises(Failure, match=r"archive\.damaged"):
        validate_archive(path)
