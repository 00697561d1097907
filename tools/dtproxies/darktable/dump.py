"""Render an image with darktable-cli and read the input and output of modules from its pixelpipe dump.

Slow (a process, a sidecar and several files per image), but independent of `renderer`: tests compare the output of
`renderer` with it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtbase.image_files import netpbm
from dtbase.system.errors import Failure
from dtproxies.darktable.export import run_cli
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import Order
from dtproxies.darktable.sidecar_writer import SCENE_ORDER, Step, sidecar
from dtproxies.images import dng


@dataclass(frozen=True)
class ModuleDump:
    """Input and output of one module before blending: [H, W, 3] in its own colour space, or [H, W, 1] for a mosaic."""

    input: NDArray[np.float32]
    output: NDArray[np.float32]


def dump(
    darktable: Darktable,
    image: NDArray[np.float32] | NDArray[np.uint16] | Path,
    history: Sequence[Step],
    layouts: Mapping[str, ModuleLayout],
    order: Order = SCENE_ORDER,
    *,
    watched: Sequence[str] = (),
) -> dict[str, ModuleDump]:
    """Export `image` once with `history` and return the input and output of every module, by name.

    Args:
        darktable: as `find` returns it.
        image: [H, W, 3], linear Rec709, not limited to [0, 1]; or sensor data, integers [H, W]; or a file that
            darktable reads.
        history: the modules to enable.
        layouts: as `introspection.layouts` returns them.
        order: of the modules.
        watched: additional modules to dump, which darktable enables itself.

    Raises:
        Failure: darktable-cli failed, or skipped one of the modules.
    """
    with tempfile.TemporaryDirectory(prefix="dtproxies-") as name:
        home = Path(name)
        source = _source(image, home)
        source.with_name(f"{source.name}.xmp").write_text(sidecar(history, layouts, order))
        modules = [*(step.module for step in history), *watched]
        options = ["--dump-pipe", ",".join(modules), "--dumpdir", str(home / "dump")]
        log = run_cli(darktable, source, home / "out.pfm", options, where=", ".join(modules))
        return {module: _dumped(home / "dump" / "export", module, log) for module in modules}


def _source(image: NDArray[np.float32] | NDArray[np.uint16] | Path, home: Path) -> Path:
    if isinstance(image, Path):
        return Path(shutil.copy(image, home / f"image{image.suffix}"))
    source = home / ("image.dng" if image.ndim == 2 else "image.pfm")
    if image.ndim == 2:
        dng.write_dng(source, image.astype(np.uint16))
    else:
        netpbm.write_pfm(source, image.astype(np.float32))
    return source


def _dumped(directory: Path, module: str, log: str) -> ModuleDump:
    """Read the dump of a module; files are named `NUMBER_MODULE_cpu_in_C.pfm`, C for colour, M for one channel."""
    images = []
    for end in ("in", "out"):
        found = sorted(directory.glob(f"*_{module}_cpu_{end}_?.pfm"))
        if not found:
            last = (log.splitlines() or ["no output"])[-1]
            raise Failure(f"darktable-cli dumped no {end}put of module {module}: {last}")
        images.append(netpbm.read_pfm(found[0]))
    return ModuleDump(*images)
