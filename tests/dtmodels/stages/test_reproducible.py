"""Builds are bit-identical in two directories and two runs, with other processes and time zones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.files import sha256
from dtmodels.build.workspace import Workspace

CHECKPOINT = "  - name: {name}\n    url: https://www.darktable.org/{name}.pth\n"
FAMILIES = {
    "nafnet": (["weights"], "{width: 16, encoder_blocks: [1, 1], middle_blocks: 1, decoder_blocks: [1, 1]}"),
    "nind_unet": (["bayer", "linear"], "{network: utnet2, width: 8}"),
    "rrdb": (["x2", "x4"], "{features: 32, blocks: 3, growth: 16}"),
}
"""Checkpoints and options of networks that are small, but large enough for float16 storage."""


def repository(root: Path, card: str) -> Path:
    """A model of each family under `root`."""
    for family, (names, options) in FAMILIES.items():
        start, rest = card.split("checkpoints:\n")
        text = f"{start}checkpoints:\n{''.join(CHECKPOINT.format(name=name) for name in names)}convert:"
        text += rest.split("convert:")[1].replace("family: onnx", f"family: {family}\n  options: {options}")
        directory = root / f"models/denoise-{family.replace('_', '-')}"
        directory.mkdir(parents=True)
        (directory / "card.yaml").write_text(text.replace("denoise-toy", directory.name))
    return root


def build(root: Path, **environment: str) -> dict[str, str]:
    """Convert and pack all models in a subprocess; returns digests by path in the output directory."""
    ids = sorted(directory.name for directory in (root / "models").iterdir())
    for verb in (["convert", "--seed", "0"], ["package"]):
        command = [sys.executable, "-m", "dtmodels", "--root", str(root), *verb, *ids]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=root, env=os.environ | environment
        )
        assert done.returncode == 0, done.stderr
    output = Workspace(root).output
    published = [*output.glob("*/model/*"), *output.glob("*/*.dtmodel")]
    return {str(path.relative_to(output)): sha256(path) for path in published}


@pytest.mark.slow
def test_builds_are_bit_identical(add_model: Callable[..., Path], tmp_path: Path) -> None:
    card = (add_model(status="draft") / "card.yaml").read_text().replace("[256]", "[64]")
    first = repository(tmp_path / "first", card)
    second = repository(tmp_path / "a longer way/to the second", card)
    digests = build(first, PYTHONHASHSEED="1", TZ="UTC")
    assert sum(name.endswith(".onnx") for name in digests) == 5
    assert sum(name.endswith(".dtmodel") for name in digests) == 3
    assert build(second, PYTHONHASHSEED="2", TZ="Asia/Tokyo", OMP_NUM_THREADS="1") == digests
    assert build(first, PYTHONHASHSEED="3") == digests
