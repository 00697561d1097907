"""Commands for those who use trained proxies: sweep a slider, chain modules, find sliders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

MODELS = click.option(
    "--models",
    type=click.Path(path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Folder with proxy-<module>/weights.safetensors of each module.",
)
OUT = click.option("--out", "folder", type=click.Path(path_type=Path), required=True, help="Folder to write into.")


@click.command()
@click.argument("target", metavar="MODULE.SLIDER")
@click.argument("image", type=click.Path(path_type=Path))
@OUT
@click.option("-n", "count", type=click.IntRange(2), default=33, show_default=True, help="Values of the slider.")
@click.option("--from", "low", type=float, help="First value; by default the low end of the slider.")
@click.option("--to", "high", type=float, help="Last value; by default the high end of the slider.")
@click.option("--set", "settings", multiple=True, metavar="SLIDER=VALUE", help="Another slider, not at its default.")
@click.option("--longest", type=click.IntRange(16), default=512, show_default=True, help="Longer side, in pixels.")
@click.option("--amplify", type=float, default=100.0, show_default=True, help="Factor of the shown difference.")
@click.option("--onnx", type=click.Path(path_type=Path), help="The proxy as it is released, instead of its weights.")
@MODELS
def sweep(
    *,
    target: str,
    image: Path,
    folder: Path,
    count: int,
    low: float | None,
    high: float | None,
    settings: tuple[str, ...],
    longest: int,
    amplify: float,
    onnx: Path | None,
    models: Path,
) -> None:
    """Move one slider across its range: darktable and proxy side by side, as pictures, video and error curve."""
    from dtbase.console import Console
    from dtproxies.darktable.settings import parse
    from dtproxies.session import runner
    from dtproxies.sweep import sweep_command, track
    from dtproxies.trained import weights_of

    asked = track(target, count, low, high, parse(settings))
    run = runner(asked.proxied, None if onnx else weights_of(asked.proxied.module.name, models), onnx)
    sweep_command(Console(), asked, run, image, folder, longest=longest, amplify=amplify)


SKIP = click.option(
    "--skip", multiple=True, metavar="MODULE,MODULE", help="Leave these modules of the pipeline out; may be repeated."
)


@click.command()
@click.argument("asked", metavar="PIPELINE")
@click.argument("image", type=click.Path(path_type=Path))
@OUT
@SKIP
@click.option("--every", is_flag=True, help="Also write what comes out of each module.")
@click.option("--evaluate", is_flag=True, help="Hold every output against darktable: module by module, and its pipe.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures of --evaluate as JSON.")
@click.option("--longest", type=click.IntRange(16), default=1024, show_default=True, help="Longer side, in pixels.")
@MODELS
def pipeline(*, asked: str, image: Path, folder: Path, skip: tuple[str, ...], **settings: Any) -> None:
    """Run the proxies of PIPELINE, a .yaml or a darktable .xmp, on IMAGE, in darktable's order of modules.

    Writes result.png and result.pfm, and picture.pfm with a sidecar that darktable opens.
    """
    from dtbase.console import Console
    from dtproxies.pipeline.command import pipeline_command

    pipeline_command(Console(), asked, image, folder, skip=_names(skip), **settings)


def _names(given: tuple[str, ...]) -> list[str]:
    return [name.strip() for one in given for name in one.split(",") if name.strip()]


COMMANDS = (sweep, pipeline)
