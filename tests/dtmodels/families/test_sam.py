"""Tests of Segment Anything: published tensors, reference outputs in torch and ONNX, and darktable's validation."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from dtbase.system.files import write_json
from dtmodels.families import Job, sam2, sam_hq
from dtmodels.families._seeded_weights import Recipe, seeded_weights
from dtmodels.families._state_dict_mapping import Layout, StateDictMismatch, map_state_dict
from dtmodels.graph.normalise import normalise
from dtmodels.package.config_writer import build_config
from dtmodels.stages.validate import validate_package
from tests.dtmodels.families.reference_outputs import MEAN, PROMPTS, STANDARD_DEVIATION, prompt_inputs

CASES = {
    "sam2.1_hiera_tiny": (sam2, "tiny"),
    "sam2.1_hiera_small": (sam2, "small"),
    "sam2.1_hiera_base_plus": (sam2, "base_plus"),
    "sam2.1_hq_hiera_large": (sam2, "large_hq"),
    "sam_hq_vit_b": (sam_hq, "vit_b"),
    "sam_hq_vit_tiny": (sam_hq, "vit_tiny"),
}
GRAPHS = ("encoder.onnx", "decoder.onnx")
CONTRACT = {
    "point_coords": [1, "points", 2],
    "point_labels": [1, "points"],
    "mask_input": [1, 1, 256, 256],
    "has_mask_input": [1],
}
RESULTS = {"masks": [1, 3, 256, 256], "iou_predictions": [1, 3], "low_res_masks": [1, 3, 256, 256]}
Array = NDArray[np.float32]


def layout(name: str) -> Layout:
    family, variant = CASES[name]
    published = family.LAYOUT if family is sam2 else family.LAYOUTS[variant]
    assert isinstance(published, Layout)
    return published


def empty(name: str) -> nn.Module:
    family, variant = CASES[name]
    with torch.device("meta"):
        network = family.network(variant)
    assert isinstance(network, nn.Module)
    return network


@pytest.mark.parametrize("name", CASES)
def test_published_tensors_fit(name: str, check_mapping: Callable[..., None]) -> None:
    check_mapping(name, empty(name), layout(name))


@pytest.mark.parametrize("name", CASES)
def test_unused_tensors_are_video_and_classifier_only(name: str, published: Callable[[str], dict[str, Any]]) -> None:
    listed = [one for one, _, _ in published(name)["tensors"]]
    unused = sorted(set(listed) - set(empty(name).state_dict()))
    if name == "sam_hq_vit_tiny":
        assert unused == [
            f"image_encoder.{part}.{last}" for part in ("head", "norm_head") for last in ("bias", "weight")
        ]
    else:
        video = ("mask_downsample.", "maskmem_tpos_enc", "memory_", "no_mem_pos_enc", "no_obj_", "obj_ptr_")
        assert all(one.startswith(video) for one in unused)
        assert bool(unused) == name.startswith("sam2")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("other", CASES)
def test_checkpoint_of_another_variant_is_rejected(
    name: str, other: str, published: Callable[[str], dict[str, Any]]
) -> None:
    if name == other:
        return
    kinds = {one: (shape, getattr(torch, kind)) for one, shape, kind in published(other)["tensors"]}
    shapes = {one: torch.empty(shape, dtype=kind, device="meta") for one, (shape, kind) in kinds.items()}
    with pytest.raises(StateDictMismatch, match="the tensors do not fit the network"):
        map_state_dict(empty(name).state_dict(), shapes, layout(name), where=other)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """Directory of the graphs, deleted after the test, because they are large."""
    model = tmp_path / "toy"
    model.mkdir()
    yield model
    shutil.rmtree(model)
    shutil.rmtree(tmp_path / "raw", ignore_errors=True)


@pytest.fixture
def inputs(
    make_rng: Callable[[], np.random.Generator], make_image: Callable[..., Array]
) -> Callable[[Any], tuple[Array, Array]]:
    """Image and previous mask, equal to the authors' inputs."""

    def make(authors: Any) -> tuple[Array, Array]:
        rng = make_rng()
        image = (make_image(rng, 3, 1024, 1024, 32) - MEAN) / STANDARD_DEVIATION
        mask = 20 * (make_image(rng, 1, 256, 256, 16) - 0.5)
        return authors.input("image", image), authors.input("mask_input", mask)

    return make


