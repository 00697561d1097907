"""Command `sweep`."""

from __future__ import annotations

from pathlib import Path

import click

from dtproxies.command.options import AMPLIFY, LONGEST_HELP, MODELS, ONNX, OUT, PATH, SETTINGS


@click.command()
@click.argument("target", metavar="MODULE.SLIDER")
@click.argument("image", type=PATH)
@OUT
@click.option(
    "-n", "count", type=click.IntRange(2), metavar="N", default=33, show_default=True, help="Number of slider values."
)
@click.option("--from", "low", type=float, metavar="VALUE", help="First value.  [default: low end of the range]")
@click.option("--to", "high", type=float, metavar="VALUE", help="Last value.  [default: high end of the range]")
@SETTINGS
@click.option("--longest", type=click.IntRange(16), metavar="PX", default=512, show_default=True, help=LONGEST_HELP)
@AMPLIFY
@ONNX
@MODELS
def sweep(
    *,
    target: str,
    image: Path,
    directory: Path,
    count: int,
    low: float | None,
    high: float | None,
    settings: tuple[str, ...],
    longest: int,
    amplify: float | None,
    onnx: Path | None,
    models: Path,
) -> None:
    """Move one slider across its range.

    Writes darktable and proxy next to each other, as images, a video and an error curve.
    """
    from dtbase.terminal.console import Console
    from dtproxies.darktable.slider_arguments import parse_sliders
    from dtproxies.proxy.weight_files import weights_of
    from dtproxies.render.session import runner
    from dtproxies.sweep.command import sweep_command, track

    swept = track(target, count, low, high, parse_sliders(settings))
    run = runner(swept.definition, None if onnx else weights_of(swept.definition.module.name, models), onnx)
    sweep_command(Console(), swept, run, image, directory, longest=longest, amplify=amplify)


COMMANDS = (sweep,)
