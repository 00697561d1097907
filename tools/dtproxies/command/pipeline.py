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
@MODELS
def pipeline(*, request: str, image: Path, directory: Path, skip: tuple[str, ...], **settings: Any) -> None:
    """Run a chain of proxies on IMAGE.

    PIPELINE is a .yaml file, a darktable sidecar (.xmp) or a style (.dtstyle); modules run in darktable's order.
    Writes result.png and result.pfm, and picture.pfm with a sidecar that darktable opens.
    """
    from dtbase.terminal.console import Console
    from dtproxies.pipeline.command import pipeline_command

    pipeline_command(Console(), request, image, directory, skip=split_names(skip), **settings)


COMMANDS = (pipeline,)
