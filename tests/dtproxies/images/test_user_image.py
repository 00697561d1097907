"""Images on the command line: what darktable exports is read as the light that it exported."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dtbase.image_files.netpbm import write_pfm
from dtbase.system.errors import WrongUsage
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.sidecar_writer import Step, sidecar
from dtproxies.images.image import LinearImage
from dtproxies.images.user_image import check_exportable, downscale, read_user_image

Export = Callable[[str, str], Path]
"""Export an image of colours, without any change, to a file name in a profile; returns the file."""
SETTINGS = {
    "16.tif": {"tiff/bpp": 16, "tiff/compress": 2},
    "32.tif": {"tiff/bpp": 32, "tiff/compress": 0},
    "predictor.tif": {"tiff/bpp": 32, "tiff/compress": 2},
    "16.png": {"png/bpp": 16},
    "32.exr": {"exr/bpp": 32},
}
"""Settings of darktable by file name."""


@pytest.fixture
def export(darktable: Darktable, layouts: dict[str, ModuleLayout], tmp_path: Path) -> Export:
    steps = np.linspace(0.02, 0.9, 8, dtype=np.float32)
    source, edit = tmp_path / "in.pfm", tmp_path / "in.pfm.xmp"
    write_pfm(source, np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(16, 32, 3))
    edit.write_text(sidecar([Step("exposure", {"exposure": 0.0})], layouts))

    def exported(name: str, profile: str) -> Path:
        words = [
            word
            for key, value in SETTINGS[name].items()
            for word in ("--conf", f"plugins/imageio/format/{key}={value}")
        ]
        options = ["--icc-type", profile, "--apply-custom-presets", "false", "--core", *darktable.options(tmp_path)]
        subprocess.run(
            [*darktable.cli, str(source), str(edit), str(tmp_path / name), *options, *words],
            check=True,
            capture_output=True,
            env=darktable.environment_for(tmp_path),
        )
        return tmp_path / name

    return exported


@pytest.mark.darktable
@pytest.mark.slow
@pytest.mark.parametrize("profile", ["LIN_REC2020", "ADOBERGB"])
@pytest.mark.parametrize("name", SETTINGS)
def test_exports_of_darktable_are_read_as_their_light(export: Export, name: str, profile: str) -> None:
    path = export(name, profile)
    if (name, profile) == ("32.exr", "ADOBERGB"):
        with pytest.raises(WrongUsage, match="encoded profile, which the file does not name"):
            read_user_image(path, pytest.fail)
        return
    expected = read_user_image(path.with_name("in.pfm"), pytest.fail).pixels
    np.testing.assert_allclose(read_user_image(path, pytest.fail).pixels, expected, atol=2e-4)


def test_small_images_cannot_be_exported() -> None:
    check_exportable(Path("a.pfm"), LinearImage("a", np.zeros((16, 16, 3), np.float32)))
    with pytest.raises(WrongUsage, match="7 x 30 pixels; darktable exports no image below 16 x 16"):
        check_exportable(Path("a.pfm"), LinearImage("a", np.zeros((30, 7, 3), np.float32)))


@pytest.mark.parametrize(("height", "width", "expected"), [(1, 1, (1, 1)), (100, 400, (16, 64)), (1, 1000, (1, 64))])
def test_downscaling_keeps_the_mean_and_at_least_one_pixel(height: int, width: int, expected: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).random((height, width, 3)).astype(np.float32)
    small = downscale(pixels, 64)
    assert small.shape[:2] == expected
    np.testing.assert_allclose(small.mean(), pixels.mean(), atol=0.02)


def test_notes_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.pfm").write_bytes(b"PF\n1 1\n-2.0\n" + bytes(12))
    notes: list[str] = []
    assert read_user_image(tmp_path / "a.pfm", notes.append).floating
    assert notes == [f"{tmp_path / 'a.pfm'}: its scale of 2 is ignored, as in darktable"]
