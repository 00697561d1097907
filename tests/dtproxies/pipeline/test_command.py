"""The command, against the real darktable."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from dtbase.system.errors import Failure
from dtproxies.command.cli import commands
from dtproxies.darktable.find import Darktable
from dtproxies.images import pfm
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
        asked = ["pipeline", *words, "--models", root / "models"]
        result = CliRunner().invoke(commands, [str(word) for word in asked], standalone_mode=False)
        if result.exception:
            raise result.exception
        return result.stdout

    return called


@pytest.mark.darktable
def test_a_pipeline_and_the_sidecar_it_writes_agree_with_darktable(
    darktable: Darktable, root: Path, tmp_path: Path, call: Call
) -> None:
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    picture = root / DIRECTORY / "chelsea.png"
    judging = ("--longest", 96, "--evaluate", "--json")
    told = call(tmp_path / "pipeline.yaml", picture, "--out", tmp_path / "one", "--every", *judging)
    judged = json.loads(told)
    assert [one["module"] for one in judged] == ["exposure", "sharpen"]
    for one in judged:
        assert min(one["alone"], one["chained"], one["pipe"]) > 80 > one["untouched"]
    made = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert [name for name in made if name.endswith("-darktable.png")] == [
        "1-exposure-darktable.png",
        "2-sharpen-darktable.png",
    ]
    # The sidecar that was written is a pipeline itself, and the same one.
    told = call(tmp_path / "one/picture.pfm.xmp", tmp_path / "one/picture.pfm", "--out", tmp_path / "two", *judging)
    assert json.loads(told)[1]["pipe"] == pytest.approx(judged[1]["pipe"], abs=1e-6)
    first, second = (pfm.read_pfm(tmp_path / name / "result.pfm") for name in ("one", "two"))
    assert np.array_equal(first, second)


@pytest.mark.darktable
def test_an_image_with_values_that_are_no_numbers_is_refused(darktable: Darktable, tmp_path: Path, call: Call) -> None:
    pixels = np.ones((16, 16, 3), np.float32)
    pixels[3, 4, 1] = np.nan
    pfm.write_pfm(tmp_path / "in.pfm", pixels)
    with pytest.raises(Failure, match="not finite"):
        call("exposure", tmp_path / "in.pfm", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()
