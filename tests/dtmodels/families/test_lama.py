"""Tests of LaMa: the published checkpoint fits, network and graph match the reference outputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
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
from dtmodels.stages.validate import validate_package
from tests.dtmodels.families.reference_outputs import seeded_mask
from tests.support.trainer_file import write_trainer_file

NAME = "big-lama"
MakeJob = Callable[..., Job]
MakeImage = Callable[..., Any]


def seeded(height: int, width: int, blocks: int = 18) -> Generator:
    """A generator with seeded weights, by the names in its checkpoint."""
    network = Generator(height, width, blocks).eval()
    published = {LAYOUT.prefix + name: tensor for name, tensor in network.state_dict().items()}
    values = seeded_weights(published, 0, RECIPE)
    network.load_state_dict({name.removeprefix(LAYOUT.prefix): tensor for name, tensor in values.items()})
    return network


def test_published_checkpoint_fits(check_mapping: Callable[[str, nn.Module, Layout], None]) -> None:
    check_mapping(NAME, Generator(64, 64), LAYOUT)


@pytest.mark.slow
def test_network_matches_reference_outputs(
    reference: Callable[[str], Any], make_rng: Callable[[], np.random.Generator], make_image: MakeImage
) -> None:
    known, rng = reference(NAME), make_rng()
    for case, (height, width) in {"main": (256, 256), "second": (200, 328)}.items():
        image = torch.from_numpy(known.input(f"{case}/image", make_image(rng, 3, height, width, 16)))
        mask = torch.from_numpy(known.input(f"{case}/mask", seeded_mask(rng, height, width)))
        network = seeded(height, width)
        with torch.no_grad():
            known.check(f"{case}/predicted", network(torch.cat([image * (1 - mask), mask], dim=1)))
            known.check(f"{case}/inpainted", Erase(network)(image, mask))


@pytest.mark.slow
def test_graph_matches_reference_outputs_and_validates(
    *,
    make_job: MakeJob,
    finished: Callable[..., Path],
    built: Callable[..., Any],
    reference: Callable[[str], Any],
    make_rng: Callable[[], np.random.Generator],
    make_image: MakeImage,
    runtime: Runtime,
) -> None:
    job = make_job("lama", "erase", attributes={"input_sizes": [256]}, seed=0)
    rng = make_rng()
    inputs = {"image": make_image(rng, 3, 256, 256, 16).astype(np.float32), "mask": seeded_mask(rng, 256, 256)}
    full, half = (built(convert, job, "model.onnx", half=stored)(**inputs)["output"] for stored in (False, True))
    reference(NAME).check("main/inpainted", full)
    outside = np.broadcast_to(inputs["mask"] == 0, full.shape)
    assert np.array_equal(half[outside], inputs["image"][outside])
    assert np.sqrt(np.mean((half - full) ** 2)) < 1e-3
    directory = finished(convert, job, half=True)
    assert (directory / "model.onnx").stat().st_size < 105_000_000
    assert validate_package(directory, runtime).errors == ()
    check_shapes(onnx.load(directory.parents[1] / "full" / directory.name / "model.onnx"), 256)


def check_shapes(model: onnx.ModelProto, side: int) -> None:
    """Check fixed shapes, folded normalisations, and that the transform's constants are stored once."""
    shapes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in [*model.graph.input, *model.graph.output]
    }
    assert shapes == {"image": [1, 3, side, side], "mask": [1, 1, side, side], "output": [1, 3, side, side]}
    assert "BatchNormalization" not in {node.op_type for node in model.graph.node}
    rows = side // 8
    matrices = Counter(tuple(tensor.dims) for tensor in model.graph.initializer if len(tensor.dims) == 2)
    assert matrices == {(rows, rows + 2): 1, (rows + 2, rows): 1, (2 * rows, 2 * rows): 2}


def test_folded_generator_matches_the_original() -> None:
    network, masked = seeded(48, 64, blocks=1), torch.rand(1, 4, 48, 64)
    with torch.no_grad():
        before = network(masked)
        fold_generator(network)
        after = network(masked)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    assert float((after - before).abs().max() / before.std()) < 1e-5


def test_pixels_outside_the_mask_are_kept_and_inside_are_ignored() -> None:
    network, image = Erase(seeded(32, 32, blocks=1)), torch.rand(1, 3, 32, 32)
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 8:20, 4:30] = 1
    with torch.no_grad():
        inpainted = network(image, mask)
        assert torch.equal(network(torch.where(mask > 0, 0.5, image), mask), inpainted)
    assert torch.equal(torch.where(mask > 0, image, inpainted), image)
    assert not torch.equal(inpainted, image)


@pytest.mark.parametrize(
    ("sizes", "message"), [(None, "has no tile size"), ([260], "260 is not a multiple of 8")], ids=["none", "odd"]
)
def test_invalid_size_is_rejected(make_job: MakeJob, sizes: Any, message: str) -> None:
    attributes = {"input_sizes": sizes} if sizes else {}
    with pytest.raises(Failure, match=message):
        convert(make_job("lama", "erase", attributes=attributes, seed=0))


def test_trainer_file_is_read_without_its_classes_and_other_networks(make_job: MakeJob, tmp_path: Path) -> None:
    state = {f"generator.{name}": tensor for name, tensor in Generator(64, 64, blocks=1).state_dict().items()}
    state |= {"discriminator.weight": torch.ones(3), "generator_average.weight": torch.ones(3)}
    path = write_trainer_file(tmp_path / "best.ckpt", state)
    job = make_job("lama", "erase", attributes={"input_sizes": [64]}, checkpoints={"weights": path})
    with pytest.raises(StateDictMismatch, match="do not fit the network") as mismatch:
        convert(job)
    assert not any(name.startswith(("discriminator", "generator_average")) for name in mismatch.value.unexpected)
    assert "generator.model.22.conv2.bn_g.weight" in mismatch.value.missing
    assert not list(job.output.iterdir())
