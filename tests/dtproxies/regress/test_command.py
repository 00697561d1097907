"""The command `regress`, with the real darktable."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from dtbase.image_files import netpbm
from dtbase.system.errors import Failure, WrongUsage
from dtproxies.command.cli import commands
from dtproxies.darktable.dump import dump
from dtproxies.darktable.find import VARIABLE, Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.sidecar_writer import Step
from dtproxies.images.image import chart
from dtproxies.images.module_spaces import from_space

TRUTH = "modules: {exposure: {sliders: {exposure: 0.8, black: 0.01}}, sharpen: {sliders: {amount: 1.5, radius: 3}}}"
FREE = "modules: {exposure: {free: all}, sharpen: {free: all}}"


def call(root: Path, *words: object) -> str:
    arguments = [str(word) for word in ("regress", *words, "--models", root / "models")]
    result = CliRunner().invoke(commands, arguments, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.stdout


@pytest.mark.darktable
def test_sliders_of_darktables_export_are_recovered(
    darktable: Darktable, layouts: dict[str, ModuleLayout], root: Path, tmp_path: Path
) -> None:
    before = chart(96, 3).pixels
    history = [Step("exposure", {"exposure": 0.8, "black": 0.01}), Step("sharpen", {"amount": 1.5, "radius": 3})]
    output = dump(darktable, before, history, layouts)["sharpen"].output
    netpbm.write_pfm(tmp_path / "before.pfm", before)
    netpbm.write_pfm(tmp_path / "after.pfm", np.asarray(from_space(output.astype(np.float64), "lab"), np.float32))
    for name, text in (("free", FREE), ("truth", TRUTH)):
        (tmp_path / f"{name}.yaml").write_text(text)
    files = (tmp_path / "free.yaml", tmp_path / "before.pfm", tmp_path / "after.pfm")
    document = call(root, *files, "--out", tmp_path / "out", "--truth", tmp_path / "truth.yaml", "--json")
    outcome = json.loads(document)
    assert outcome["psnr_darktable"] > 60
    assert max(outcome["errors"].values()) < 0.02
    names = {path.name for path in (tmp_path / "out").iterdir()}
    expected = {"picture.pfm", "picture.pfm.xmp", "found.json", "convergence.png", "comparison.png", "darktable.png"}
    assert expected <= names


def test_images_of_different_size_are_wrong_usage(root: Path, tmp_path: Path) -> None:
    for side in (16, 20):
        netpbm.write_pfm(tmp_path / f"{side}.pfm", chart(side, 3).pixels)
    with pytest.raises(WrongUsage, match="16 x 16 and 20 x 20"):
        call(root, "exposure", tmp_path / "16.pfm", tmp_path / "20.pfm", "--out", tmp_path / "out")


def test_missing_darktable_names_the_install_command(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    netpbm.write_pfm(tmp_path / "in.pfm", chart(16, 3).pixels)
    with pytest.raises(Failure, match="dtproxies doctor --install"):
        call(root, "exposure", tmp_path / "in.pfm", tmp_path / "in.pfm", "--out", tmp_path / "out")
