"""Tests of RRDBNet: published checkpoints fit, networks and graphs match the reference outputs."""

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

from dtbase.system.errors import Failure
from dtmodels.card.model import Checkpoint
from dtmodels.families import Job, rrdb
from dtmodels.families._seeded_weights import seeded_weights
from dtmodels.families._state_dict_mapping import Layout, StateDictMismatch
from dtmodels.families.rrdb import LAYOUT, PARITY_SIDE, RECIPE, SCALES, RRDBNet, convert
from dtmodels.graph.parity import parity_psnr
from dtmodels.graph.runtime import Runtime

NAMES = {"x2": "BSRGANx2", "x4": "BSRGAN"}
TINY = {"features": 8, "blocks": 1, "growth": 4}


@pytest.fixture
def upscale_job(make_job: Callable[..., Job]) -> Callable[..., Job]:
    """Make a job whose card names some checkpoints."""

    def make(*names: str, **arguments: Any) -> Job:
        job = make_job("rrdb", "upscale", **{"attributes": {"input_sizes": [64]}, **arguments})
        checkpoints = tuple(Checkpoint(name=name, file="weights.pth") for name in names)
        return replace(job, card=replace(job.card, checkpoints=checkpoints))

    return make


@pytest.mark.parametrize("scale", NAMES)
def test_published_checkpoint_fits(scale: str, check_mapping: Callable[[str, nn.Module, Layout], None]) -> None:
    check_mapping(NAMES[scale], RRDBNet(SCALES[scale]), LAYOUT)


@pytest.mark.slow
@pytest.mark.parametrize("scale", NAMES)
def test_network_matches_reference_outputs(scale: str, check_network: Callable[..., None]) -> None:
    network = RRDBNet(SCALES[scale]).eval()
    network.load_state_dict(seeded_weights(network.state_dict(), 0, RECIPE))
    check_network(network, NAMES[scale], {"main": (64, 64), "second": (50, 77)}, 3)


@pytest.mark.slow
@pytest.mark.parametrize("scale", NAMES)
def test_graph_matches_reference_outputs(
    *,
    scale: str,
    upscale_job: Callable[..., Job],
    check_graph: Callable[..., Any],
    make_rng: Callable[[], np.random.Generator],
    make_image: Callable[..., Any],
) -> None:
    job, image = upscale_job(scale, seed=0), make_image(make_rng(), 3, 64, 64, 16).astype(np.float32)
    check_graph(convert, job, f"model_{scale}.onnx", NAMES[scale], "main", input=image)


def test_each_checkpoint_gives_one_graph(upscale_job: Callable[..., Job], built: Callable[..., Any]) -> None:
    job = upscale_job("x1", "x2", options=TINY, seed=0)
    for name, file in {"x1": "model.onnx", "x2": "model_x2.onnx"}.items():
        wide = built(convert, job, file)(input=np.zeros((1, 3, 64, 64), np.float32))["output"].shape[-1]
        assert wide == 64 * SCALES[name]


def test_parity_of_a_large_tile_uses_a_smaller_one(
    upscale_job: Callable[..., Job], finished: Callable[..., Path], runtime: Runtime
) -> None:
    job = upscale_job("x4", options=TINY, seed=0, attributes={"input_sizes": [PARITY_SIDE + 32]})
    model = finished(convert, job) / "model_x4.onnx"
    with np.load(job.output / "model_x4.npz") as stored:
        assert stored["wanted output"].shape == (1, 3, 4 * PARITY_SIDE, 4 * PARITY_SIDE)
    assert runtime.load(model).inputs[0].shape == (1, 3, PARITY_SIDE + 32, PARITY_SIDE + 32)
    assert parity_psnr(job.output / "model_x4.onnx", model, runtime) > 100


BASICSR = [
    ("^trunk_conv", "conv_body"),
    ("^upconv", "conv_up"),
    ("^HRconv", "conv_hr"),
    (r"^RRDB_trunk(\.\d+)\.RDB", r"body\1.rdb"),
]
"""Renames the tensors of BSRGAN to those of Real-ESRGAN."""


