"""Tests of SegNext: published tensors, reference outputs of network and graphs, clicks, and darktable's validation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from dtmodels.families import Job
from dtmodels.families._resample import bilinear_corners
from dtmodels.families._seeded_weights import seeded_weights
from dtmodels.families._segnext_clicks import Disks
from dtmodels.families._segnext_inference import Activated, Decoder, FusionBlock, InferenceHead, NormedMix
from dtmodels.families._segnext_network import CHANNELS, FUSION_EPSILON, SIDE, Block, Head, SegNext, norm
from dtmodels.families._state_dict_mapping import Layout
from dtmodels.families.segnext import LAYOUT, RECIPE, convert
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.validate import validate_package
from tests.dtmodels.families.conftest import MIN_PSNR, psnr
from tests.dtmodels.families.reference_outputs import SEGNEXT_PROMPTS, SEVERAL, Array, segnext_inputs

PUBLISHED = ("vitb_sa2_cocolvis_hq44k_epoch_0", "vitb_sa2_cocolvis_epoch_90")
Clicks = Sequence[tuple[float, float, int]]
Run = Callable[..., Any]


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_checkpoint_fits(name: str, check_mapping: Callable[[str, nn.Module, Layout], None]) -> None:
    with torch.device("meta"):
        network = SegNext()
    check_mapping(name, network, LAYOUT)


def test_only_the_normalisation_of_a_classifier_is_unused(published: Callable[[str], dict[str, Any]]) -> None:
    with torch.device("meta"):
        used = SegNext().state_dict()
    listed = {one for one, _, _ in published(PUBLISHED[0])["tensors"]}
    assert listed ^ set(used) == {"backbone.fc_norm.weight", "backbone.fc_norm.bias"}


def clicks(points: Clicks) -> tuple[Tensor, Tensor]:
    values = torch.tensor([points], dtype=torch.float32)
    return values[..., :2], values[..., 2]


@pytest.mark.parametrize("prompt", SEGNEXT_PROMPTS)
def test_disks_are_those_of_the_authors(prompt: str, reference: Callable[[str], Any]) -> None:
    known, disks = reference(PUBLISHED[0]), Disks()(*clicks(SEGNEXT_PROMPTS[prompt]))
    assert known.relative_error(f"{prompt}/click_maps", disks) == 0
    cut = [around(disks, point, 16) for point in SEGNEXT_PROMPTS[prompt]]
    assert np.array_equal(np.stack(cut).reshape(-1), known.values[f"{prompt}/click_maps_at_clicks.values"])


def around(image: Tensor | Array, point: tuple[float, float, int], side: int) -> Array:
    top, left = (min(max(int(at + 0.5) - side // 2, 0), SIDE - side) for at in (point[1], point[0]))
    return np.asarray(image[0, :, top : top + side, left : left + side])


def test_disks_are_unions_and_other_labels_leave_none() -> None:
    line = torch.arange(SIDE)
    points = [(500, 500, 1), (503, 500, 1), (0, 1023, 1), (-40, 2000, 1), (100, 100, 0), (200, 200, -1), (9, 9, 2)]
    disks = Disks()(*clicks(tuple(points)))
    for channel, label in enumerate((1, 0)):
        inside = [(line[:, None] - y) ** 2 + (line - x) ** 2 <= 25 for x, y, kind in points if kind == label]
        assert torch.equal(disks[0, channel], torch.stack(inside).any(0).float())


def test_parts_of_the_decoder_compute_what_the_network_does() -> None:
    generator = torch.Generator().manual_seed(0)

    def noise(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    block, tokens = Block(FUSION_EPSILON), noise(1, 20, CHANNELS)
    head, maps = (
        Head(),
        [noise(1, count, 256 // by, 256 // by) for count, by in ((128, 1), (256, 2), (512, 4), (1024, 8))],
    )
    layers = (norm(12), nn.Conv2d(12, 7, 1), norm(12))
    for layer in (layers[0], layers[2]):
        nn.init.normal_(layer.weight, generator=generator)
        nn.init.normal_(layer.bias, generator=generator)
    image = 2 + noise(1, 12, 40, 56)
    with torch.no_grad():
        expected = [block(tokens), head([nn.functional.gelu(one) for one in maps]), layers[1](layers[0](image))]
        expected.append(nn.functional.gelu(layers[2](image)))
        scaled = [one * 0.5**0.5 for one in maps]
        found = [
            FusionBlock(block)(tokens),
            InferenceHead(head)([one * (1 + torch.erf(one)) for one in scaled]),
            NormedMix(layers[0], layers[1])(image),
            Activated(layers[2])(image) * 0.5**0.5,
        ]
    for ours, theirs in zip(found, expected, strict=True):
        assert (ours - theirs).abs().max() < 1e-5 * theirs.std()


def test_enlarging_keeps_corners_and_is_that_of_torch() -> None:
    small = torch.rand(1, 1, 9, 9, dtype=torch.float64)
    matrix = bilinear_corners(9, 40).double()
    expected = nn.functional.interpolate(small, size=(40, 40), mode="bilinear", align_corners=True)
    assert torch.allclose(matrix @ small @ matrix.T, expected, atol=1e-6)


@pytest.fixture(scope="module")
def network() -> Iterator[SegNext]:
    """The network with seeded weights."""
    made = SegNext().eval()
    made.load_state_dict(seeded_weights(made.state_dict(), 0, RECIPE))
    yield made


@pytest.fixture
def inputs(
    reference: Callable[[str], Any], make_rng: Callable[[], np.random.Generator], make_image: Callable[..., Array]
) -> tuple[Tensor, Tensor]:
    """Image and previous mask, equal to the authors' inputs."""
    known, rng = reference(PUBLISHED[0]), make_rng()
    image = known.input("image", make_image(rng, 3, SIDE, SIDE, 32))
    return torch.from_numpy(image), torch.from_numpy(known.input("mask_input", make_image(rng, 1, SIDE, SIDE, 32)))


