"""Commands about darktable itself: `doctor`, `modules` and `render`."""

from __future__ import annotations

from pathlib import Path

import click

from dtbase.system.errors import WrongUsage
from dtbase.system.shipped_files import here_or_shipped, is_installed_copy
from dtproxies.command.options import JSON, PATH, SETTINGS


@click.command()
@click.option("--install", is_flag=True, help="First install the supported darktable into .darktable/ (needs root).")
@JSON
def doctor(install: bool, as_json: bool) -> int:
    """Check that darktable is installed and works.

    Prints its location and version, and renders one image as a test.
    """
    from dtbase.terminal.console import Console
    from dtproxies.darktable.doctor import run_doctor

    return run_doctor(Console(), install=install, as_json=as_json)


@click.command()
@click.argument("name", metavar="[MODULE]", required=False)
@JSON
@click.option("--measure", is_flag=True, help="First measure MODULE, or each module that the survey file lacks.")
@click.option(
    "--survey",
    "path",
    type=PATH,
    metavar="FILE",
    default=lambda: here_or_shipped("docs/modules.json"),
    show_default="docs/modules.json here, else as installed",
    help="Read and write measured properties in this file.",
)
@click.option(
    "--layouts",
    type=PATH,
    metavar="FILE",
    help="Write parameter structs, names and orders to FILE, for programs without darktable.",
)
def modules(name: str | None, as_json: bool, measure: bool, path: Path, layouts: Path | None) -> None:
    """List darktable's modules or their sliders.

    Prints for each module its colour spaces, kind, receptive-field radius in pixels, and how many sliders have an
    effect; for one MODULE its sliders with types, defaults and ranges.
    """
    if measure and is_installed_copy(path):
        raise WrongUsage("--measure needs a survey file to write", where=str(path), fix="name one with --survey FILE")

    from dtbase.terminal.console import Console
    from dtproxies.darktable.find import find
    from dtproxies.darktable.module_table import print_modules
    from dtproxies.survey.layouts_file import write_layouts
    from dtproxies.survey.survey_file import read_survey, survey

    console, darktable = Console(), find()
    if layouts:
        write_layouts(darktable, layouts)
        console.say(f"written: {layouts}")
        return
    if measure:
        survey(console, darktable, path, name)
    print_modules(console, darktable, name, read_survey(path), as_json=as_json)


@click.command()
@click.argument("module")
@click.argument("image", type=PATH)
@click.argument("out", type=PATH)
@SETTINGS
def render(module: str, image: Path, out: Path, settings: tuple[str, ...]) -> None:
    """Render IMAGE through darktable's MODULE.

    Writes OUT, a .png or a .pfm.
    """
    from dtbase.terminal.console import Console
    from dtproxies.darktable.find import find
    from dtproxies.darktable.slider_arguments import parse_sliders
    from dtproxies.render.render_file import render_file

    render_file(find(), module, image, out, parse_sliders(settings), note=Console().note)


COMMANDS = (doctor, modules, render)
