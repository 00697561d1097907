import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from dtbase.image_files import netpbm
from dtbase.system.errors import Failure, WrongUsage
from dtproxies.darktable.dump import dump
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.sidecar_writer import Step, sidecar
from dtproxies.images.module_spaces import to_space
from dtproxies.render.render_file import render_file


def colours() -> NDArray[np.float32]:
    """Return all colours of a coarse grid, linear Rec709."""
    steps = np.linspace(0.05, 0.95, 8, dtype=np.float32)
    return np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(16, 32, 3)


def fail(note: str) -> None:
    """Fail at a remark about the image."""
    pytest.fail(note)


@pytest.mark.darktable
def test_raw_modules_reject_images(darktable: Darktable, tmp_path: Path) -> None:
    netpbm.write_pfm(tmp_path / "in.pfm", colours())
    with pytest.raises(Failure, match="raw sensor data"):
        render_file(darktable, "hotpixels", tmp_path / "in.pfm", tmp_path / "out.pfm", {}, note=fail)


@pytest.mark.darktable
@pytest.mark.parametrize(("module", "tolerance"), [("exposure", 0), ("velvia", 2e-3), ("sharpen", 0.05)])
def test_module_gets_the_colours_of_darktables_pipe(
    darktable: Darktable, layouts: dict[str, ModuleLayout], module: str, tolerance: float
) -> None:
    received = dump(darktable, colours(), [Step(module)], layouts)[module].input
    space = {"exposure": "input-rgb", "velvia": "work-rgb", "sharpen": "lab"}[module]
    assert np.abs(to_space(colours(), space) - received).max() <= tolerance


@pytest.mark.darktable
def test_renders_a_file(darktable: Darktable, tmp_path: Path) -> None:
    netpbm.write_pfm(tmp_path / "in.pfm", colours())
    render_file(darktable, "exposure", tmp_path / "in.pfm", tmp_path / "out.pfm", {"exposure": 2}, note=fail)
    assert np.array_equal(netpbm.read_pfm(tmp_path / "out.pfm"), colours() * 4)


def test_other_output_suffixes_are_wrong_usage(tmp_path: Path) -> None:
    no_darktable = Darktable(version="", cli=(), python=(), library=tmp_path)
    with pytest.raises(WrongUsage, match=r"must be \.png or \.pfm"):
        render_file(no_darktable, "exposure", tmp_path / "in.png", tmp_path / "out.gif", {}, note=fail)


@pytest.mark.darktable
@pytest.mark.parametrize(
    ("module", "sliders"),
    [("sharpen", {"amount": 1.0}), ("velvia", {"strength": 60.0}), ("exposure", {"exposure": 0.5})],
)
def test_rendered_file_equals_darktables_export(
    darktable: Darktable, layouts: dict[str, ModuleLayout], tmp_path: Path, module: str, sliders: dict[str, float]
) -> None:
    source, history, exported = (tmp_path / name for name in ("in.pfm", "in.pfm.xmp", "exported.pfm"))
    netpbm.write_pfm(source, colours())
    history.write_text(sidecar([Step(module, sliders)], layouts))
    options = ["--icc-type", "LIN_REC709", "--apply-custom-presets", "false", "--core", *darktable.options(tmp_path)]
    subprocess.run(
        [*darktable.cli, str(source), str(history), str(exported), *options],
        check=True,
        capture_output=True,
        env=darktable.environment_for(tmp_path),
    )
    render_file(darktable, module, source, tmp_path / "out.pfm", sliders, note=fail)
    rendered = netpbm.read_pfm(tmp_path / "out.pfm")
    assert rendered == pytest.approx(netpbm.read_pfm(exported), abs=1e-3)
    assert np.abs(rendered - colours()).max() > 0.02


def test_output_that_is_not_finite_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Local contrast of darktable does this for some images of a few pixels."""

    class Overflowing:
        spaces: ClassVar = {"bilat": SimpleNamespace(input="lab", output="lab")}

        def __init__(self, *arguments: object, **options: object) -> None: ...

        def __enter__(self) -> "Overflowing":
            return self

        def __exit__(self, *_: object) -> None: ...

        def render(self, module: str, image: NDArray[np.float32], sliders: object) -> NDArray[np.float32]:
            return np.where(image > 40, np.float32(3e38), image)

    monkeypatch.setattr("dtproxies.render.render_file.Renderer", Overflowing)
    netpbm.write_pfm(tmp_path / "in.pfm", colours())
    no_darktable = Darktable(version="", cli=(), python=(), library=tmp_path)
    with pytest.raises(Failure, match="bilat returns values that are not finite"):
        render_file(no_darktable, "bilat", tmp_path / "in.pfm", tmp_path / "out.pfm", {}, note=fail)
    assert not (tmp_path / "out.pfm").exists()
