"""Tests of the task mask: configuration, encoder, decoder and routing by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from dtmodels.findings.check_report import CheckReport
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.validate import validate_package
from dtmodels.tasks._decoder import route_features

Directory = Callable[..., Path]
MakeGraph = Callable[..., onnx.ModelProto]
SIDE = 1024
PROMPTS: dict[str, Any] = {
    "point_coords": (1, "n", 2),
    "point_labels": (1, "n"),
    "mask_input": (1, 1, 256, 256),
    "has_mask_input": (1,),
}


def encoder(make_graph: MakeGraph, side: int = SIDE, features: int = 1) -> onnx.ModelProto:
    names = [f"features{number}" for number in range(features)]
    nodes = [
        helper.make_node("AveragePool", ["image"], [name], kernel_shape=[16, 16], strides=[16, 16]) for name in names
    ]
    return make_graph({"image": (1, 3, side, side)}, dict.fromkeys(names, (1, 3, side // 16, side // 16)), nodes)


def decoder(
    make_graph: MakeGraph,
    masks: int = 3,
    side: int = 256,
    *,
    outputs: int = 3,
    declared: int | str | None = None,
    prompts: dict[str, Any] | None = None,
    **options: Any,
) -> onnx.ModelProto:
    """Decoder that returns constant masks, whose shape ONNX Runtime cannot infer before it runs."""
    shapes: dict[str, list[int]] = {"masks": [masks, side, side], "iou": [masks], "low": [masks, 256, 256]}
    nodes = [
        helper.make_node("Mul", ["point_labels", "zero"], ["nothing"]),
        helper.make_node("ReduceSum", ["nothing"], ["sum"], keepdims=0),
        helper.make_node("Cast", ["sum"], ["none"], to=TensorProto.INT64),
    ]
    constants: dict[str, Any] = {"zero": np.float32(0), "value": np.float32(options.pop("value", 7))}
    results: dict[str, Any] = {}
    for name, shape in list(shapes.items())[:outputs]:
        constants[f"{name} shape"] = np.array([1, *shape])
        nodes.append(helper.make_node("Add", [f"{name} shape", "none"], [f"{name} shape out"]))
        nodes.append(helper.make_node("Expand", ["value", f"{name} shape out"], [name]))
        results[name] = (1, masks if declared is None else declared, *shape[1:])
    inputs = {"features0": options.pop("features", (1, 3, 64, 64)), **(PROMPTS if prompts is None else prompts)}
    return make_graph(inputs, results, nodes, constants=constants, **options)


def validated(
    directory: Directory, runtime: Runtime, enc: onnx.ModelProto, dec: onnx.ModelProto, **changed: Any
) -> CheckReport:
    model = directory(
        "mask", {"encoder.onnx": enc, "decoder.onnx": dec}, **{"arch": "sam2", "attributes": {}, **changed}
    )
    return validate_package(model, runtime)


def codes(report: CheckReport) -> list[str]:
    return [problem.code for problem in report.errors]


@pytest.mark.parametrize(
    "shape", [{"masks": 1}, {"masks": 3, "side": 1024}, {"masks": 8}, {"masks": 3, "outputs": 2}], ids=str
)
def test_valid_masks_pass(directory: Directory, make_graph: MakeGraph, runtime: Runtime, shape: dict[str, int]) -> None:
    graph = decoder(make_graph, **shape)
    assert validated(directory, runtime, encoder(make_graph), graph).problems == ()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"arch": ...}, "mask.arch"),
        ({"arch": None}, "mask.arch"),
        ({"arch": "sam3"}, "mask.arch"),
        ({"attributes": {"input_size": "512"}}, "mask.side"),
        ({"attributes": {"input_size": 1024.0}}, "mask.side"),
        ({"attributes": {"prev_mask_size": 0}}, "mask.side"),
        ({"attributes": {"prev_mask_size": 8192}}, "mask.side"),
        ({"version": "0.9"}, "mask.version"),
    ],
)
def test_invalid_configuration_is_an_error(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, changed: dict[str, Any], code: str
) -> None:
    assert codes(validated(directory, runtime, encoder(make_graph), decoder(make_graph), **changed)) == [code]


NEWER: dict[str, dict[str, Any]] = {
    "arch is sam, which 5.6 rejects": {"changed": {"arch": "sam"}},
    "input_size is 512, where 5.6 uses 1024": {
        "changed": {"attributes": {"input_size": 512}},
        "encoder": {"side": 512},
        "decoder": {"features": (1, 3, 32, 32)},
    },
    "prev_mask_size is 512, where 5.6 uses 256": {
        "changed": {"attributes": {"prev_mask_size": 512}},
        "decoder": {"outputs": 2, "side": 512, "prompts": {**PROMPTS, "mask_input": (1, 1, 512, 512)}},
    },
}
"""Masks that only darktable 5.7 runs, by the reason."""


@pytest.mark.parametrize("reason", NEWER)
def test_mask_for_the_next_darktable_runs_with_a_warning(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, reason: str
) -> None:
    case = NEWER[reason]
    graphs = encoder(make_graph, **case.get("encoder", {})), decoder(make_graph, **case.get("decoder", {}))
    report = validated(directory, runtime, *graphs, **case["changed"])
    (problem,) = report.problems
    assert (problem.severity, problem.code) == ("warning", "darktable.version")
    assert problem.fix
    assert report.facts.newer == (reason,)
    assert f"darktable versions: 5.7 only, because {reason}\n" in report.text()
    assert report.text().endswith("darktable 5.7 runs it; 5.6 does not (1 warning)")


def test_usual_sizes_are_taken_by_every_darktable(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    sizes = {"input_size": 1024, "prev_mask_size": 256}
    report = validated(directory, runtime, encoder(make_graph), decoder(make_graph, outputs=2), attributes=sizes)
    assert (report.problems, report.facts.darktable) == ((), "5.6.0 and later")


def test_size_of_the_previous_mask_has_no_effect_beside_a_third_output(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    report = validated(directory, runtime, encoder(make_graph), decoder(make_graph), attributes={"prev_mask_size": 512})
    (problem,) = report.problems
    assert (problem.severity, problem.code) == ("warning", "attribute.no-effect")
    assert report.facts.darktable == "5.6.0 and later"


def test_encoder_of_another_size_names_the_attribute(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    (problem,) = validated(directory, runtime, encoder(make_graph, 512), decoder(make_graph)).errors
    assert "attributes.input_size" in problem.fix


@pytest.mark.parametrize(
    ("settings", "code", "message"),
    [
        ({"masks": 9}, "mask.decoder-output", "at most 8"),
        ({"outputs": 1}, "graph.outputs", "darktable passes 2 or 3"),
        ({"outputs": 2, "side": 512}, "mask.memory", "crashes"),
        ({"outputs": 2, "side": 128}, "mask.memory", "scrambled"),
        ({"masks": 3, "declared": "num_labels"}, "mask.decoder-output", "it crashes"),
        ({"value": np.nan}, "run.not-finite", "NaN"),
        ({"types": {"point_labels": TensorProto.INT64}}, "graph.input-type", "int64"),
        ({"prompts": {"point_coords": (1, "n", 2), "point_labels": (1, "n")}}, "graph.inputs", "darktable passes 5"),
        ({"prompts": dict(reversed(PROMPTS.items()))}, "run.fails", "invalid dimensions|Invalid rank"),
    ],
)
def test_incompatible_decoders_are_errors(
    directory: Directory, make_graph: MakeGraph, settings: dict[str, Any], code: str, message: str
) -> None:
    with Runtime() as runtime:
        report = validated(directory, runtime, encoder(make_graph), decoder(make_graph, **settings))
    assert code in codes(report)
    assert any(word.lower() in report.text().lower() for word in message.split("|"))


def test_symbolic_mask_count_of_one_is_a_warning(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    graph = decoder(make_graph, 1, declared="num_labels")
    (problem,) = validated(directory, runtime, encoder(make_graph), graph).problems
    assert (problem.severity, problem.code) == ("warning", "mask.symbolic")


@pytest.mark.parametrize(
    ("settings", "code"), [({"side": 512}, "mask.encoder-input"), ({"features": 5}, "graph.outputs")], ids=str
)
def test_incompatible_encoders_are_errors(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, settings: dict[str, int], code: str
) -> None:
    assert code in codes(validated(directory, runtime, encoder(make_graph, **settings), decoder(make_graph)))


def test_partly_matching_names_are_an_error(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    enc = encoder(make_graph, features=2)
    features = {"features1": (1, 3, 64, 64), "other": (1, 3, 64, 64)}
    graph = make_graph({**features, **PROMPTS}, {"masks": (1, 3, 64, 64), "iou": (1, 3)}, [])
    assert "mask.route" in codes(validated(directory, runtime, enc, graph))


def test_missing_decoder_is_an_error(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    model = directory("mask", {"encoder.onnx": encoder(make_graph)}, arch="sam2")
    assert codes(validate_package(model, runtime)) == ["files.missing"]


@pytest.mark.parametrize(("shape", "code"), [((1, 1, 256, 256), None), ((1, 1, 256, 512), "mask.square")])
def test_segnext_has_one_square_mask(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, shape: tuple[int, ...], code: str | None
) -> None:
    prompts = {**PROMPTS, "mask_input": shape}
    del prompts["has_mask_input"]
    node = helper.make_node("Sigmoid", ["mask_input"], ["masks"])
    graph = make_graph({"features0": (1, 3, 64, 64), **prompts}, {"masks": shape}, [node])
    report = validated(directory, runtime, encoder(make_graph), graph, arch="segnext")
    assert codes(report) == ([code] if code else [])


@pytest.mark.parametrize(
    ("outputs", "inputs", "order"),
    [
        (["a", "b", "embed"], ["embed", "a", "b"], [2, 0, 1]),
        (["high_0", "high_1", "image_embeddings"], ["image_embed", "high_0", "high_1"], [2, 0, 1]),
        (["x", "y", "z"], ["1", "2", "3"], [0, 1, 2]),
        (["a", "b"], ["b", "other"], [1, 1]),
    ],
)
def test_encoder_outputs_are_routed_by_name(outputs: list[str], inputs: list[str], order: list[int]) -> None:
    assert route_features(outputs, inputs) == order
