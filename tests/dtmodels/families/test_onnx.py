"""Tests of ready-made ONNX files: made compatible with darktable, or rejected with the reason."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from dtbase.system.errors import Failure, NothingToDo
from dtmodels.card.model import ArchiveMember, Checkpoint
from dtmodels.families import Job
from dtmodels.families.onnx import convert
from dtmodels.graph.normalise import normalise
from dtmodels.graph.parity import MAX_PSNR, check_parity
from dtmodels.graph.runtime import Runtime

MakeGraph = Callable[..., onnx.ModelProto]
MakeReady = Callable[..., Job]
WEIGHTS = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 67046751\n" % (b"5" * 64)
BASE_URL = "https://example.org/net/onnx/"


@pytest.fixture(autouse=True)
def one_runtime(monkeypatch: pytest.MonkeyPatch, runtime: Runtime) -> None:
    """Run all graphs in one worker process, which takes long to start."""
    monkeypatch.setattr("dtmodels.families.onnx.Runtime", lambda: contextlib.nullcontext(runtime))


@pytest.fixture
def ready(make_job: Callable[..., Job], tmp_path: Path) -> MakeReady:
    """Make a job whose checkpoints the author published in one directory; locally they have other names."""

    def make(files: Mapping[str, onnx.ModelProto | bytes], seed: int | None = None, **options: Any) -> Job:
        paths, checkpoints = {}, []
        for number, (published, content) in enumerate(files.items()):
            name = published.removesuffix(".onnx")
            paths[name] = tmp_path / f"{number:064x}"
            paths[name].write_bytes(content if isinstance(content, bytes) else content.SerializeToString())
            checkpoints.append(Checkpoint(name=name, url=BASE_URL + published))
        job = make_job("onnx", "denoise", options=options, checkpoints=paths, seed=seed)
        return replace(job, card=replace(job.card, checkpoints=tuple(checkpoints)))

    return make


@pytest.fixture
def product(make_graph: MakeGraph) -> MakeGraph:
    """A graph `[rows, 3] -> [rows, 4]` whose weights are in another file."""

    def make(*, rows: int | str = 2, location: str = "model.onnx_data", **entries: str) -> onnx.ModelProto:
        node = helper.make_node("MatMul", ["input", "weights"], ["output"])
        constants = {"weights": WEIGHTS}
        model = make_graph({"input": [rows, 3]}, {"output": [rows, 4]}, [node], constants=constants)
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in {"location": location, **entries}.items():
            tensor.external_data.add(key=key, value=value)
        return model

    return make


def finished(job: Job, name: str = "model") -> Path:
    convert(job)
    path = job.output.parent / f"{name}.onnx"
    normalise(job.output / f"{name}.onnx", path)
    return path


def run(path: Path, **inputs: Any) -> dict[str, Any]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return dict(zip([output.name for output in session.get_outputs()], session.run(None, inputs), strict=True))


def shapes(path: Path, side: str) -> dict[str, list[int | str]]:
    values = getattr(onnx.load(path).graph, side)
    return {
        value.name: [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim] for value in values
    }


@pytest.mark.parametrize("location", ["model.onnx_data", "weights/part.bin"])
@pytest.mark.parametrize("before", [b"", b"sixteen bytes..."])
def test_external_weights_are_embedded(
    ready: MakeReady, product: MakeGraph, runtime: Runtime, location: str, before: bytes
) -> None:
    entries = {"offset": str(len(before)), "length": str(WEIGHTS.nbytes)} if before else {}
    job = ready({"model.onnx": product(location=location, **entries), location: before + WEIGHTS.tobytes()})
    path, rows = finished(job), np.ones((2, 3), np.float32)
    assert np.array_equal(run(path, input=rows)["output"], rows @ WEIGHTS)
    assert numpy_helper.to_array(onnx.load(path).graph.initializer[0]).shape == (3, 4)
    assert check_parity(job.output / "model.onnx", path, runtime, "full") == MAX_PSNR


def test_graph_and_weights_may_lie_in_an_archive(ready: MakeReady, product: MakeGraph) -> None:
    job = ready({"model.onnx": product(), "model.onnx_data": WEIGHTS.tobytes()})
    packed = [
        replace(checkpoint, url=f"{BASE_URL}net.zip", member=ArchiveMember(path=f"net/{checkpoint.name}{suffix}"))
        for checkpoint, suffix in zip(job.card.checkpoints, (".onnx", ""), strict=True)
    ]
    job = replace(job, card=replace(job.card, checkpoints=tuple(packed)))
    path, rows = finished(job), np.ones((2, 3), np.float32)
    assert np.array_equal(run(path, input=rows)["output"], rows @ WEIGHTS)


@pytest.mark.parametrize("location", ["../model.onnx_data", "/etc/passwd", "a/../../b", "C:\\weights", "", "..\\b"])
def test_weights_outside_the_directory_are_rejected(ready: MakeReady, product: MakeGraph, location: str) -> None:
    job = ready({"model.onnx": product(location=location), "model.onnx_data": WEIGHTS.tobytes()})
    with pytest.raises(Failure, match="outside its directory") as failure:
        convert(job)
    assert failure.value.where == "model.onnx"
    assert not list(job.output.iterdir())


def test_weights_in_an_unlisted_file_are_rejected(ready: MakeReady, product: MakeGraph) -> None:
    with pytest.raises(Failure, match="onnx_data, which the card does not list as a checkpoint"):
        convert(ready({"model.onnx": product()}))


@pytest.mark.parametrize("entries", [{}, {"offset": "8"}, {"length": "9999"}, {"offset": "-1"}, {"length": "many"}])
def test_external_weights_of_wrong_size_are_rejected(
    ready: MakeReady, product: MakeGraph, entries: dict[str, str]
) -> None:
    data = WEIGHTS.tobytes() if entries else WEIGHTS.tobytes()[:-1]
    with pytest.raises(Failure, match=r"needs 48 bytes|invalid offset or length"):
        convert(ready({"model.onnx": product(**entries), "model.onnx_data": data}))


def test_pointer_in_place_of_external_weights_is_named(ready: MakeReady, product: MakeGraph) -> None:
    with pytest.raises(Failure, match="pointer of Git LFS to 67,046,751 bytes, not the weights of"):
        convert(ready({"model.onnx": product(), "model.onnx_data": POINTER}))


def test_weights_that_no_single_file_can_hold_are_rejected(
    ready: MakeReady, product: MakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = product().ByteSize() + WEIGHTS.nbytes - 1
    monkeypatch.setattr("dtmodels.families._external.MAX_BYTES", limit)
    job = ready({"model.onnx": product(), "model.onnx_data": WEIGHTS.tobytes()})
    with pytest.raises(Failure, match=f"bytes with its weights, more than the {limit} that fit in one file") as failure:
        convert(job)
    assert "float16" in failure.value.fix


def test_newer_opset_is_converted(ready: MakeReady, make_denoiser: MakeGraph) -> None:
    path = finished(ready({"model.onnx": make_denoiser(16, opset=21, offset=0.5)}))
    assert [opset.version for opset in onnx.load(path).opset_import] == [20]
    assert run(path, input=np.zeros((1, 3, 16, 16), np.float32))["output"].max() == 0.5


def test_symbolic_sizes_are_set_by_the_card(ready: MakeReady, make_graph: MakeGraph) -> None:
    node = helper.make_node("Concat", ["input", "input"], ["output"], axis=2)
    model = make_graph({"input": ["batch", 3, "rows", 5]}, {"output": ["batch", 3, "twice", 5]}, [node])
    path = finished(ready({"model.onnx": model}, sizes={"batch": 1, "rows": 4}))
    assert shapes(path, "input") == {"input": [1, 3, 4, 5]}
    assert shapes(path, "output") == {"output": [1, 3, 8, 5]}


def test_names_of_all_graphs_of_a_card_are_known(ready: MakeReady, make_graph: MakeGraph) -> None:
    encoder = make_graph({"image": [1, 3, "side", 4]}, {"features": [1, 3, "side", 4]})
    decoder = make_graph({"features": [1, 3, 4, 4], "points": [1, "n", 2]}, {"masks": [1, 3, 4, 4]})
    job = ready({"encoder.onnx": encoder, "decoder.onnx": decoder}, sizes={"side": 4, "n": 2}, rename={"points": "p"})
    convert(job)
    assert shapes(job.output / "encoder.onnx", "output") == {"features": [1, 3, 4, 4]}
    assert shapes(job.output / "decoder.onnx", "input") == {"features": [1, 3, 4, 4], "p": [1, 2, 2]}


def test_input_may_stay_symbolic_if_no_output_depends_on_it(ready: MakeReady, make_graph: MakeGraph) -> None:
    node = helper.make_node("ReduceMean", ["points"], ["mean"], keepdims=1)
    path = finished(ready({"model.onnx": make_graph({"points": [1, "n", 2]}, {"mean": [1, 1, 1]}, [node])}))
    assert shapes(path, "input") == {"points": [1, "n", 2]}
    assert run(path, points=np.ones((1, 9, 2), np.float32))["mean"].item() == 1


def test_dynamic_output_is_rejected_with_a_fix(ready: MakeReady, make_graph: MakeGraph) -> None:
    model = make_graph({"input": [1, 3, "height", "width"]}, {"output": [1, 3, "height", "width"]})
    with pytest.raises(Failure, match="output 'output' is dynamic, 1 x 3 x 8 x width") as failure:
        convert(ready({"model.onnx": model}, sizes={"height": 8}))
    assert "convert.options.sizes for width" in failure.value.fix


def test_wrong_declared_shape_is_corrected(ready: MakeReady, make_graph: MakeGraph) -> None:
    sizes = {"size": np.array([1, 6], np.int64)}
    node = helper.make_node("Expand", ["input", "where"], ["output"])
    shape = helper.make_node("Mul", ["size", "one"], ["where"])
    sizes["one"] = np.array([1, 1], np.int64)
    model = make_graph({"input": [1, 1]}, {"output": [1, 7]}, [shape, node], constants=sizes)
    assert shapes(finished(ready({"model.onnx": model})), "output") == {"output": [1, 6]}


def test_integer_and_float16_tensors_become_float32(ready: MakeReady, make_graph: MakeGraph, runtime: Runtime) -> None:
    types = {"labels": TensorProto.INT64, "same": TensorProto.INT64, "half": TensorProto.FLOAT16}
    nodes = [
        helper.make_node("Identity", ["labels"], ["same"]),
        helper.make_node("Cast", ["same"], ["half"], to=TensorProto.FLOAT16),
    ]
    model = make_graph({"labels": [1, 4]}, {"same": [1, 4], "half": [1, 4]}, nodes, types=types)
    job = ready({"model.onnx": model})
    path, labels = finished(job), np.array([[1, 0, -1, 3]], np.float32)
    outputs = run(path, labels=labels)
    assert all(value.dtype == np.float32 and np.array_equal(value, labels) for value in outputs.values())
    assert check_parity(job.output / "model.onnx", path, runtime, "full") == MAX_PSNR


def test_card_sets_order_and_names(ready: MakeReady, make_graph: MakeGraph) -> None:
    nodes = [
        helper.make_node("Sub", ["a", "b"], ["difference"]),
        helper.make_node("Add", ["a", "b"], ["sum"]),
        helper.make_node("Mul", ["a", "b"], ["product"]),
    ]
    model = make_graph({"b": [2], "a": [2]}, {"sum": [2], "difference": [2], "product": [2]}, nodes)
    options = {"inputs": {"model": ["a", "b"]}, "outputs": {"model": ["difference", "sum"]}, "rename": {"b": "mask"}}
    path = finished(ready({"model.onnx": model}, **options))
    assert [list(shapes(path, side)) for side in ("input", "output")] == [["a", "mask"], ["difference", "sum"]]
    assert run(path, a=np.float32([3, 4]), mask=np.float32([1, 1]))["difference"].tolist() == [2, 3]


def test_weights_are_removed_from_the_inputs(ready: MakeReady, make_graph: MakeGraph) -> None:
    node = helper.make_node("Mul", ["input", "factor"], ["output"])
    model = make_graph({"input": [2], "factor": [2]}, {"output": [2]}, [node], constants={"factor": np.float32([2, 3])})
    assert list(shapes(finished(ready({"model.onnx": model})), "input")) == ["input"]


def test_functions_are_inlined(ready: MakeReady, make_graph: MakeGraph) -> None:
    opsets = [helper.make_opsetid("", 20)]
    twice = helper.make_function("own", "Twice", ["x"], ["y"], [helper.make_node("Add", ["x", "x"], ["y"])], opsets)
    model = make_graph(
        {"input": [2]}, {"output": [2]}, [helper.make_node("Twice", ["input"], ["output"], domain="own")]
    )
    model.functions.append(twice)
    model.opset_import.append(helper.make_opsetid("own", 1))
    path = finished(ready({"model.onnx": model}))
    assert [node.op_type for node in onnx.load(path).graph.node] == ["Add"]
    assert [opset.domain for opset in onnx.load(path).opset_import] == [""]


def test_custom_operators_are_rejected(ready: MakeReady, make_graph: MakeGraph) -> None:
    node = helper.make_node("Magic", ["input"], ["output"], domain="vendor")
    with pytest.raises(Failure, match="operators that ONNX Runtime does not have: vendor::Magic") as failure:
        convert(ready({"model.onnx": make_graph({"input": [2]}, {"output": [2]}, [node])}))
    assert failure.value.where == "model.onnx"


def test_graph_with_nan_output_is_rejected(ready: MakeReady, make_graph: MakeGraph, runtime: Runtime) -> None:
    nodes = [helper.make_node("Neg", ["input"], ["below"]), helper.make_node("Log", ["below"], ["output"])]
    job = ready({"model.onnx": make_graph({"input": [2]}, {"output": [2]}, nodes)})
    path = finished(job)
    with pytest.raises(Failure, match="output 'output' has NaN"):
        check_parity(job.output / "model.onnx", path, runtime, "full")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is an empty file, not an ONNX graph"),
        (b"<html>sign in</html>", "is a web page, not an ONNX graph"),
        (POINTER, "is a pointer of Git LFS to 67,046,751 bytes, not an ONNX graph\n.*git lfs pull"),
        (b"\x1c\0\0\0ORTM" + bytes(50), "is a graph in ONNX Runtime's own format"),
        (b"ir_version: 8\ngraph {}", "is an ONNX graph written as text, .*\n.*binary form"),
        (b"\x08\0\0\0\0\0\0\0{}      ", "is a safetensors file, not an ONNX graph"),
        (b"\x08\x0a garbage", "is no ONNX graph, or is truncated or damaged"),
        (b"\n\x10\n\x05input\x12\x07Placeho", r"is no ONNX graph|contains no graph with an output\n.*TensorFlow"),
    ],
)
def test_file_without_graph_is_rejected(ready: MakeReady, content: bytes, message: str) -> None:
    with pytest.raises(Failure, match=message):
        convert(ready({"model.onnx": content}))


def test_unsupported_type_is_rejected(ready: MakeReady, make_graph: MakeGraph) -> None:
    types = {"input": TensorProto.STRING, "output": TensorProto.STRING}
    with pytest.raises(Failure, match="'input' is string, which darktable cannot pass"):
        convert(ready({"model.onnx": make_graph({"input": [1]}, {"output": [1]}, types=types)}))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sizes": {"batch": 0}}, r"sizes: is \{'batch': 0\}"),
        ({"sizes": {"batch": True}}, r"sizes: is \{'batch': True\}"),
        ({"sizes": {"input": [1, -3]}}, r"sizes: is \{'input': \[1, -3\]\}"),
        ({"sizes": {"nonsense": 7}}, "sizes: no graph has a free dimension 'nonsense'\n.*all sizes are fixed"),
        ({"sizes": {"imput": [1, 3, 8, 8]}}, "sizes: no graph has an input 'imput'\n.*did you mean input"),
        ({"rename": {"nothing": "other"}}, "rename: no graph has an input or output 'nothing'\n.*input, output"),
        ({"rename": {"outptu": "other"}}, "rename: no graph has an input or output 'outptu'\n.*did you mean output"),
        ({"sizes": ["batch"]}, r"sizes: is \['batch'\]"),
        ({"inputs": {"encoder": ["input"]}}, "inputs: there is no graph 'encoder'"),
        ({"inputs": {"model": ["imput"]}}, "inputs: the graph has no 'imput'"),
        ({"outputs": {"model": ["output", "output"]}}, "outputs: lists output, output"),
        ({"rename": {"input": ""}}, "rename: is"),
        ({"rename": {"input": "output"}}, "'input' cannot be called 'output'"),
    ],
)
def test_invalid_options_are_rejected(
    ready: MakeReady, make_denoiser: MakeGraph, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(Failure, match=message):
        convert(ready({"model.onnx": make_denoiser(16)}, **options))


def test_card_without_graph_is_rejected(ready: MakeReady) -> None:
    with pytest.raises(Failure, match=r"none of them is a \.onnx file"):
        convert(ready({"weights.bin": b"1"}))


def test_finished_graph_has_no_seeded_weights(ready: MakeReady, make_denoiser: MakeGraph) -> None:
    with pytest.raises(NothingToDo, match="comes as a finished graph") as failure:
        convert(ready({"model.onnx": make_denoiser(16)}, seed=0))
    assert "without --seed" in failure.value.fix
