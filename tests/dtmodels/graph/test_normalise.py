"""Tests of `normalise`: no build traces, stable bytes, rejected files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import helper

from dtbase.system.errors import Failure
from dtmodels.graph.normalise import IR_VERSION, normalise


@pytest.fixture
def exported(make_denoiser: Callable[..., onnx.ModelProto]) -> onnx.ModelProto:
    """A graph as exporters write it: stack traces, build paths, inferred shapes, a new file format."""
    model = make_denoiser()
    model.ir_version = 11
    model.producer_version = "9.9"
    model.doc_string = "built in /home/builder/build"
    model.graph.value_info.append(model.graph.output[0])
    node = model.graph.node[0]
    node.doc_string = "File /home/builder/build/net.py, line 3"
    entry = node.metadata_props.add()
    entry.key, entry.value = "pkg.torch.onnx.stack_trace", "/home/builder/build/net.py"
    helper.set_model_props(model, {"sliders": "exposure", "module": "exposure"})
    return model


def normalised(model: onnx.ModelProto, directory: Path) -> bytes:
    (directory / "raw.onnx").write_bytes(model.SerializeToString())
    normalise(directory / "raw.onnx", directory / "model.onnx")
    return (directory / "model.onnx").read_bytes()


def test_build_paths_are_removed(exported: onnx.ModelProto, tmp_path: Path) -> None:
    assert b"builder" in exported.SerializeToString()
    assert b"builder" not in normalised(exported, tmp_path)


def test_model_metadata_is_kept(exported: onnx.ModelProto, tmp_path: Path) -> None:
    model = onnx.load_from_string(normalised(exported, tmp_path))
    assert {entry.key: entry.value for entry in model.metadata_props} == {"sliders": "exposure", "module": "exposure"}


def test_ir_version_is_readable_by_old_runtimes(exported: onnx.ModelProto, tmp_path: Path) -> None:
    assert onnx.load_from_string(normalised(exported, tmp_path)).ir_version == IR_VERSION == 10


def test_normalise_is_idempotent(exported: onnx.ModelProto, tmp_path: Path) -> None:
    once = normalised(exported, tmp_path)
    assert normalised(onnx.load_from_string(once), tmp_path) == once


def test_bytes_do_not_depend_on_the_build_directory(exported: onnx.ModelProto, tmp_path: Path) -> None:
    first = normalised(exported, tmp_path)
    exported.graph.node[0].metadata_props[0].value = "/srv/other/net.py"
    assert normalised(exported, tmp_path) == first


def test_opset_above_20_is_rejected(make_denoiser: Callable[..., onnx.ModelProto], tmp_path: Path) -> None:
    with pytest.raises(Failure, match="opset 21 is above 20"):
        normalised(make_denoiser(opset=21), tmp_path)
    assert not (tmp_path / "model.onnx").exists()


def test_file_without_graph_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "raw.onnx").write_bytes(b"<html>404</html>")
    with pytest.raises(Failure, match=r"raw.onnx|not a"):
        normalise(tmp_path / "raw.onnx", tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()


def test_invalid_graph_is_rejected(make_denoiser: Callable[..., onnx.ModelProto], tmp_path: Path) -> None:
    model = make_denoiser()
    model.graph.node[0].input[1] = "nowhere"
    with pytest.raises(Failure, match="not a valid ONNX model"):
        normalised(model, tmp_path)
