from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import helper

from dtbase.system.errors import Failure
from dtmodels.graph.normalise import IR_VERSION, normalise


@pytest.fixture
def traced(make_denoiser: Callable[..., onnx.ModelProto]) -> onnx.ModelProto:
    """A graph as an exporter leaves it: stack traces, build paths, inferred shapes, a new file format."""
    model = make_denoiser()
    model.ir_version = 11
    model.producer_version = "9.9"
    model.doc_string = "built in /home/somebody/build"
    model.graph.value_info.append(model.graph.output[0])
    node = model.graph.node[0]
    node.doc_string = "File /home/somebody/build/net.py, line 3"
    entry = node.metadata_props.add()
    entry.key, entry.value = "pkg.torch.onnx.stack_trace", "/home/somebody/build/net.py"
    helper.set_model_props(model, {"sliders": "exposure", "module": "exposure"})
    return model


def normalised(model: onnx.ModelProto, directory: Path) -> bytes:
    (directory / "raw.onnx").write_bytes(model.SerializeToString())
    normalise(directory / "raw.onnx", directory / "model.onnx")
    return (directory / "model.onnx").read_bytes()


def test_nothing_tells_where_the_graph_was_built(traced: onnx.ModelProto, tmp_path: Path) -> None:
    assert b"somebody" in traced.SerializeToString()
    assert b"somebody" not in normalised(traced, tmp_path)


def test_the_models_own_metadata_stays(traced: onnx.ModelProto, tmp_path: Path) -> None:
    model = onnx.load_from_string(normalised(traced, tmp_path))
    assert {entry.key: entry.value for entry in model.metadata_props} == {"sliders": "exposure", "module": "exposure"}


def test_the_file_format_is_one_that_old_runtimes_read(traced: onnx.ModelProto, tmp_path: Path) -> None:
    assert onnx.load_from_string(normalised(traced, tmp_path)).ir_version == IR_VERSION == 10


def test_normalising_twice_changes_nothing(traced: onnx.ModelProto, tmp_path: Path) -> None:
    once = normalised(traced, tmp_path)
    assert normalised(onnx.load_from_string(once), tmp_path) == once


def test_tracing_from_another_directory_gives_the_same_bytes(traced: onnx.ModelProto, tmp_path: Path) -> None:
    here = normalised(traced, tmp_path)
    traced.graph.node[0].metadata_props[0].value = "/srv/other/net.py"
    assert normalised(traced, tmp_path) == here


def test_an_operator_set_above_20_is_refused(make_denoiser: Callable[..., onnx.ModelProto], tmp_path: Path) -> None:
    with pytest.raises(Failure, match="opset 21 is above 20"):
        normalised(make_denoiser(opset=21), tmp_path)
    assert not (tmp_path / "model.onnx").exists()


def test_a_file_that_is_no_graph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "raw.onnx").write_bytes(b"<html>404</html>")
    with pytest.raises(Failure, match=r"raw.onnx|not a"):
        normalise(tmp_path / "raw.onnx", tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()


def test_a_graph_that_breaks_the_rules_of_onnx_is_refused(
    make_denoiser: Callable[..., onnx.ModelProto], tmp_path: Path
) -> None:
    model = make_denoiser()
    model.graph.node[0].input[1] = "nowhere"
    with pytest.raises(Failure, match="not a valid ONNX model"):
        normalised(model, tmp_path)
