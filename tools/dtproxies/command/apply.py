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
    help="Directory with proxy-<module>/weights.safetensors of each module.",
)
OUT = click.option(
    "--out", "directory", type=click.Path(path_type=Path), required=True, help="Directory to write into."
)


@click.command()
@click.argument("target", metavar="MODULE.SLIDER")
@click.argument("image", type=click.Path(path_type=Path))
@OUT
@click.option("-n", "count", type=click.IntRange(2), default=33, show_default=True, help="Values of the slider.")
@click.option("--from", "low", type=float, help="First value; by default the low end of the slider.")
@click.option("--to", "high", type=float, help="Last value; by default the high end of the slider.")
@click.option("--set", "settings", multiple=True, metavar="SLIDER=VALUE", help="Another slider, not at its default.")
@click.option("--longest", type=click.IntRange(16), default=512, show_default=True, help="Longer side, in pixels.")
@click.option("--amplify", type=float, help="Factor of the shown difference; by default one that shows it well.")
@click.option("--onnx", type=click.Path(path_type=Path), help="The proxy as it is released, instead of its weights.")
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
    """Move one slider across its range: darktable and proxy side by side, as images, video and error curve."""
    from dtbase.terminal.console import Console
    from dtproxies.darktable.slider_arguments import parse_sliders
    from dtproxies.proxy.weight_files import weights_of
    from dtproxies.render.session import runner
    from dtproxies.sweep.command import sweep_command, track

    asked = track(target, count, low, high, parse_sliders(settings))
    run = runner(asked.definition, None if onnx else weights_of(asked.definition.module.name, models), onnx)
    sweep_command(Console(), asked, run, image, directory, longest=longest, amplify=amplify)


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
def pipeline(*, asked: str, image: Path, directory: Path, skip: tuple[str, ...], **settings: Any) -> None:
    """Run the proxies of PIPELINE, a .yaml or a darktable .xmp, on IMAGE, in darktable's order of modules.

    Writes result.png and result.pfm, and picture.pfm with a sidecar that darktable opens.
    """
    from dtbase.terminal.console import Console
    from dtproxies.pipeline.command import pipeline_command

    pipeline_command(Console(), asked, image, directory, skip=_names(skip), **settings)


@click.command()
@click.argument("asked", metavar="PIPELINE")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@OUT
@SKIP
@click.option("--truth", metavar="PIPELINE", help="The true sliders, where they are known: tells how far off it is.")
@click.option("--starts", type=click.IntRange(1), default=4, show_default=True, help="Descents from different places.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the places to start from.")
@click.option("--side", type=click.IntRange(16), default=192, show_default=True, help="Of the part searched with.")
@click.option("--animate", is_flag=True, help="Also write frames and a video of the search.")
@click.option("--at-least", type=float, metavar="DB", help="Fail when darktable's image is farther off than this.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@MODELS
def regress(
    *,
    asked: str,
    before: Path,
    after: Path,
    directory: Path,
    skip: tuple[str, ...],
    starts: int,
    seed: int,
    **given: Any,
) -> int:
    """Find the sliders with which PIPELINE turns the image BEFORE into AFTER, and prove them in darktable.

    PIPELINE is the name of a module (all its sliders are searched), a .yaml (those it calls free), or a darktable .xmp
    (all of its modules' sliders). Writes the image with a sidecar that darktable opens, found.json, convergence.png,
    and darktable's image beside the wanted one.
    """
    from dtbase.terminal.console import Console
    from dtproxies.regress.command import regress_command
    from dtproxies.regress.search import Settings

    settings = Settings(starts=starts, seed=seed)
    return regress_command(Console(), asked, before, after, directory, skip=_names(skip), settings=settings, **given)


def _names(given: tuple[str, ...]) -> list[str]:
    return [name.strip() for one in given for name in one.split(",") if name.strip()]


COMMANDS = (sweep, pipeline, regress)
