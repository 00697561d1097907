"""Compare proxies of modules upstream of the input profile with darktable's own pipe on a raw file of a real camera.

    .venv/bin/python -m benchmarks.sensor [FILE] [--write]

darktable exports the file once for each module and slider position and dumps input and output of the module; the proxy
gets the same input. White balance is that of the camera; networks with white-balance factors get those of the file. The
default file is `../shared/data/DSC_1339_768x512.dng`, a crop of a photograph that https://github.com/mushfiqulalam/isp
offers under the MIT licence; it is not part of the repository.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from benchmarks._page import write_tables
from dtbase.terminal.console import Console
from dtproxies.darktable.dump import ModuleDump, dump
from dtproxies.darktable.find import Darktable, find
from dtproxies.darktable.sidecar_writer import Step
from dtproxies.images.metrics import compare
from dtproxies.images.module_spaces import convert
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.proxy.runners import FACTORS, torch_runner
from dtproxies.proxy.sampling import sample
from dtproxies.proxy.weight_files import modules_with_weights, weights_of
from dtproxies.render.open_renderer import open_renderer
from dtproxies.render.pairs import slider_values
from dtproxies.vocabulary.module import Module

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "DSC_1339_768x512.dng"
MODELS = Path("models")
POSITIONS, SEED = 4, 7_000_003
"""Number of slider positions of each module, in addition to its defaults."""
SIDE = 96
"""Side of the images with which darktable's defaults are read."""


def main(arguments: Sequence[str] = ()) -> int:
    """Print a line for each proxy of a module on sensor data, or with white-balance factors."""
    parser = argparse.ArgumentParser(prog="benchmarks.sensor")
    parser.add_argument("file", nargs="?", type=Path, default=DATA, help="raw file whose mosaic starts red, green")
    parser.add_argument("--write", action="store_true", help="write the table into docs/proxy-benchmarks.md")
    options = parser.parse_args(arguments)
    console, file = Console(), options.file
    if not file.is_file():
        console.note(f"{file} is absent, so there is nothing to compare with")
        return 0
    darktable, rows = find(), []
    factors = balance_of(darktable, file)
    for name in modules_with_weights(MODELS):
        balanced = _holds_balance(weights_of(name, MODELS))
        if load_definition(name).module.space == "raw" or balanced:
            rows.append(_line(load_definition(name), darktable, file, factors if balanced else None))
    columns = [
        "module",
        "positions",
        "default (dB)",
        "mean (dB)",
        "min (dB)",
        "maximum absolute error",
        "baseline: identity (dB)",
    ]
    title = f"{file.name}: PSNR, sRGB display-referred, capped at 150 dB"
    console.table(columns, rows, title=title)
    if options.write:
        write_tables("sensor", [(columns, rows)], f"{title}.")
    return 0


def balance_of(darktable: Darktable, file: Path) -> list[float]:
    """Return darktable's factors of red, green and blue at the camera's white balance, for an RGGB mosaic."""
    definition = load_definition("temperature").module
    with open_renderer(darktable, [definition], height=SIDE, width=SIDE) as renderer:
        layouts = renderer.layouts
    pipe = dump(darktable, file, [], layouts, watched=[definition.name])[definition.name]
    return [_factor(pipe, *start) for start in ((0, 0), (0, 1), (1, 1))]


def _factor(pipe: ModuleDump, row: int, column: int) -> float:
    before, after = (pixels[row::2, column::2].astype(np.float64) for pixels in (pipe.input, pipe.output))
    return float(np.median(after[before > 0.01] / before[before > 0.01]))


def _line(definition: ProxyDefinition, darktable: Darktable, file: Path, factors: Sequence[float] | None) -> list[str]:
    module = definition.module
    run = torch_runner(definition, weights_of(module.name, MODELS), balance=factors)
    metrics, identity = [], []
    for position, pipe in _renders(definition, darktable, file):
        metrics.append(compare(run(pipe.input, position), pipe.output, module))
        unchanged = convert(pipe.input, module.space, module.result_space)
        identity.append(compare(unchanged, pipe.output, module).display_psnr)
    psnrs = [one.display_psnr for one in metrics]
    return [
        *(module.name, str(len(metrics)), f"{psnrs[0]:.1f}", f"{np.mean(psnrs):.1f}", f"{min(psnrs):.1f}"),
        *(f"{max(one.max_error for one in metrics):.1e}", f"{np.mean(identity):.1f}"),
    ]


def _renders(
    definition: ProxyDefinition, darktable: Darktable, file: Path
) -> Iterator[tuple[NDArray[np.float64], ModuleDump]]:
    module: Module = definition.module
    with open_renderer(darktable, [module], height=SIDE, width=SIDE) as renderer:
        layouts = renderer.layouts
    default = np.array([[slider.default for slider in module.sliders]])
    samples = sample(module, POSITIONS, seed=SEED, reachable=definition.reachable)
    for position in np.concatenate([default, samples]):
        step = Step(module.name, slider_values(module, position))
        yield position, dump(darktable, file, [step], layouts)[module.name]


def _holds_balance(weights: Path) -> bool:
    with safe_open(weights, framework="numpy") as file:
        return FACTORS in file.keys()  # noqa: SIM118 - the file is not a mapping


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
