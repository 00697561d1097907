"""Command `pipeline`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dtproxies.command.options import LONGEST_HELP, MODELS, OUT, PATH, SKIP, split_names


@click.command()
@click.argument("request", metavar="PIPELINE")
@click.argument("image", type=PATH)
@OUT
@SKIP
@click.option("--every", is_flag=True, help="Also write the output of each module.")
@click.option("--evaluate", is_flag=True, help="Compare every output with darktable's modules and its export.")
@click.option("--json", "as_json", is_flag=True, help="Print the results of --evaluate as JSON.")
@click.option("--longest", type=click.IntRange(16), metavar="PX", default=1024, show_default=True, help=LONGEST_HELP)
@click.option(
    "--rest",
    type=click.Choice(["darktable", "none"]),
    default="darktable",
    show_default=True,
    help="What runs the modules of an edit that have no proxy; with none, such an edit is refused.",
)
@MODELS
def pipeline(
    *, request: str, image: Path, directory: Path, skip: tuple[str, ...], rest: str, models: Path, **options: Any
) -> None:
    """Run a chain of proxies on IMAGE.

    PIPELINE is a .yaml file, or an edit: a darktable sidecar (.xmp) or a style (.dtstyle). Modules run in darktable's
    order.

    An edit takes any photograph that darktable reads, also a raw file. Proxies run the modules that they can, and
    darktable the rest, with its masks and blending. Writes result.png, as large as darktable's own export.

    A .yaml file, and an edit with --rest none, take an image, scaled to --longest. Writes result.png and result.pfm,
    and picture.pfm with a sidecar that darktable opens.
    """
    from dtbase.system.errors import WrongUsage
    from dtbase.terminal.console import Console
    from dtproxies.darktable.edit_reader import SUFFIXES
    from dtproxies.pipeline.command import pipeline_command
    from dtproxies.replica.command import replica_command

    left_out = split_names(skip)
    if rest == "none" or Path(request).suffix.lower() not in SUFFIXES:
        pipeline_command(Console(), request, image, directory, models=models, skip=left_out, **options)
        return
    if options["every"]:
        raise WrongUsage("--every needs a pipeline of proxies only", fix="add --rest none")
    figures = {name: options[name] for name in ("evaluate", "as_json")}
    replica_command(Console(), Path(request), image, directory, models=models, skip=left_out, **figures)


COMMANDS = (pipeline,)