def esrgan(upscalings: int) -> list[tuple[str, str]]:
    """Renames the tensors of BSRGAN to those of ESRGAN's first code, for networks of two blocks."""
    numbers = {"conv_first": 0, "HRconv": 3 * upscalings + 2, "conv_last": 3 * upscalings + 4}
    numbers |= {f"upconv{step}": 3 * step for step in range(1, upscalings + 1)}
    layers = [(f"^{name}", f"model.{number}") for name, number in numbers.items()]
    return [*layers, ("^trunk_conv", "model.1.sub.2"), (r"^RRDB_trunk(\.\d+\.RDB\d\.conv\d)", r"model.1.sub\1.0")]


def renamed(state: dict[str, Tensor], rules: list[tuple[str, str]]) -> dict[str, Tensor]:
    for pattern, text in rules:
        state = {re.sub(pattern, text, name): tensor for name, tensor in state.items()}
    return state


@pytest.fixture
def load(upscale_job: Callable[..., Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., nn.Module]:
    """Save a checkpoint, and return the network that would be exported: `load(content, name, **options)`."""
    exported: list[nn.Module] = []
    monkeypatch.setattr(rrdb, "export", lambda network, *_, **__: exported.append(network))

    def run(content: object, name: str = "x4", **options: Any) -> nn.Module:
        torch.save(content, tmp_path / "weights.pth")
        convert(upscale_job(name, options=options, checkpoints={name: tmp_path / "weights.pth"}))
        return exported.pop()

    return run


def network(scale: int, unshuffle: int = 1, blocks: int = 2) -> RRDBNet:
    torch.manual_seed(0)
    return RRDBNet(scale, 8, blocks, 4, unshuffle).eval()


@pytest.mark.parametrize(
    ("name", "unshuffle", "rules"),
    [
        ("x4", 1, []),
        ("x4", 1, BASICSR),
        ("x4", 1, esrgan(2)),
        ("x2", 2, BASICSR),
        ("x2", 1, esrgan(1)),
        ("x1", 4, BASICSR),
        ("x1", 1, esrgan(0)),
        ("x1", 2, esrgan(1)),
        ("x8", 1, esrgan(3)),
    ],
)
def test_naming_scale_and_sizes_are_those_of_the_file(
    load: Callable[..., nn.Module], name: str, unshuffle: int, rules: list[tuple[str, str]]
) -> None:
    source, image = network(SCALES[name], unshuffle), torch.rand(1, 3, 16, 24)
    with torch.no_grad():
        output, expected = load(renamed(source.state_dict(), rules), name)(image), source(image)
    assert expected.shape[-2:] == (16 * SCALES[name], 24 * SCALES[name])
    assert torch.equal(output, expected)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "unshuffle"), [("x1", 4), ("x2", 2), ("x8", 1)])
def test_graph_of_an_unusual_scale_computes_what_the_network_does(
    *, upscale_job: Callable[..., Job], built: Callable[..., Any], tmp_path: Path, name: str, unshuffle: int
) -> None:
    source, image = network(SCALES[name], unshuffle), torch.rand(1, 3, 64, 64)
    torch.save(source.state_dict(), tmp_path / "weights.pth")
    job = upscale_job(name, checkpoints={name: tmp_path / "weights.pth"})
    output = built(convert, job, "model.onnx" if name == "x1" else f"model_{name}.onnx")(input=image.numpy())["output"]
    with torch.no_grad():
        assert np.abs(output - source(image).numpy()).max() < 1e-4


@pytest.mark.parametrize("wrap", ["module.", "_orig_mod.module.", "net_g."])
def test_prefix_of_all_names_is_ignored(load: Callable[..., nn.Module], wrap: str) -> None:
    state = renamed(network(4).state_dict(), BASICSR)
    load({"state_dict": {wrap + name: tensor for name, tensor in state.items()}})


