import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dtbase.system.errors import Failure, WrongUsage
from dtproxies.darktable.dump import dump
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.sidecar_writer import Step, sidecar
from dtproxies.images import image_io, pfm
from dtproxies.images.module_spaces import from_space, to_space


def colours() -> NDArray[np.float32]:
    """Every colour of a coarse grid, linear Rec709."""
    steps = np.linspace(0.05, 0.95, 8, dtype=np.float32)
    return np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(16, 32, 3)


def test_an_eight_bit_picture_comes_back_as_it_was(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "in.png")
    image_io.write_picture(tmp_path / "out.png", image_io.read_picture(tmp_path / "in.png"))
    with Image.open(tmp_path / "out.png") as written:
        assert np.array_equal(np.asarray(written), pixels)


def test_sixteen_bit_grey_keeps_its_depth(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 20000, 20001, 65535]], np.uint16)).save(tmp_path / "deep.png")
    read = image_io.read_picture(tmp_path / "deep.png")
    assert read.shape == (1, 4, 3)
    assert read[0, 2, 0] > read[0, 1, 0]
    assert read[0, 3].tolist() == pytest.approx([1, 1, 1])


def test_light_above_white_lives_in_pfm_and_is_clipped_in_png(tmp_path: Path) -> None:
    image = np.full((2, 2, 3), 3.5, np.float32)
    image_io.write_picture(tmp_path / "a.pfm", image)
    assert np.array_equal(image_io.read_picture(tmp_path / "a.pfm"), image)
    image_io.write_picture(tmp_path / "a.png", image)
    assert image_io.read_picture(tmp_path / "a.png").max() == pytest.approx(1)


@pytest.mark.parametrize("space", ["lab", "work-rgb", "input-rgb"])
def test_a_colour_space_and_back_changes_nothing_visible(space: str) -> None:
    there = to_space(colours(), space)
    assert from_space(there, space) == pytest.approx(colours(), abs=2e-5)


@pytest.mark.parametrize(("name", "reason"), [("none.png", "no such file"), ("text.png", "not a picture")])
def test_what_is_no_picture_is_a_failure(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(Failure, match=reason) as wrong:
        image_io.read_picture(tmp_path / name)
    assert wrong.value.where == str(tmp_path / name)


@pytest.mark.darktable
def test_raw_modules_take_no_picture(darktable: Darktable, tmp_path: Path) -> None:
    pfm.write(tmp_path / "in.pfm", colours())
    with pytest.raises(Failure, match="raw sensor data"):
        image_io.render_file(darktable, "hotpixels", tmp_path / "in.pfm", tmp_path / "out.pfm", {})


@pytest.mark.darktable
@pytest.mark.parametrize(("module", "within"), [("exposure", 0), ("velvia", 2e-3), ("sharpen", 0.05)])
def test_a_module_gets_the_colours_that_darktables_pipe_gives_it(
    darktable: Darktable, layouts: dict[str, ModuleLayout], module: str, within: float
) -> None:
    given = dump(darktable, colours(), [Step(module)], layouts)[module].input
    space = {"exposure": "input-rgb", "velvia": "work-rgb", "sharpen": "lab"}[module]
    assert np.abs(to_space(colours(), space) - given).max() <= within


@pytest.mark.darktable
def test_renders_a_file_into_a_file(darktable: Darktable, tmp_path: Path) -> None:
    pfm.write(tmp_path / "in.pfm", colours())
    image_io.render_file(darktable, "exposure", tmp_path / "in.pfm", tmp_path / "out.pfm", {"exposure": 2})
    assert np.array_equal(pfm.read(tmp_path / "out.pfm"), colours() * 4)


def test_other_kinds_of_output_are_wrong_usage(tmp_path: Path) -> None:
    nothing = Darktable(version="", cli=(), python=(), library=tmp_path)
    with pytest.raises(WrongUsage, match=r"written as \.png or \.pfm"):
        image_io.render_file(nothing, "exposure", tmp_path / "in.png", tmp_path / "out.gif", {})


@pytest.mark.darktable
@pytest.mark.parametrize(
    ("module", "sliders"),
    [("sharpen", {"amount": 1.0}), ("velvia", {"strength": 60.0}), ("exposure", {"exposure": 0.5})],
)
def test_a_file_is_rendered_as_darktable_exports_it(
    darktable: Darktable, layouts: dict[str, ModuleLayout], tmp_path: Path, module: str, sliders: dict[str, float]
) -> None:
    source, history, exported = (tmp_path / name for name in ("in.pfm", "in.pfm.xmp", "exported.pfm"))
    pfm.write(source, colours())
    history.write_text(sidecar([Step(module, sliders)], layouts))
    words = ["--icc-type", "LIN_REC709", "--apply-custom-presets", "false", "--core", *darktable.options(tmp_path)]
    subprocess.run(
        [*darktable.cli, str(source), str(history), str(exported), *words],
        check=True,
        capture_output=True,
        env=darktable.surroundings(tmp_path),
    )
    image_io.render_file(darktable, module, source, tmp_path / "out.pfm", sliders)
    made = pfm.read(tmp_path / "out.pfm")
    assert made == pytest.approx(pfm.read(exported), abs=1e-3)
    assert np.abs(made - colours()).max() > 0.02
