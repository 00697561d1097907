"""Commands for those who use trained proxies: sweep a slider, chain modules, find sliders."""

from __future__ import annotations

from pathlib import Path

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


COMMANDS = (sweep,)
