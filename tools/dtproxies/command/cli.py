"""The command `dtproxies`: each command parses its words, calls one function, and leaves the rest to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import click

from dtbase.terminal.cli_group import CommandGroup, run_cli
from dtproxies.command import apply


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Train, test and use neural proxies: small networks that imitate darktable's own modules, sliders included."""


@commands.command()
@click.option("--install", is_flag=True, help="First install the supported darktable into .darktable/ (needs root).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(install: bool, as_json: bool) -> int:
    """Say which darktable is used, and prove that it works."""
    from dtbase.terminal.console import Console
    from dtproxies.darktable.doctor import run_doctor

    return run_doctor(Console(), install=install, as_json=as_json)


@commands.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--measure", is_flag=True, help="First measure by rendering what --survey does not know, or NAME anew.")
@click.option(
    "--survey",
    "path",
    type=click.Path(path_type=Path),
    default=Path("docs/modules.json"),
    show_default=True,
    help="File of what was measured.",
)
def modules(name: str | None, as_json: bool, measure: bool, path: Path) -> None:
    """List darktable's modules, or the sliders of the module NAME: spaces, kind, reach, and whether sliders act."""
    from dtbase.terminal.console import Console
    from dtproxies.darktable.find import find
    from dtproxies.darktable.module_table import print_modules
    from dtproxies.survey.survey_file import read_survey, survey

    console, darktable = Console(), find()
    if measure:
        survey(console, darktable, path, name)
    print_modules(console, darktable, name, read_survey(path), as_json=as_json)


@commands.command()
@click.argument("module")
@click.argument("image", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--set", "settings", multiple=True, metavar="SLIDER=VALUE", help="A slider that is not at its default.")
def render(module: str, image: Path, out: Path, settings: tuple[str, ...]) -> None:
    """Render IMAGE through darktable's MODULE and write OUT, a .png or a .pfm."""
    from dtproxies.darktable.find import find
    from dtproxies.darktable.slider_arguments import parse_sliders
    from dtproxies.render.render_file import render_file

    render_file(find(), module, image, out, parse_sliders(settings))


IMAGES = click.option(
    "--images", type=click.Path(path_type=Path), default=Path("images/proxy"), help="Directory of photographs."
)
WEIGHTS = click.option("--weights", type=click.Path(path_type=Path), help="The proxy as `train` wrote it.")
ONNX = click.option("--onnx", type=click.Path(path_type=Path), help="The proxy as it is released.")


@commands.command()
@click.argument("module")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Directory for the weights and the log.")
@click.option("--seed", type=int, help="Of slider positions and crops; by default as the module's recipe says.")
@IMAGES
def train(module: str, out: Path, seed: int | None, images: Path) -> None:
    """Fit a proxy of MODULE to what darktable renders."""
    from dtbase.terminal.console import Console
    from dtproxies.training.lbfgs import train_module

    train_module(Console(), module, out, images, seed=seed)


@commands.command()
@click.argument("module", required=False)
@WEIGHTS
@ONNX
@click.option("--write", is_flag=True, help="Keep the figures beside --weights, and write them into card and report.")
@click.option("--all", "everything", is_flag=True, help="Every proxy in --models, with --write; kept figures stay.")
@click.option("--models", type=click.Path(path_type=Path), default=Path("models"), help="Directory of models.")
@click.option("--any-code", is_flag=True, help="With --all, let figures hold although code has changed since.")
@click.option("--table", type=click.Path(path_type=Path), help="With --all, write the table as this Markdown page.")
@click.option("--pairs", type=click.IntRange(1), help="Pictures to judge it by; 128, or as many as were kept.")
@click.option("--pictures", type=click.Path(path_type=Path), help="Directory for a contact sheet of each proxy.")
@click.option("--at-least", type=float, metavar="DB", help="Fail when the mean display PSNR is lower.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@IMAGES
def evaluate(
    module: str | None,
    *,
    weights: Path | None,
    onnx: Path | None,
    write: bool,
    everything: bool,
    models: Path,
    any_code: bool,
    table: Path | None,
    at_least: float | None,
    **given: Any,
) -> int:
    """Hold a proxy of MODULE against darktable, on images and slider positions it was not fitted on."""
    from dtbase.system.errors import WrongUsage
    from dtbase.terminal.console import Console
    from dtproxies.evaluation.command import EvaluateOptions, evaluate_all, evaluate_module

    if everything == bool(module):
        raise WrongUsage("one module has to be named, or --all", fix="dtproxies evaluate MODULE --weights FILE")
    asked = EvaluateOptions(**given)
    if module:
        return evaluate_module(Console(), module, asked, weights=weights, onnx=onnx, at_least=at_least, write=write)
    return evaluate_all(Console(), models, asked, table=table, any_code=any_code)


@commands.command()
@click.argument("module")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The safetensors file to write.")
@IMAGES
def golden(module: str, out: Path, images: Path) -> None:
    """Render small images through MODULE, to be kept beside a proxy and held against it without darktable."""
    from dtproxies.evaluation.golden import golden_module

    golden_module(module, out, images)


@commands.command()
@click.argument("module")
@WEIGHTS
@ONNX
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The PNG to write.")
@click.option("--amplify", type=float, help="Factor of the shown difference; by default one that shows it well.")
@IMAGES
def picture(module: str, **settings: Any) -> None:
    """Draw what darktable and a proxy of MODULE make of some images, and where they differ."""
    from dtproxies.evaluation.comparison_sheet import draw_comparison

    draw_comparison(module, **settings)


for command in apply.COMMANDS:
    commands.add_command(command)


def main() -> NoReturn:
    """Run the command line."""
    run_cli(commands, "dtproxies")


if __name__ == "__main__":
    main()
