"""Tests of RealPLKSR: published tensors, reference outputs, tile sizes, and what a file says about itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from dtbase.system.errors import Failure
from dtmodels.card.model import Checkpoint
from dtmodels.families import Job, realplksr
from dtmodels.families._group_norm import GroupNorm
from dtmodels.families._realplksr_inference import Halved, Inference, mish
from dtmodels.families._realplksr_network import RealPLKSR, Sizes
from dtmodels.families._seeded_weights import seeded_weights
from dtmodels.families._state_dict_mapping import Layout, StateDictMismatch
from dtmodels.families.realplksr import convert, recipe
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.validate import validate_package

PUBLISHED = {
    "2x_realplksr_mssim_pretrain": Sizes(scale=2),
    "4x_realplksr_mssim_pretrain": Sizes(scale=4),
    "4x-RealPLKSR_Pretrain_V4": Sizes(scale=4),
    "4x-RealPLKSR_dysample_pretrain": Sizes(scale=4, dysample=True),
}
REFERENCES = [name for name in PUBLISHED if not name.startswith("4x_")]
TINY = {"features": 8, "blocks": 2, "kernel": 5, "partial": 4}
VARIANTS: dict[str, dict[str, Any]] = {
    "group norm": {},
    "layer norm": {"layer_norm": True},
    "dysample": {"dysample": True},
    "layer norm, dysample": {"layer_norm": True, "dysample": True},
    "no attention": {"attention": False},
    "whole kernel": {"partial": 8},
}


def seeded(sizes: Sizes) -> RealPLKSR:
    network = RealPLKSR(sizes).eval()
    network.load_state_dict(seeded_weights(network.state_dict(), 0, recipe(sizes)))
    return network


def options(sizes: Sizes) -> dict[str, Any]:
    return {"dysample": True} if sizes.dysample else {}


@pytest.fixture
def upscale_job(make_job: Callable[..., Job]) -> Callable[..., Job]:
    """Make a job whose card names some checkpoints."""

    def make(*names: str, **arguments: Any) -> Job:
        job = make_job("realplksr", "upscale", **{"attributes": {"input_sizes": [64]}, **arguments})
        checkpoints = tuple(Checkpoint(name=name, file="weights.pth") for name in names)
        return replace(job, card=replace(job.card, checkpoints=checkpoints))

    return make


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_checkpoint_fits(
    name: str, published: Callable[[str], dict[str, Any]], check_mapping: Callable[[str, nn.Module, Layout], None]
) -> None:
    with torch.device("meta"):
        network = RealPLKSR(PUBLISHED[name])
    check_mapping(name, network, Layout(key=published(name)["wrapper"]["key"] or ""))


@pytest.mark.slow
@pytest.mark.parametrize("name", REFERENCES)
def test_network_and_its_inference_form_match_reference_outputs(name: str, check_network: Callable[..., None]) -> None:
    network, sizes = seeded(PUBLISHED[name]), {"main": (64, 64), "second": (50, 77)}
    check_network(network, name, sizes, 3)
    check_network(Inference(network), name, sizes, 3)


@pytest.mark.slow
def test_published_positions_of_dysample_match_reference_outputs(
    reference: Callable[[str], Any], make_rng: Callable[[], np.random.Generator], make_image: Callable[..., Any]
) -> None:
    name = "4x-RealPLKSR_dysample_pretrain"
    network, grid = seeded(PUBLISHED[name]), RealPLKSR(PUBLISHED[name]).to_img.get_buffer("init_pos")
    network.to_img.get_buffer("init_pos").copy_(grid)
    image = torch.from_numpy(make_image(make_rng(), 3, 64, 64, 16).astype(np.float32))
    with torch.no_grad():
        reference(name).check("main/own_positions", network(image))


@pytest.mark.slow
@pytest.mark.parametrize("name", REFERENCES)
def test_graph_matches_reference_outputs(
    *,
    name: str,
    upscale_job: Callable[..., Job],
    check_graph: Callable[..., Any],
    make_rng: Callable[[], np.random.Generator],
    make_image: Callable[..., Any],
) -> None:
    sizes, image = PUBLISHED[name], make_image(make_rng(), 3, 64, 64, 16).astype(np.float32)
    scale = f"x{sizes.scale}"
    job = upscale_job(scale, options=options(sizes), seed=0)
    check_graph(convert, job, f"model_{scale}.onnx", name, "main", input=image)


@pytest.mark.slow
@pytest.mark.parametrize(("scale", "tile"), [(2, 512), (4, 256)])
def test_graph_keeps_its_digits_at_darktables_tile_sizes(
    *,
    upscale_job: Callable[..., Job],
    built: Callable[..., Any],
    make_rng: Callable[[], np.random.Generator],
    make_image: Callable[..., Any],
    scale: int,
    tile: int,
) -> None:
    blocks = 28 if scale == 4 else 8  # a call of the whole network takes 35 CPU seconds at 512
    sizes = Sizes(scale=scale, blocks=blocks)
    image = make_image(make_rng(), 3, tile, tile, 16).astype(np.float32)
    job = upscale_job(f"x{scale}", options={"blocks": blocks}, attributes={"input_sizes": [tile]}, seed=0)
    output = built(convert, job, f"model_x{scale}.onnx")(input=image)["output"]
    with torch.no_grad():
        expected = seeded(sizes)(torch.from_numpy(image)).numpy()
    assert np.abs(output - expected).max() < 1e-4 * expected.std()


def test_written_out_normalisation_is_closer_to_float64_than_one_long_sum() -> None:
    norm, x = nn.GroupNorm(4, 16), 3 + torch.randn(1, 16, 128, 96, generator=torch.Generator().manual_seed(0))
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    with torch.no_grad():
        expected = functional.group_norm(x.double(), 4, norm.weight.double(), norm.bias.double(), norm.eps)
        assert (GroupNorm(norm)(x) - expected).abs().max() < 3e-6


def test_mish_is_that_of_torch_without_overflow() -> None:
    x = torch.cat([torch.linspace(-30, 30, 4001), torch.tensor([-1e4, 1e4])])
    assert torch.allclose(mish(x), functional.mish(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("variant", VARIANTS)
def test_inference_form_computes_the_same(variant: str) -> None:
    network, image = seeded(Sizes(scale=4, **TINY | VARIANTS[variant])), torch.rand(1, 3, 19, 24)
    with torch.no_grad():
        expected = network(image)
        assert (Inference(network)(image) - expected).abs().max() < 1e-5 * expected.abs().max()


@pytest.fixture
def load(upscale_job: Callable[..., Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., nn.Module]:
    """Save a checkpoint, and return the network that would be exported last: `load(content, name, **options)`."""
    exported: list[nn.Module] = []
    monkeypatch.setattr(realplksr, "export", lambda network, *_, **__: exported.append(network))

    def run(content: object, name: str = "x4", **options: Any) -> nn.Module:
        torch.save(content, tmp_path / "weights.pth")
        convert(upscale_job(name, options=options, checkpoints={name: tmp_path / "weights.pth"}))
        return exported.pop()

    return run


@pytest.mark.parametrize(
    ("variant", "scale"),
    [
        (name, scale)
        for name, changed in VARIANTS.items()
        for scale in (1, 2, 3, 4)
        if scale > 1 or "dysample" not in changed  # neosr has no DySample without upscaling
    ],
)
@pytest.mark.parametrize("wrap", [lambda state: state, lambda state: {"params_ema": state, "params": state}])
def test_scale_sizes_and_variant_are_those_of_the_file(
    load: Callable[..., nn.Module], wrap: Callable[[object], object], scale: int, variant: str
) -> None:
    sizes = Sizes(scale=scale, **TINY | VARIANTS[variant])
    source, image = seeded(sizes), torch.rand(1, 3, 12, 17)
    with torch.no_grad():
        output, expected = load(wrap(source.state_dict()), f"x{scale}")(image), source(image)
    assert expected.shape[-2:] == (12 * scale, 17 * scale)
    assert (output - expected).abs().max() < 1e-5 * expected.abs().max()


def test_graph_of_two_times_is_the_mean_of_four_pixels_of_four_times(load: Callable[..., nn.Module]) -> None:
    source, image = seeded(Sizes(scale=4, **TINY)), torch.rand(1, 3, 12, 16)
    halved = load(source.state_dict(), halved=True)
    assert isinstance(halved, Halved)
    with torch.no_grad():
        expected = source(image).reshape(1, 3, 24, 2, 32, 2).mean((3, 5))
        assert torch.allclose(halved(image), expected, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["layer norm", "dysample", "group norm"])
def test_package_runs_as_in_darktable(
    *, upscale_job: Callable[..., Job], finished: Callable[..., Path], runtime: Runtime, variant: str
) -> None:
    chosen = {**TINY, **VARIANTS[variant], "halved": True}
    directory = finished(convert, upscale_job("x4", options=chosen, seed=0), half=True)
    report = validate_package(directory, runtime)
    assert [problem.text() for problem in report.problems] == []
    assert {path.name for path in directory.glob("*.onnx")} == {"model_x2.onnx", "model_x4.onnx"}


def test_every_tensor_is_mapped_strictly(load: Callable[..., nn.Module]) -> None:
    state, name = seeded(Sizes(scale=4, **TINY)).state_dict(), "feats.2.refine.weight"
    with pytest.raises(StateDictMismatch, match=f"1 missing: {re.escape(name)}"):
        load({one: tensor for one, tensor in state.items() if one != name})
    with pytest.raises(StateDictMismatch, match="1 unexpected: stranger"):
        load({**state, "stranger": torch.ones(2)})
    with pytest.raises(StateDictMismatch, match="1 of another shape"):
        load({**state, name: torch.ones(2, 2)})


def other_files() -> dict[str, tuple[dict[str, Tensor], str]]:
    """Files that do not fit, and what is said about them."""
    state = seeded(Sizes(scale=4, **TINY)).state_dict()
    mixer = {name.replace("channel_mixer", "channe_mixer"): tensor for name, tensor in state.items()}
    first, last = "feats.0.weight", "feats.4.weight"
    return {
        "PLKSR": (mixer, "is of PLKSR, whose blocks"),
        "ESRGAN": ({"model.1.sub.0.RDB1.conv1.0.weight": torch.ones(2, 2)}, r"is of RRDBNet \(family rrdb\)"),
        "unknown": ({"a": torch.ones(2, 2)}, "is not of RealPLKSR: its tensors are a"),
        "grey": ({**state, first: torch.ones(8, 1, 3, 3)}, "is a network from 1 channels to 48"),
        "unshuffled": ({**state, first: torch.ones(8, 12, 3, 3)}, "is a network from 12 channels to 48"),
        "no scale": ({**state, last: torch.ones(20, 8, 3, 3)}, "is a network from 3 channels to 20"),
        "cut": ({name: state[name] for name in state if name != first}, f"tensor '{first}' is missing"),
        "flat": ({**state, first: torch.ones(8)}, "has 1 dimensions instead of 4"),
        "scale": (seeded(Sizes(scale=2, **TINY)).state_dict(), "upscales by 2, but the card names it x4"),
        "groups": ({**state, first: torch.ones(9, 3, 3, 3)}, "its 9 channels do not divide into 4 groups"),
        "huge": ({**state, first: torch.ones(1, 3, 1, 1).expand(8000, 3, 3, 3)}, "of another shape"),
    }


@pytest.mark.parametrize("kind", other_files())
def test_files_that_do_not_fit_are_named(load: Callable[..., nn.Module], kind: str) -> None:
    content, message = other_files()[kind]
    with pytest.raises(Failure, match=message) as failure:
        load(content)
    assert failure.value.fix


def test_sizes_that_a_card_states_have_to_agree(load: Callable[..., nn.Module]) -> None:
    state = seeded(Sizes(scale=4, **TINY)).state_dict()
    load(state, blocks=2, attention=True)
    with pytest.raises(Failure, match=r"the file has dysample: False, the card True"):
        load(state, dysample=True)


@pytest.mark.parametrize("names", [(), ("weights",), ("x2", "x5")])
def test_checkpoints_are_named_by_scale(upscale_job: Callable[..., Job], names: tuple[str, ...]) -> None:
    with pytest.raises(Failure, match=r"names no checkpoint|has checkpoints named"):
        convert(upscale_job(*names, options=TINY, seed=0))


@pytest.mark.parametrize("names", [("x2",), ("x2", "x4")])
def test_only_a_single_checkpoint_of_four_times_is_halved(
    upscale_job: Callable[..., Job], names: tuple[str, ...]
) -> None:
    with pytest.raises(Failure, match="halves the output of a checkpoint x4"):
        convert(upscale_job(*names, options={**TINY, "halved": True}, seed=0))
