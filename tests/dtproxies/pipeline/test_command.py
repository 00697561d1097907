"""The command `pipeline`, with the real darktable."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from dtbase.image_files import netpbm
from dtbase.system.errors import Failure
from dtproxies.command.cli import commands
from dtproxies.darktable.find import Darktable
from dtproxies.images.image import DIRECTORY

PIPELINE = """
modules:
  sharpen: {sliders: {amount: 1.2, radius: 3}}
  exposure: {sliders: {exposure: 0.7, black: 0.01}}
"""
Call = Callable[..., str]


@pytest.fixture
def call(root: Path) -> Call:
    def called(*words: object) -> str:
        arguments = ["pipeline", *words, "--models", root / "models"]
        result = CliRunner().invoke(commands, [str(word) for word in arguments], standalone_mode=False)
        if result.exception:
            raise result.exception
        return result.stdout

    return called


@pytest.mark.darktable
def test_pipeline_and_its_sidecar_agree_with_darktable(
    darktable: Darktable, root: Path, tmp_path: Path, call: Call
) -> None:
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    photograph = root / DIRECTORY / "chelsea.png"
    options = ("--longest", 96, "--evaluate", "--json")
    output = call(tmp_path / "pipeline.yaml", photograph, "--out", tmp_path / "one", "--every", *options)
    results = json.loads(output)
    assert [one["module"] for one in results] == ["exposure", "sharpen"]
    for one in results:
        assert min(one["alone"], one["chained"], one["pipe"]) > 80 > one["untouched"]
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert [name for name in files if name.endswith("-darktable.png")] == [
        "1-exposure-darktable.png",
        "2-sharpen-darktable.png",
    ]
    # The written sidecar is the same pipeline.
    edit = (tmp_path / "one/picture.pfm.xmp", tmp_path / "one/picture.pfm")
    output = call(*edit, "--out", tmp_path / "two", "--rest", "none", *options)
    assert json.loads(output)[1]["pipe"] == pytest.approx(results[1]["pipe"], abs=1e-6)
    first, second = (netpbm.read_pfm(tmp_path / name / "result.pfm") for name in ("one", "two"))
    assert np.array_equal(first, second)


@pytest.mark.darktable
def test_image_with_nan_is_rejected(darktable: Darktable, tmp_path: Path, call: Call) -> None:
    pixels = np.ones((16, 16, 3), np.float32)
    pixels[3, 4, 1] = np.nan
    netpbm.write_pfm(tmp_path / "in.pfm", pixels)
    with pytest.raises(Failure, match="not finite"):
        call("exposure", tmp_path / "in.pfm", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()