def test_averaged_weights_are_taken_unless_the_card_names_an_entry(load: Callable[..., nn.Module]) -> None:
    state = renamed(network(4).state_dict(), BASICSR)
    content = {"params": {name: tensor * 2 for name, tensor in state.items()}, "params_ema": state}
    ratio = {entry: load(content, entry=entry).conv_last.weight / state["conv_last.weight"] for entry in content}
    assert ratio["params"].allclose(torch.tensor(2.0))
    assert ratio["params_ema"].allclose(torch.tensor(1.0))
    assert load(content).conv_last.weight.equal(state["conv_last.weight"])


def test_checkpoint_of_another_scale_is_rejected(load: Callable[..., nn.Module]) -> None:
    with pytest.raises(Failure, match=r"changes the size by 2, but the card names it x4") as failure:
        load(network(2).state_dict())
    assert failure.value.fix == "name it x2"


def test_sizes_that_a_card_states_have_to_agree(load: Callable[..., nn.Module]) -> None:
    load(network(4).state_dict(), blocks=2)
    with pytest.raises(Failure, match=r"the file has blocks: 2, the card 23"):
        load(network(4).state_dict(), blocks=23)


@pytest.mark.parametrize("rules", [[], BASICSR, esrgan(2)], ids=["bsrgan", "basicsr", "esrgan"])
def test_every_tensor_is_mapped_strictly(load: Callable[..., nn.Module], rules: list[tuple[str, str]]) -> None:
    state = renamed(network(4).state_dict(), rules)
    name = next(name for name in state if "db2.conv3" in name.lower() and "weight" in name)
    with pytest.raises(StateDictMismatch, match=f"1 missing: {re.escape(name)}"):
        load({one: tensor for one, tensor in state.items() if one != name})
    with pytest.raises(StateDictMismatch, match="1 unexpected: stranger"):
        load({**state, "stranger": torch.ones(2)})
    with pytest.raises(StateDictMismatch, match="1 of another shape"):
        load({**state, name: torch.ones(2, 2)})


def other_networks() -> dict[str, tuple[dict[str, Tensor], str]]:
    """Checkpoints that are published beside ESRGAN, and what is said about them."""
    state, first, last = network(4).state_dict(), torch.ones(8, 1, 3, 3), torch.ones(1, 8, 3, 3)
    old = renamed(state, esrgan(2))
    return {
        "plus": ({**old, "model.1.sub.0.RDB1.conv1x1.weight": torch.ones(4, 8, 1, 1)}, "is of ESRGAN[+]"),
        "grey": ({**state, "conv_first.weight": first, "conv_last.weight": last}, "is a network from 1 to 1 channels"),
        "SPSR": ({"f_HR_conv1.0.weight": torch.ones(2, 2)}, "is of SPSR, not of RRDBNet"),
        "compact": ({"body.0.weight": first, "body.1.weight": torch.ones(8)}, "is of SRVGGNetCompact"),
        "unknown": ({"a": torch.ones(2, 2)}, r"is not of RRDBNet \(ESRGAN\): its tensors are a"),
        "cut": ({"RRDB_trunk.0.RDB1.conv1.weight": torch.ones(2, 2, 3, 3)}, "tensor 'conv_first.weight' is missing"),
        "flat": ({**state, "conv_first.weight": torch.ones(8)}, "has 1 dimensions instead of 4"),
        "huge": ({**state, "conv_first.weight": torch.ones(1, 3, 1, 1).expand(900, 3, 3, 3)}, "of another shape"),
    }


@pytest.mark.parametrize("kind", other_networks())
def test_other_networks_are_named(load: Callable[..., nn.Module], kind: str) -> None:
    content, message = other_networks()[kind]
    with pytest.raises(Failure, match=message) as failure:
        load(content)
    assert failure.value.fix


@pytest.mark.parametrize("names", [(), ("weights",), ("x2", "x3")])
def test_checkpoints_are_named_by_scale(upscale_job: Callable[..., Job], names: tuple[str, ...]) -> None:
    with pytest.raises(Failure, match=r"names no checkpoint|has checkpoints named"):
        convert(upscale_job(*names, options=TINY, seed=0))
