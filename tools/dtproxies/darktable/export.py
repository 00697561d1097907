"""Export a photograph with darktable-cli: the reference for everything that imitates it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtbase.image_files import netpbm
from dtbase.system.errors import Failure
from dtproxies.darktable.find import Darktable


def export(darktable: Darktable, photograph: Path, sidecar: bytes) -> NDArray[np.float32]:
    """Export a photograph with an edit, at full size, encoded with the output profile of the edit.

    Returns:
        [H, W, 3], 1 is white, before rounding to 8 or 16 bits.

    Raises:
        Failure: darktable-cli failed.
    """
    with tempfile.TemporaryDirectory(prefix="dtproxies-") as name:
        home = Path(name)
        source = Path(shutil.copyfile(photograph, home / photograph.name))
        source.with_name(f"{source.name}.xmp").write_bytes(sidecar)
        run_cli(darktable, source, home / "out.pfm", where=str(photograph))
        return netpbm.read_pfm(home / "out.pfm")


def run_cli(darktable: Darktable, source: Path, target: Path, options: Sequence[str] = (), *, where: str) -> str:
    """Run darktable-cli on `source` with the sidecar next to it, without automatic presets; return what it printed.

    Args:
        darktable: as `find` returns it.
        source: photograph, in a directory of its own.
        target: file to write.
        options: further options of darktable's core.
        where: what an error message names.

    Raises:
        Failure: darktable-cli failed, or wrote nothing.
    """
    home = source.parent
    done = subprocess.run(
        [
            *darktable.cli,
            *(str(source), f"{source}.xmp", str(target)),
            *("--apply-custom-presets", "false", "--core", *darktable.options(home), *options),
        ],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=darktable.environment_for(home),
    )
    log = (done.stdout + done.stderr).strip()
    if done.returncode != 0 or not target.is_file():
        last = (log.splitlines() or ["no output"])[-1]
        raise Failure(f"darktable-cli ended with status {done.returncode}: {last}", where=where)
    return log
