"""Commands that build models: `setup`, `convert`, `validate`, `demo`, `package`, `run`, `clean`."""

from __future__ import annotations

from pathlib import Path

import click

from dtbase.terminal.console import Console
from dtmodels.command.selection import (
    AS_JSON,
    IDS,
    REQUIRED_IDS,
    open_catalogue,
    open_workspace,
    selected_models,
)

SEED = click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Initialise all weights from seed N instead of a checkpoint to download; such a model is never released.",
)


@click.command()
@IDS
@click.option("--pin", is_flag=True, help="Write missing sha256, bytes and Hub revisions into the cards.")
@click.pass_obj
def setup(root: Path, ids: tuple[str, ...], pin: bool) -> None:
    """Fetch and verify checkpoints.

    Without an ID: those of all models.
    """
    from dtmodels.stages.pin import pin_each
    from dtmodels.stages.setup import setup

    models, workspace = selected_models(root, ids), open_workspace(root)
    if pin:
        pin_each(models, workspace, Console())
        return
    for entry in models:
        for name, path in setup(entry, workspace, Console()).items():
            Console().say(f"{entry.card.id}: {name}: {path}")


@click.command()
@REQUIRED_IDS
@SEED
@click.option("--full", is_flag=True, help="Store all weights as float32; by default large tensors are float16.")
@click.pass_obj
def convert(root: Path, ids: tuple[str, ...], seed: int | None, full: bool) -> None:
    """Build the ONNX files and config.json."""
    from dtmodels.stages.convert import obtain_and_convert

    workspace = open_workspace(root)
    with workspace.locked():
        for entry in selected_models(root, ids):
            Console().say(str(obtain_and_convert(entry, workspace, Console(), seed=seed, full=full)))


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="ID|PATH...")
@click.option("--pin", is_flag=True, help="Store the output statistics as the model's golden data.")
@click.option(
    "--runtime",
    "version",
    default="",
    metavar="VERSION",
    help="Run the graphs in another ONNX Runtime, fetched with pip: three numbers, or oldest, darktable or newest.",
)
@AS_JSON
@click.pass_obj
def validate(root: Path, targets: tuple[str, ...], *, pin: bool, version: str, as_json: bool) -> int:
    """Test packages as darktable would use them.

    Takes ids of built models, and paths of .dtmodel files.
    """
    from dtmodels.stages.validate import validate_all

    return validate_all(root, targets, Console(), pin=pin, as_json=as_json, version=version)


@click.command()
@REQUIRED_IDS
@click.option(
    "--images",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="An image, or a directory of images, to use instead of the sample images; repeatable.",
)
@click.option(
    "--click",
    "clicks",
    multiple=True,
    nargs=2,
    type=click.FloatRange(0, 1),
    metavar="X Y",
    help="Position to click, brush or magnify on the images, from 0 0 (top left) to 1 1. Default: the centre.",
)
@click.option("--where-possible", is_flag=True, help="Skip tasks that have no demo or no sample image.")
@click.pass_obj
def demo(
    root: Path,
    ids: tuple[str, ...],
    images: tuple[Path, ...],
    clicks: tuple[tuple[float, ...], ...],
    where_possible: bool,
) -> None:
    """Write demo images and contact sheets.

    The images show the output of converted models.
    """
    from dtmodels.stages.demo import demo_each

    if clicks and not images:
        raise click.UsageError("--click requires --images; prompts of the sample images are in demo.yaml or the card")
    models, workspace = selected_models(root, ids), open_workspace(root)
    for path in demo_each(models, workspace, Console(), images, clicks, where_possible=where_possible):
        Console().say(str(path))


@click.command()
@REQUIRED_IDS
@click.option("--release", "for_release", is_flag=True, help="Fail for models that must not be published.")
@click.pass_obj
def package(root: Path, ids: tuple[str, ...], for_release: bool) -> None:
    """Pack converted models as .dtmodel files."""
    from dtmodels.stages.package import package, reject_seeded_weights

    workspace = open_workspace(root)
    for entry in selected_models(root, ids):
        if for_release:
            reject_seeded_weights(entry, workspace)
        Console().say(str(package(entry, workspace)))


@click.command("run")
@IDS
@click.option("--all", "everything", is_flag=True, help="Build every model of the repository.")
@SEED
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Models to build in parallel. Default: one for each CPU core, if each has 6 GB of memory.",
)
@click.option(
    "--draft-seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Same as --seed, but only for models with an unverified checkpoint.",
)
@click.pass_obj
def run_stages(
    root: Path, ids: tuple[str, ...], *, everything: bool, seed: int | None, draft_seed: int | None, jobs: int | None
) -> None:
    """Build models, from checkpoints to packages.

    Runs setup, convert, validate and package, and skips the stages whose result is up to date.
    """
    from dtmodels.stages.run import run_each

    if not ids and not everything:
        raise click.UsageError("name a model, or give --all")
    models, workspace = selected_models(root, ids), open_workspace(root)
    run_each(models, workspace, Console(), seed=seed, draft_seed=draft_seed, jobs=jobs)


@click.command()
@IDS
@click.pass_obj
def clean(root: Path, ids: tuple[str, ...]) -> None:
    """Remove built models and dist/.

    Downloads stay.
    """
    from dtmodels.stages.clean import clean

    known = [open_catalogue(root).get(model_id).card.id for model_id in ids]
    for directory in clean(open_workspace(root), known):
        Console().say(f"removed {directory}")


COMMANDS = (setup, convert, validate, demo, package, run_stages, clean)
