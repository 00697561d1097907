"""Tests of Depth Anything: published checkpoints fit, networks and graphs match the reference outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from dtbase.system.errors import Failure
from dtmodels.families import Job
from dtmodels.families._seeded_weights import seeded_weights
from dtmodels.families._state_dict_mapping import Layout, StateDictMismatch, map_state_dict
from dtmodels.families.depth_anything import VARIANTS, DepthAnything, Variant, convert
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.validate import validate_package
from tests.dtmodels.families.reference_outputs import MEAN, STANDARD_DEVIATION

LISTS = [
    ("depth_anything_v2_vits", "v2-small", "original"),
    ("depth_anything_v2_small_hf", "v2-small", "hub"),
    ("DA3MONO-LARGE", "v3-mono-large", "original"),
]
CASES = {
    "v2-small": ("depth_anything_v2_vits", {"main": (518, 518), "second": (392, 644)}),
    "v3-mono-large": ("DA3MONO-LARGE", {"main": (518, 518), "second": (504, 504)}),
}
GRAPHS = [("v2-small", "main", 518), ("v3-mono-large", "second", 504)]
TINY = {"dim": 16, "depth": 4, "heads": 2, "taps": (0, 1, 2, 3), "features": 8, "widths": (8, 8, 16, 16)}
MakeJob = Callable[..., Job]
MakeImage = Callable[..., Any]
Published = Callable[[str], dict[str, Any]]


def seeded(variant: Variant) -> DepthAnything:
    """A network with seeded weights, by the names of the authors' file."""
    network, layout = DepthAnything(variant).eval(), variant.layouts["original"]
    state = network.state_dict()
    values = seeded_weights({layout.sources(name)[0]: tensor for name, tensor in state.items()}, 0, variant.recipe)
    network.load_state_dict(map_state_dict(state, values, layout))
    return network


def tiny(name: str) -> DepthAnything:
    """A small network of the same architecture."""
    return seeded(replace(VARIANTS[name], **TINY))


@pytest.mark.parametrize(("listed", "variant", "edition"), LISTS)
def test_published_checkpoints_fit(
    check_mapping: Callable[[str, nn.Module, Layout], None], listed: str, variant: str, edition: str
) -> None:
    with torch.device("meta"):
        network = DepthAnything(VARIANTS[variant])
    check_mapping(listed, network, VARIANTS[variant].layouts[edition])


def test_hub_edition_has_the_same_values_under_other_names(published: Published) -> None:
    original, hub = (VARIANTS["v2-small"].layouts[edition] for edition in ("original", "hub"))
    origins: dict[str, list[Any]] = published("depth_anything_v2_small_hf")["made_from"]
    with torch.device("meta"):
        names = list(DepthAnything(VARIANTS["v2-small"]).state_dict())
    for name in names:
        parts = [origins[one] for one in hub.sources(name)]
        assert {origin[0] for origin in parts} == set(original.sources(name))
        rows = [origin[1:] for origin in parts if len(origin) > 1]
        assert [start for start, _ in rows[1:]] == [end for _, end in rows[:-1]]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_networks_match_reference_outputs(
    reference: Callable[[str], Any], make_rng: Callable[[], np.random.Generator], make_image: MakeImage, name: str
) -> None:
    listed, cases = CASES[name]
    known, rng, network = reference(listed), make_rng(), seeded(VARIANTS[name])
    for case, (height, width) in cases.items():
        values = (make_image(rng, 3, height, width, 14) - MEAN) / STANDARD_DEVIATION
        image = torch.from_numpy(known.input(f"{case}/image", values))
        with torch.no_grad():
            for number, tap in enumerate(network.vit(image), 1):
                known.check(f"{case}/tap{number}", tap)
            for output, plane in zip(("depth", "sky"), network(image), strict=False):
                known.check(f"{case}/{output}", plane)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "case", "side"), GRAPHS)
def test_graphs_match_reference_outputs_and_validate(
    *,
    make_job: MakeJob,
    finished: Callable[..., Path],
    check_graph: Callable[..., Any],
    make_rng: Callable[[], np.random.Generator],
    make_image: MakeImage,
    runtime: Runtime,
    name: str,
    case: str,
    side: int,
) -> None:
    job = make_job("depth_anything", "depth", options={"network": name}, attributes={"input_sizes": [side]}, seed=0)
    listed, cases = CASES[name]
    rng = make_rng()
    images = {one: (make_image(rng, 3, *size, 14) - MEAN) / STANDARD_DEVIATION for one, size in cases.items()}
    full, _ = check_graph(convert, job, "model.onnx", listed, case, image=images[case].astype(np.float32))
    assert list(full) == (["depth"] if name == "v2-small" else ["depth", "sky"])
    assert validate_package(finished(convert, job, half=True), runtime).errors == ()


@pytest.mark.parametrize("name", VARIANTS)
def test_fix_size_keeps_the_output_at_that_size(name: str) -> None:
    network, image = tiny(name), torch.randn(1, 3, 42, 70)
    with torch.no_grad():
        before = network(image)
        network.vit.fix_size(3, 5)
        after = network(image)
    assert network.vit.pos_embed.shape == (1, 16, 16)
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))


def test_output_sizes_and_signs() -> None:
    image = torch.randn(1, 3, 42, 70)
    with torch.no_grad():
        (inverse,) = tiny("v2-small")(image)
        depth, sky = tiny("v3-mono-large")(image)
    assert inverse.shape == depth.shape == sky.shape == (1, 42, 70)
    assert float(inverse.min()) >= 0
    assert float(depth.min()) > 0
    assert float(sky.min()) >= 0


def test_epsilons_match_the_authors_code() -> None:
    """Check the attributes: with random weights, a wrong epsilon stays within the tolerance of the outputs."""
    for name, last in {"v2-small": 1e-6, "v3-mono-large": 1e-5}.items():
        with torch.device("meta"):
            vit = DepthAnything(VARIANTS[name]).vit
        epsilons = {part: module.eps for part, module in vit.named_modules() if isinstance(module, nn.LayerNorm)}
        assert epsilons.pop("norm") == last
        assert set(epsilons.values()) == {1e-6}


def test_checkpoint_of_another_edition_is_rejected(make_job: MakeJob, tmp_path: Path, published: Published) -> None:
    path = tmp_path / "model.safetensors"
    listed = published("depth_anything_v2_small_hf")["tensors"]
    save_file({one: torch.zeros(shape) for one, shape, _ in listed}, path)
    options, sizes = {"network": "v2-small"}, {"input_sizes": [42]}
    job = make_job("depth_anything", "depth", options=options, attributes=sizes, checkpoints={"weights": path})
    with pytest.raises(StateDictMismatch, match=r"model.safetensors: .* 239 missing: .* 287 unexpected: "):
        convert(job)
    assert not list(job.output.iterdir())


@pytest.mark.parametrize(
    ("options", "side", "message"),
    [
        ({"network": "v2-giant"}, 518, "is 'v2-giant'"),
        ({"network": "v3-mono-large", "edition": "hub"}, 504, "is 'hub'"),
        ({"network": "v2-small"}, 512, "512 is not a multiple of 14"),
    ],
)
def test_invalid_options_are_rejected(make_job: MakeJob, options: dict[str, str], side: int, message: str) -> None:
    with pytest.raises(Failure, match=message):
        convert(make_job("depth_anything", "depth", options=options, attributes={"input_sizes": [side]}, seed=0))