def check_prompts(known: Any, mask: Array, run: Run) -> dict[str, Array]:
    """Check the mask of each prompt; a mask is fed back as darktable does."""
    found: dict[str, Array] = {}
    for prompt, points in SEGNEXT_PROMPTS.items():
        found[prompt] = np.asarray(run(*segnext_inputs(prompt, mask, found)))
        known.check(f"{prompt}/probability", found[prompt])
        at_clicks = np.stack([around(found[prompt], point, 32) for point in points]).reshape(-1)
        logits = known.values[f"{prompt}/logits_at_clicks.values"]
        assert np.abs(at_clicks - 1 / (1 + np.exp(-logits.astype(np.float64)))).max() < 1e-4
    return found


@pytest.mark.slow
def test_network_and_its_inference_form_match_reference_outputs(
    network: SegNext, reference: Callable[[str], Any], inputs: tuple[Tensor, Tensor]
) -> None:
    known, (image, mask) = reference(PUBLISHED[0]), inputs
    with torch.no_grad():
        features, disks = network.backbone(image), Disks()(*clicks(SEVERAL))
        known.check("image_feats", features)
        known.check("points_mask/logits", network.logits(features, torch.cat([mask, disks], 1)))
        known.check("points_mask/probability", Decoder(network)(features, *clicks(SEVERAL), mask))


@pytest.mark.slow
def test_graphs_match_reference_outputs_and_run_as_in_darktable(
    *,
    make_job: Callable[..., Job],
    finished: Callable[..., Path],
    reference: Callable[[str], Any],
    inputs: tuple[Tensor, Tensor],
    runtime: Runtime,
) -> None:
    known, (image, mask), job = reference(PUBLISHED[0]), inputs, make_job("segnext", "mask", seed=0)
    results = {}
    for half in (False, True):
        directory = finished(convert, job, half=half)
        encoder, decoder = sessions(directory)
        features = encoder.run(None, {"image": image.numpy()})[0]
        run = partial(click, decoder, features)
        if half:
            again = run(*segnext_inputs("points_mask", mask.numpy(), {}))
            assert psnr(again, results["points_mask"]) > MIN_PSNR
        else:
            known.check("image_feats", features)
            results = check_prompts(known, mask.numpy(), run)
            contract(directory)
    config = directory / "config.json"
    config.write_text(config.read_text().replace('"arch": "toy"', '"arch": "segnext"'))
    report = validate_package(directory, runtime)
    assert [problem.text() for problem in report.problems] == []


def click(decoder: Any, features: Array, *prompt: Array) -> Array:
    names = [tensor.name for tensor in decoder.get_inputs()]
    mask: Array = decoder.run(None, dict(zip(names, [features, *prompt], strict=True)))[0]
    return mask


def sessions(directory: Path) -> list[Any]:
    """Both graphs as darktable opens them: the decoder is not optimised."""
    plain = onnxruntime.SessionOptions()
    plain.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options = {"encoder": onnxruntime.SessionOptions(), "decoder": plain}
    return [
        onnxruntime.InferenceSession(directory / f"{name}.onnx", chosen, providers=["CPUExecutionProvider"])
        for name, chosen in options.items()
    ]


def contract(directory: Path) -> None:
    """Check names, order and shapes of what darktable passes and expects."""
    graph = onnx.load(directory / "decoder.onnx").graph
    shapes = [
        {one.name: [dim.dim_param or dim.dim_value for dim in one.type.tensor_type.shape.dim] for one in values}
        for values in (graph.input, graph.output)
    ]
    assert list(shapes[0].items()) == [
        ("image_feats", [1, 768, 64, 64]),
        ("point_coords", [1, "points", 2]),
        ("point_labels", [1, "points"]),
        ("mask_input", [1, 1, SIDE, SIDE]),
    ]
    assert shapes[1] == {"mask": [1, 1, SIDE, SIDE]}
