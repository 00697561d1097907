"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from dtbase.system.shipped_files import here_or_shipped
from dtproxies.proxy.weight_files import default_directory

PATH = click.Path(path_type=Path)

IMAGES = click.option(
    "--images",
    type=PATH,
    metavar="DIRECTORY",
    default=lambda: here_or_shipped("images/proxy"),
    show_default="images/proxy here, else as installed",
    help="Read the photographs from this directory.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
LONGEST_HELP = "Scale the image to this length of its longer side, in pixels."
MODELS = click.option(
    "--models",
    type=PATH,
    metavar="DIRECTORY",
    default=default_directory,
    show_default="models here, else as installed",
    help="Read proxy-<module>/weights.safetensors from this directory.",
)
ONNX = click.option("--onnx", type=PATH, metavar="FILE", help="Use this released ONNX graph as the proxy.")
OUT = click.option("--out", "directory", type=PATH, metavar="DIRECTORY", required=True, help="Write into it.")
SETTINGS = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="SLIDER=VALUE",
    help="Set a slider; others stay at their defaults. May be repeated.",
)
SKIP = click.option(
    "--skip", multiple=True, metavar="MODULE,MODULE", help="Leave out these modules of the pipeline. May be repeated."
)
WEIGHTS = click.option("--weights", type=PATH, metavar="FILE", help="Use these weights, as `train` writes them.")
AMPLIFY = click.option(
    "--amplify",
    type=float,
    metavar="FACTOR",
    help="Multiply the drawn difference by this factor.  [default: a power of ten that fits]",
)


def split_names(values: tuple[str, ...]) -> list[str]:
    """Return the names in comma-separated values of a repeated option."""
    return [name.strip() for value in values for name in value.split(",") if name.strip()]
