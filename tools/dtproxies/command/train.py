"""Commands that make the files of a proxy: `train` and `golden`."""

from __future__ import annotations

from pathlib import Path

import click

from dtproxies.command.options import IMAGES, PATH


@click.command()
@click.argument("module")
@click.option("--out", type=PATH, metavar="DIRECTORY", required=True, help="Write weights and training log into it.")
@click.option(
    "--seed", type=int, metavar="N", help="Seed for slider positions and crops.  [default: the recipe's seed]"
)
@IMAGES
def train(module: str, out: Path, seed: int | None, images: Path) -> None:
    """Train a proxy of MODULE.

    Fits its parameters to darktable's own renders. An interrupted training resumes when the command is run again.
    """
    from dtbase.terminal.console import Console
    from dtproxies.training.lbfgs import train_module

    train_module(Console(), module, out, images, seed=seed)


@click.command()
@click.argument("module")
@click.option("--out", type=PATH, metavar="FILE", required=True, help="Write this safetensors file.")
@IMAGES
def golden(module: str, out: Path, images: Path) -> None:
    """Render the golden file of MODULE.

    It holds small input and output images, with which a proxy is checked where darktable is not installed.
    """
    from dtproxies.evaluation.golden import golden_module

    golden_module(module, out, images)


COMMANDS = (train, golden)
