"""LaMa: the published checkpoint fits, and network and graph compute what the authors' code computes."""

from __future__ import annotations

import contextlib
import sys
import types
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from dtbase.system.errors import Failure
from dtmodels.families import Job
from dtmodels.families._ffc import Generator
from dtmodels.families._ffc_fold import fold_generator
from dtmodels.families._seeded_weights import seeded_weights
from dtmodels.families._state_dict_mapping import Layout, StateDictMismatch
from dtmodels.families.lama import LAYOUT, RECIPE, Erase, convert
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.validate import validate_path
from tests.dtmodels.families.reference_outputs import hole

NAME = "big-lama"
MakeJob = Callable[..., Job]
Picture = Callable[..., Any]


def seeded(height: int, width: int, blocks: int = 18) -> Generator:
    """A generator with seeded weights, by the names its checkpoint has."""
    network = Generator(height, width, blocks).eval()
    published = {LAYOUT.prefix + name: tensor for name, tensor in network.state_dict().items()}
    values = seeded_weights(published, 0, RECIPE)
    network.load_state_dict({name.removeprefix(LAYOUT.prefix): tensor for name, tensor in values.items()})
    return network


def test_the_published_checkpoint_fits(hold_mapping: Callable[[str, nn.Module, Layout], None]) -> None:
    hold_mapping(NAME, Generator(64, 64), LAYOUT)


@pytest.mark.slow
def test_the_network_computes_what_the_authors_compute(
    reference: Callable[[str], Any], draws: Callable[[], np.random.Generator], picture: Picture
) -> None:
    known, rng = reference(NAME), draws()
    for case, (height, width) in {"main": (256, 256), "second": (200, 328)}.items():
        image = torch.from_numpy(known.input(f"{case}/image", picture(rng, 3, height, width, 16)))
        mask = torch.from_numpy(known.input(f"{case}/mask", hole(rng, height, width)))
        network = seeded(height, width)
        with torch.no_grad():
            known.hold(f"{case}/predicted", network(torch.cat([image * (1 - mask), mask], dim=1)))
            known.hold(f"{case}/inpainted", Erase(network)(image, mask))


@pytest.mark.slow
def test_the_graph_computes_what_the_authors_compute_and_passes_as_a_model(
    *,
    make_job: MakeJob,
    finished: Callable[..., Path],
    built: Callable[..., Any],
    reference: Callable[[str], Any],
    draws: Callable[[], np.random.Generator],
    picture: Picture,
    runtime: Runtime,
) -> None:
    job = make_job("lama", "erase", attributes={"input_sizes": [256]}, seed=0)
    rng = draws()
    inputs = {"image": picture(rng, 3, 256, 256, 16).astype(np.float32), "mask": hole(rng, 256, 256)}
    full, half = (built(convert, job, "model.onnx", half=stored)(**inputs)["output"] for stored in (False, True))
    reference(NAME).hold("main/inpainted", full)
    outside = np.broadcast_to(inputs["mask"] == 0, full.shape)
    assert np.array_equal(half[outside], inputs["image"][outside])
    assert np.sqrt(np.mean((half - full) ** 2)) < 1e-3
    directory = finished(convert, job, half=True)
    assert (directory / "model.onnx").stat().st_size < 105_000_000
    assert validate_path(directory, runtime).errors == ()
    hold_shapes(onnx.load(directory.parents[1] / "full" / directory.name / "model.onnx"), 256)


def hold_shapes(model: onnx.ModelProto, side: int) -> None:
    """Names, types and fixed shapes; no normalisation left, and the transform's constants are there once."""
    shapes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in [*model.graph.input, *model.graph.output]
    }
    assert shapes == {"image": [1, 3, side, side], "mask": [1, 1, side, side], "output": [1, 3, side, side]}
    assert "BatchNormalization" not in {node.op_type for node in model.graph.node}
    rows = side // 8
    matrices = Counter(tuple(tensor.dims) for tensor in model.graph.initializer if len(tensor.dims) == 2)
    assert matrices == {(rows, rows + 2): 1, (rows + 2, rows): 1, (2 * rows, 2 * rows): 2}


def test_the_form_for_export_computes_the_same() -> None:
    network, masked = seeded(48, 64, blocks=1), torch.rand(1, 4, 48, 64)
    with torch.no_grad():
        before = network(masked)
        fold_generator(network)
        after = network(masked)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    assert float((after - before).abs().max() / before.std()) < 1e-5


def test_outside_the_hole_the_image_comes_back_and_inside_it_does_not_count() -> None:
    network, image = Erase(seeded(32, 32, blocks=1)), torch.rand(1, 3, 32, 32)
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 8:20, 4:30] = 1
    with torch.no_grad():
        filled = network(image, mask)
        assert torch.equal(network(torch.where(mask > 0, 0.5, image), mask), filled)
    assert torch.equal(torch.where(mask > 0, image, filled), image)
    assert not torch.equal(filled, image)


@pytest.mark.parametrize(
    ("sizes", "told"), [(None, "gives no tile size"), ([260], "260 is no multiple of 8")], ids=["none", "odd"]
)
def test_a_size_the_network_cannot_have_is_refused(make_job: MakeJob, sizes: Any, told: str) -> None:
    attributes = {"input_sizes": sizes} if sizes else {}
    with pytest.raises(Failure, match=told):
        convert(make_job("lama", "erase", attributes=attributes, seed=0))


def test_a_trainers_file_is_read_without_its_classes_and_other_networks_are_passed_over(
    make_job: MakeJob, tmp_path: Path, trainer_file: Callable[[dict[str, Any]], Path]
) -> None:
    state = {f"generator.{name}": tensor for name, tensor in Generator(64, 64, blocks=1).state_dict().items()}
    path = trainer_file({**state, "discriminator.weight": torch.ones(3), "generator_average.weight": torch.ones(3)})
    job = make_job("lama", "erase", attributes={"input_sizes": [64]}, checkpoints={"weights": path})
    with pytest.raises(StateDictMismatch, match="do not fit the network") as misfit:
        convert(job)
    assert not any(name.startswith(("discriminator", "generator_average")) for name in misfit.value.left_over)
    assert "generator.model.22.conv2.bn_g.weight" in misfit.value.missing
    assert not list(job.output.iterdir())
    assert path.parent == tmp_path


@pytest.fixture
def trainer_file(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Write a file like a trainer's: weights beside settings whose classes this machine does not have."""

    def write(state: dict[str, Any]) -> Path:
        names = ("omegaconf.dictconfig.DictConfig", "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint")
        settings, callback = (stranger(name) for name in names)
        made = settings()
        made.__dict__["_content"] = {"kind": "ffc_resnet"}
        path = tmp_path / "best.ckpt"
        content = {"state_dict": state, "hyper_parameters": made, "callbacks": {callback: {"best_model_path": "x"}}}
        with strangers_importable([settings, callback]):
            torch.save(content, path)
        return path

    return write


def stranger(name: str) -> type:
    """A class that says it is from elsewhere."""
    module, _, last = name.rpartition(".")
    return type(last, (), {"__module__": module})


@contextlib.contextmanager
def strangers_importable(classes: list[type]) -> Iterator[None]:
    """Let pickle find the classes while it writes."""
    added = []
    for one in classes:
        parts = one.__module__.split(".")
        for end in range(1, len(parts) + 1):
            name = ".".join(parts[:end])
            if name not in sys.modules:
                sys.modules[name] = types.ModuleType(name)
                added.append(name)
        setattr(sys.modules[one.__module__], one.__name__, one)
    try:
        yield
    finally:
        for name in added:
            del sys.modules[name]
