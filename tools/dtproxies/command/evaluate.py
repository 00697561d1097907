"""Commands that compare proxies with darktable: `evaluate` and `draw`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dtproxies.command.options import AMPLIFY, IMAGES, JSON, MODELS, ONNX, PATH, WEIGHTS


@click.command()
@click.argument("module", metavar="[MODULE]", required=False)
@WEIGHTS
@ONNX
@click.option("--write", is_flag=True, help="Store the results next to --weights, and write card and REPORT.md.")
@click.option("--all", "everything", is_flag=True, help="Evaluate all of --models with --write, if out of date.")
@MODELS
@click.option("--stored", is_flag=True, help="With --all: write card, report and table from stored results only.")
@click.option("--any-code", is_flag=True, help="With --all: accept stored results of changed code.")
@click.option("--table", type=PATH, metavar="FILE", help="With --all: write the table as this Markdown page.")
@click.option(
    "--pairs",
    type=click.IntRange(1),
    metavar="N",
    help="Number of evaluated image pairs.  [default: as stored, else 128]",
)
@click.option(
    "--sheets",
    type=PATH,
    metavar="DIRECTORY",
    help="Draw a contact sheet of each proxy into this directory.",
)
@click.option("--pictures", "old_sheets", type=PATH, hidden=True, help="Old name of --sheets.")
@click.option("--at-least", type=float, metavar="DB", help="Exit with 1 when the mean PSNR is below DB.")
@JSON
@IMAGES
def evaluate(
    module: str | None,
    *,
    weights: Path | None,
    onnx: Path | None,
    write: bool,
    everything: bool,
    models: Path,
    stored: bool,
    any_code: bool,
    table: Path | None,
    at_least: float | None,
    old_sheets: Path | None,
    **options: Any,
) -> int:
    """Compare a proxy of MODULE with darktable.

    Uses images and slider positions that the proxy was not trained on. `--all --stored` needs no darktable.
    """
    from dtbase.system.errors import WrongUsage
    from dtbase.terminal.console import Console

    if everything == bool(module):
        raise WrongUsage("give one MODULE, or --all", fix="dtproxies evaluate MODULE --weights FILE")
    if stored and not everything:
        raise WrongUsage("--stored needs --all", fix="dtproxies evaluate --all --stored")
    _check_writable(models if everything else weights if write else None)
    if old_sheets:
        click.echo("note: --pictures is now --sheets; the old name will be removed", err=True)
        options["sheets"] = old_sheets
    from dtproxies.evaluation.command import EvaluateOptions, evaluate_all, evaluate_module
    from dtproxies.evaluation.documents import rewrite_all

    evaluation = EvaluateOptions(**options)
    if stored:
        return rewrite_all(Console(), models, table=table, as_json=evaluation.as_json)
    if module:
        return evaluate_module(
            Console(), module, evaluation, weights=weights, onnx=onnx, at_least=at_least, write=write
        )
    return evaluate_all(Console(), models, evaluation, table=table, any_code=any_code)


def _check_writable(target: Path | None) -> None:
    from dtbase.system.errors import WrongUsage
    from dtbase.system.shipped_files import is_installed_copy

    if target and is_installed_copy(target):
        what = "results are stored next to the weights, and these belong to the installed package"
        raise WrongUsage(what, where=str(target), fix="run it in a clone, or name others: --models or --weights")


DRAW = (
    click.argument("module"),
    WEIGHTS,
    ONNX,
    click.option("--out", type=PATH, metavar="FILE", required=True, help="Write this PNG."),
    AMPLIFY,
    IMAGES,
)


def _draw(module: str, **options: Any) -> None:
    """Draw darktable, proxy and difference.

    Writes a contact sheet of four images at different slider positions.
    """
    from dtproxies.evaluation.comparison_sheet import draw_comparison

    draw_comparison(module, **options)


def _draw_by_old_name(module: str, **options: Any) -> None:
    """Draw darktable, proxy and difference.

    Old name of `draw`.
    """
    click.echo("note: `dtproxies picture` is now `dtproxies draw`; the old name will be removed", err=True)
    _draw(module, **options)


def _command(name: str, function: Any, *, hidden: bool = False) -> click.Command:
    for decorate in reversed(DRAW):
        function = decorate(function)
    return click.command(name, hidden=hidden)(function)


COMMANDS = (evaluate, _command("draw", _draw), _command("picture", _draw_by_old_name, hidden=True))
