"""Command `regress`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dtproxies.command.options import JSON, MODELS, OUT, PATH, SKIP, split_names


@click.command()
@click.argument("request", metavar="PIPELINE")
@click.argument("before", type=PATH)
@click.argument("after", type=PATH)
@OUT
@SKIP
@click.option("--truth", metavar="PIPELINE", help="Report errors relative to these true sliders.")
@click.option(
    "--starts",
    type=click.IntRange(1),
    metavar="N",
    default=4,
    show_default=True,
    help="Number of descents, each from another start position.",
)
@click.option("--seed", type=int, metavar="N", default=0, show_default=True, help="Seed for the start positions.")
@click.option(
    "--side",
    type=click.IntRange(16),
    metavar="PX",
    default=192,
    show_default=True,
    help="Side of the centre crop used for the search, in pixels.",
)
@click.option("--animate", is_flag=True, help="Also write frames and a video of the search.")
@click.option("--at-least", type=float, metavar="DB", help="Exit with 1 when darktable's render is below DB of PSNR.")
@JSON
@MODELS
def regress(
    *,
    request: str,
    before: Path,
    after: Path,
    directory: Path,
    skip: tuple[str, ...],
    starts: int,
    seed: int,
    **options: Any,
) -> int:
    """Find sliders that turn BEFORE into AFTER.

    PIPELINE is the name of a module (all its sliders are searched), a .yaml file (its free sliders are searched), or a
    darktable sidecar or style (.xmp, .dtstyle; all sliders of its modules are searched). Renders the result with
    darktable, and writes the image with a sidecar that darktable opens, found.json, convergence.png and comparison.png.
    """
    from dtbase.terminal.console import Console
    from dtproxies.regress.command import regress_command
    from dtproxies.regress.search import Settings

    settings = Settings(starts=starts, seed=seed)
    skipped = split_names(skip)
    return regress_command(Console(), request, before, after, directory, skip=skipped, settings=settings, **options)


COMMANDS = (regress,)