@pytest.fixture
def build(directory: Path, make_job: Callable[..., Job]) -> Callable[[ModuleType, str], None]:
    """Convert as the convert stage does, without float16 storage."""

    def make(family: ModuleType, variant: str) -> None:
        job = make_job(family.__name__.rpartition(".")[2], "mask", options={"variant": variant}, seed=0)
        attributes = family.convert(job)
        for graph in GRAPHS:
            normalise(job.output / graph, directory / graph)
        card = replace(job.card, id=directory.name, architecture="sam2")
        write_json(directory / "config.json", build_config(card, attributes))

    return make


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_network_and_graphs_match_reference_outputs_and_validate(
    name: str,
    directory: Path,
    build: Callable[[ModuleType, str], None],
    reference: Callable[[str], Any],
    inputs: Callable[[Any], tuple[Array, Array]],
) -> None:
    family, variant = CASES[name]
    authors = reference(name)
    image, mask = inputs(authors)
    build(family, variant)
    check_shapes(directory, family)
    report = validate_package(directory)
    assert report.problems == (), report.text()
    check_outputs(authors, family, torch_outputs(family, variant, image, mask))
    check_outputs(authors, family, onnx_outputs(directory, image, mask))


def check_shapes(directory: Path, family: ModuleType) -> None:
    encoder, decoder = (shapes(directory / graph) for graph in GRAPHS)
    features = {feature: list(shape) for feature, shape in family.FEATURES.items()}
    assert encoder == ({"image": [1, 3, 1024, 1024]}, features)
    assert decoder == (features | CONTRACT, RESULTS)
    assert [list(decoder[0]), list(decoder[1])] == [[*features, *CONTRACT], list(RESULTS)]


def shapes(path: Path) -> tuple[dict[str, list[int | str]], dict[str, list[int | str]]]:
    graph = onnx.load(path).graph
    return sizes(graph.input), sizes(graph.output)


def sizes(values: Iterable[onnx.ValueInfoProto]) -> dict[str, list[int | str]]:
    return {
        value.name: [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim] for value in values
    }


def check_outputs(authors: Any, family: ModuleType, outputs: Mapping[str, Array]) -> None:
    for output, value in outputs.items():
        if output.endswith("/fed_back"):
            masks = outputs[output.replace("fed_back", "masks")]
            assert np.array_equal(value, np.clip(masks, -32, 32) if family is sam2 else masks)
        else:
            authors.check(output, value)
    assert len(outputs) == len(family.FEATURES) + 3 * len(PROMPTS)


def torch_outputs(family: ModuleType, variant: str, image: Array, mask: Array) -> dict[str, Array]:
    network = family.network(variant)
    network.load_state_dict(seeded_weights(network.state_dict(), 0, Recipe()))
    network.eval().fuse()
    decoder = family.decoder(network).eval()
    with torch.no_grad():
        features = network(torch.from_numpy(image))
        outputs = {name: value.numpy() for name, value in zip(family.FEATURES, features, strict=True)}
        for prompt in PROMPTS:
            results = decoder(*features, *(torch.from_numpy(value) for value in prompt_inputs(prompt, mask)))
            outputs |= named(prompt, [value.numpy() for value in results])
    return outputs


def onnx_outputs(directory: Path, image: Array, mask: Array) -> dict[str, Array]:
    """Run the graphs as darktable does: the decoder is not optimised, and the number of points varies."""
    options = onnxruntime.SessionOptions()
    encoder = onnxruntime.InferenceSession(directory / GRAPHS[0], options, providers=["CPUExecutionProvider"])
    features = encoder.run(None, {"image": image})
    outputs = dict(zip([output.name for output in encoder.get_outputs()], features, strict=True))
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    decoder = onnxruntime.InferenceSession(directory / GRAPHS[1], options, providers=["CPUExecutionProvider"])
    names = [tensor.name for tensor in decoder.get_inputs()]
    for prompt in PROMPTS:
        feeds = dict(zip(names, [*features, *prompt_inputs(prompt, mask)], strict=True))
        outputs |= named(prompt, decoder.run(None, feeds))
    single = [np.full((1, 1, 2), 500, np.float32), np.ones((1, 1), np.float32), mask, np.zeros(1, np.float32)]
    results = decoder.run(None, dict(zip(names, [*features, *single], strict=True)))
    assert [list(value.shape) for value in results] == list(RESULTS.values())
    assert all(np.isfinite(value).all() for value in results)
    return outputs


def named(prompt: str, values: Sequence[Array]) -> dict[str, Array]:
    return dict(zip((f"{prompt}/masks", f"{prompt}/iou", f"{prompt}/fed_back"), values, strict=True))
