"""Replicas of edits: the image is darktable's, and each module says what ran it."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from dtbase.image_files import netpbm
from dtbase.system.errors import Failure, WrongUsage
from dtproxies.command.cli import commands
from dtproxies.darktable.edit import Edit, Entry
from dtproxies.darktable.edit_session import PipeStep
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.introspection import orders
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.sidecar_writer import edit_sidecar
from dtproxies.images import dng
from dtproxies.pipeline.chain import as_pixels, as_tensor
from dtproxies.replica.command import as_bytes, compare_with_export
from dtproxies.replica.open_replica import open_replica
from dtproxies.replica.plan import PlannedStep, proxy_layouts, runs_of

HEIGHT, WIDTH = 96, 128
MULTIPLY = struct.pack("<IiIff", 1, 4, 0x04, 0, 100) + bytes(400)


def step(name: str) -> PipeStep:
    shape = (4, 4, 4)
    return PipeStep(
        module=name, instance=0, params=b"", blending=b"", input_shape=shape, output_shape=shape, moved=False
    )


def test_neighbouring_modules_of_one_kind_run_together() -> None:
    kinds = [False, False, True, True, False, True]
    steps = [PlannedStep(step=step("x"), proxy=object() if one else None) for one in kinds]  # type: ignore[arg-type]
    assert runs_of(steps) == [[0, 1], [2, 3], [4], [5]]


def test_values_are_rounded_as_by_darktable() -> None:
    values = np.array([-1, 0, 0.4999 / 255, 0.5 / 255, 1, 2, np.nan])
    assert as_bytes(values).tolist() == [0, 0, 0, 1, 255, 255, 0]


def test_images_of_different_sizes_have_no_accuracy() -> None:
    assert compare_with_export(np.zeros((2, 2, 3)), np.zeros((2, 3, 3))).psnr == 0
    assert compare_with_export(np.zeros((2, 2, 3)), np.full((2, 2, 3), 0.1)).levels == 26


def entry(layouts: dict[str, ModuleLayout], name: str, sliders: dict[str, float | str], blending: bytes = b"") -> Entry:
    layout = layouts[name]
    return Entry(
        module=name,
        enabled=True,
        version=layout.version,
        params=layout.pack(sliders),
        blending=blending,
        blending_version=14,
    )


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    blocks = np.kron(rng.uniform(700, 9000, (HEIGHT // 8, WIDTH // 8)), np.ones((8, 8)))
    dng.write_dng(tmp_path / "photo.dng", blocks.astype(np.uint16))
    return tmp_path / "photo.dng"


def call(root: Path, *words: object) -> str:
    arguments = ["pipeline", *words, "--models", root / "models"]
    result = CliRunner().invoke(commands, [str(word) for word in arguments], standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.stdout


@pytest.mark.darktable
def test_edit_of_a_raw_file_gives_darktables_image(
    darktable: Darktable, layouts: dict[str, ModuleLayout], photograph: Path, tmp_path: Path, root: Path
) -> None:
    entries = [
        entry(layouts, "exposure", {"exposure": 0.7}),
        entry(layouts, "crop", {"cx": 0.1, "cy": 0.2, "cw": 0.8, "ch": 0.9}),
        entry(layouts, "sharpen", {"amount": 1.5}),
        entry(layouts, "velvia", {"strength": 40}, MULTIPLY),
        entry(layouts, "vibrance", {"amount": 60}),
        entry(layouts, "grain", {}),
    ]
    (tmp_path / "edit.xmp").write_bytes(edit_sidecar(Edit(entries=entries, order_version=4), orders(darktable)))
    output = json.loads(
        call(root, tmp_path / "edit.xmp", photograph, "--out", tmp_path / "out", "--evaluate", "--json")
    )
    run_by = {one["module"]: one["run_by"] for one in output["modules"]}
    by_darktable = [name for name, by in run_by.items() if by == "darktable"]
    assert by_darktable == ["velvia", "grain"]
    assert {"rawprepare", "crop", "colorin"} <= {name for name, by in run_by.items() if by == "function"}
    reasons = {one["module"]: one["reason"] for one in output["modules"]}
    assert "is blended" in reasons["velvia"]
    assert "no proxy" in reasons["grain"]
    assert output["psnr_db"] > 80
    assert output["levels"] <= 1
    with Image.open(tmp_path / "out/result.png") as image:
        assert image.size == pytest.approx((0.7 * WIDTH, 0.7 * HEIGHT), abs=1)


@pytest.mark.darktable
def test_edit_of_an_image_may_begin_with_proxies(
    darktable: Darktable, layouts: dict[str, ModuleLayout], tmp_path: Path, root: Path
) -> None:
    image = np.random.default_rng(5).uniform(0, 1.2, (HEIGHT, WIDTH, 3)).astype(np.float32)
    netpbm.write_pfm(tmp_path / "image.pfm", image)
    entries = [entry(layouts, "exposure", {"exposure": 0.7}), entry(layouts, "vibrance", {"amount": 60})]
    (tmp_path / "edit.xmp").write_bytes(edit_sidecar(Edit(entries=entries, order_version=4), orders(darktable)))
    output = json.loads(
        call(root, tmp_path / "edit.xmp", tmp_path / "image.pfm", "--out", tmp_path / "out", "--evaluate", "--json")
    )
    assert output["modules"][0] == {"module": "exposure", "run_by": "proxy", "reason": ""}
    assert output["psnr_db"] > 80


@pytest.mark.darktable
def test_module_of_a_later_darktable_is_named(
    darktable: Darktable, photograph: Path, tmp_path: Path, root: Path
) -> None:
    later = Entry(module="colorharmonizer", enabled=True, version=2, params=bytes(4))
    (tmp_path / "edit.xmp").write_bytes(edit_sidecar(Edit(entries=[later], order_version=4), orders(darktable)))
    arguments = (tmp_path / "edit.xmp", photograph, "--out", tmp_path / "out")
    with pytest.raises(Failure, match=r"does not know colorharmonizer \(parameters of version 2\)") as exc:
        call(root, *arguments)
    assert "--skip colorharmonizer" in str(exc.value)
    assert not (tmp_path / "out").exists()
    assert "6 of them without darktable" in call(root, *arguments, "--skip", "colorharmonizer,colorout")


@pytest.mark.darktable
def test_gradient_of_a_whole_edit_reaches_the_sensor(
    darktable: Darktable, layouts: dict[str, ModuleLayout], photograph: Path, root: Path
) -> None:
    entries = [
        entry(layouts, "exposure", {"exposure": 0.7}),
        entry(layouts, "flip", {"orientation": "ORIENTATION_ROTATE_CW_90_DEG"}),
        entry(layouts, "vibrance", {"amount": 60}),
    ]
    edit = Edit(entries=entries, order_version=4)
    known = proxy_layouts(darktable, root / "models")
    with open_replica(darktable, edit, photograph, layouts=known, models=root / "models") as replica:
        assert replica.differentiable, [(one.step.name, one.reason) for one in replica.steps]
        sensor = as_tensor(replica.session.photograph().values).requires_grad_()
        output = replica.run_tensor(sensor)
        expected = replica.session.run(len(replica.steps) - 1, len(replica.steps) - 1).values[..., :3]
    ours, theirs = (np.clip(one, 0, 1) for one in (as_pixels(output.detach()), expected))
    assert np.abs(ours - theirs).max() < 1 / 255
    output.mean().backward()
    assert sensor.grad is not None
    assert torch.isfinite(sensor.grad).all()
    assert (sensor.grad != 0).float().mean() > 0.9


def test_outputs_of_each_module_need_a_pipeline_of_proxies(tmp_path: Path, root: Path) -> None:
    (tmp_path / "photo.dng").write_text("")
    with pytest.raises(WrongUsage, match="--every needs a pipeline of proxies only"):
        call(root, tmp_path / "edit.xmp", tmp_path / "photo.dng", "--out", tmp_path / "out", "--every")
