"""The command `dtproxies`: each command parses its words, calls one function, and leaves the rest to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import click

from dtbase.commands import Commands, run


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Train, test and use neural proxies: small networks that imitate darktable's own modules, sliders included."""


@commands.command()
@click.option("--install", is_flag=True, help="First install the supported darktable into .darktable/ (needs root).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(install: bool, as_json: bool) -> int:
    """Say which darktable is used, and prove that it works."""
    from dtbase.console import Console
    from dtproxies.darktable.doctor import report

    return report(Console(), install=install, as_json=as_json)


@commands.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def modules(name: str | None, as_json: bool) -> None:
    """List darktable's modules, or the sliders of the module NAME."""
    from dtbase.console import Console
    from dtproxies.darktable.describe import report
    from dtproxies.darktable.find import find

    report(Console(), find(), name, as_json=as_json)


@commands.command()
@click.argument("module")
@click.argument("image", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--set", "settings", multiple=True, metavar="SLIDER=VALUE", help="A slider that is not at its default.")
def render(module: str, image: Path, out: Path, settings: tuple[str, ...]) -> None:
    """Render IMAGE through darktable's MODULE and write OUT, a .png or a .pfm."""
    from dtproxies.darktable.find import find
    from dtproxies.darktable.picture import render_file
    from dtproxies.darktable.settings import parse

    render_file(find(), module, image, out, parse(settings))


IMAGES = click.option(
    "--images", type=click.Path(path_type=Path), default=Path("images/proxy"), help="Folder of photographs."
)
WEIGHTS = click.option("--weights", type=click.Path(path_type=Path), help="The proxy as `train` wrote it.")
ONNX = click.option("--onnx", type=click.Path(path_type=Path), help="The proxy as it is released.")


@commands.command()
@click.argument("module")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the weights and the log.")
@click.option("--seed", type=int, help="Of slider positions and crops; by default as the module's recipe says.")
@IMAGES
def train(module: str, out: Path, seed: int | None, images: Path) -> None:
    """Fit a proxy of MODULE to what darktable renders."""
    from dtbase.console import Console
    from dtproxies.fit import train_module

    train_module(Console(), module, out, images, seed=seed)


@commands.command()
@click.argument("module")
@WEIGHTS
@ONNX
@click.option("--pairs", type=click.IntRange(1), default=128, show_default=True, help="Pictures to judge it by.")
@click.option("--at-least", type=float, metavar="DB", help="Fail when the mean display PSNR is lower.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@IMAGES
def evaluate(module: str, as_json: bool, **settings: Any) -> int:
    """Hold a proxy of MODULE against darktable, on pictures and slider positions it was not fitted on."""
    from dtbase.console import Console
    from dtproxies.evaluate import evaluate_module

    return evaluate_module(Console(), module, as_json=as_json, **settings)


@commands.command()
@click.argument("module")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The safetensors file to write.")
@IMAGES
def golden(module: str, out: Path, images: Path) -> None:
    """Render small pictures through MODULE, to be kept beside a proxy and held against it without darktable."""
    from dtproxies.golden import golden_module

    golden_module(module, out, images)


@commands.command()
@click.argument("module")
@WEIGHTS
@ONNX
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The PNG to write.")
@click.option("--amplify", type=float, default=1000.0, show_default=True, help="Factor of the shown difference.")
@IMAGES
def picture(module: str, **settings: Any) -> None:
    """Draw what darktable and a proxy of MODULE make of some pictures, and where they differ."""
    from dtproxies.picture import picture_module

    picture_module(module, **settings)


def main() -> NoReturn:
    """Run the command line."""
    run(commands, "dtproxies")


if __name__ == "__main__":
    main()
