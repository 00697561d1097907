"""The `dtmodels` command: parse, call one function, report. All work is done elsewhere, imported when needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from dtbase.commands import Commands, run
from dtbase.console import Console

if TYPE_CHECKING:
    from dtmodels.catalogue import Catalogue, Entry
    from dtmodels.workspace import Workspace


SEED = click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Make up weights from N where a checkpoint would have to be downloaded; such a model is never released.",
)


def main() -> NoReturn:
    """Run the `dtmodels` command."""
    run(cli, "dtmodels")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=".",
    show_default="current folder",
    help="The model repository.",
)
@click.version_option(package_name="dtmodels")
@click.pass_context
def cli(context: click.Context, root: Path) -> None:
    """Build and release AI models for darktable.

    Exit codes: 0 fine, 1 findings or a failed check, 2 wrong usage, 3 nothing to do, 4 a bug.
    """
    context.obj = root.resolve()


@cli.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def list_models(root: Path, as_json: bool) -> None:
    """List the models of the repository."""
    from dtmodels.listing import list_models

    list_models(_catalogue(root), Console(), as_json=as_json)


@cli.command()
@click.argument("model_id", metavar="ID")
@click.option("--task", required=True, help="darktable's slot for the model, for example denoise.")
@click.pass_obj
def new(root: Path, model_id: str, task: str) -> None:
    """Write a card for a new model and say what to fill in."""
    from dtmodels.stages.new import new

    new(root, model_id, task, Console())


@cli.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--select", multiple=True, metavar="RULE", help="Only these rules.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def lint(root: Path, ids: tuple[str, ...], select: tuple[str, ...], as_json: bool) -> int:
    """Hold the cards against the rules of the collection."""
    from dtmodels.lint.report import lint_and_report

    return lint_and_report(root, ids, select, Console(), as_json=as_json)


@cli.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.pass_obj
def setup(root: Path, ids: tuple[str, ...]) -> None:
    """Fetch and verify the checkpoints of models (all when none is named)."""
    from dtmodels.stages.setup import setup

    for entry in _chosen(root, ids):
        for name, path in setup(entry, _workspace(root), Console()).items():
            Console().say(f"{entry.card.id}: {name}: {path}")


@cli.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@SEED
@click.option("--full", is_flag=True, help="Store all weights as float32, not large ones as float16.")
@click.pass_obj
def convert(root: Path, ids: tuple[str, ...], seed: int | None, full: bool) -> None:
    """Build the ONNX files and config.json of models."""
    from dtmodels.stages.convert import obtain_and_convert

    workspace = _workspace(root)
    with workspace.locked():
        for entry in _chosen(root, ids):
            Console().say(str(obtain_and_convert(entry, workspace, Console(), seed=seed, full=full)))


@cli.command()
@click.argument("targets", nargs=-1, required=True, metavar="ID|PATH...")
@click.option("--pin", is_flag=True, help="Store the output statistics as the golden ones of the model.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def validate(root: Path, targets: tuple[str, ...], pin: bool, as_json: bool) -> int:
    """Do with built models or .dtmodel files what darktable would do with them."""
    from dtmodels.stages.validate import validate_all

    return validate_all(root, targets, Console(), pin=pin, as_json=as_json)


@cli.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.pass_obj
def demo(root: Path, ids: tuple[str, ...]) -> None:
    """Write pictures that show what built models do."""
    from dtmodels.stages.demo import demo

    for entry in _chosen(root, ids):
        for picture in demo(entry, _workspace(root), Console()):
            Console().say(str(picture))


@cli.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--release", "for_release", is_flag=True, help="Refuse what must not be published.")
@click.pass_obj
def package(root: Path, ids: tuple[str, ...], for_release: bool) -> None:
    """Pack converted models as .dtmodel files."""
    from dtmodels.stages.package import package, require_real

    for entry in _chosen(root, ids):
        if for_release:
            require_real(entry, _workspace(root))
        Console().say(str(package(entry, _workspace(root))))


@cli.command("run")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Every model of the repository.")
@SEED
@click.pass_obj
def run_stages(root: Path, ids: tuple[str, ...], everything: bool, seed: int | None) -> None:
    """Set up, convert, validate and package models, doing only what is not done yet."""
    from dtmodels.stages.run import run_each

    if not ids and not everything:
        raise click.UsageError("name a model, or give --all")
    run_each(_chosen(root, ids), _workspace(root), Console(), seed=seed)


@cli.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.pass_obj
def release(root: Path, ids: tuple[str, ...]) -> None:
    """Lint all cards, build models and write dist/ as a release would publish it.

    Without an ID: every released model whose checkpoints come with the repository.
    """
    from dtmodels.lint.engine import require_clean
    from dtmodels.stages.release import release

    _chosen(root, ids)
    require_clean(root, Console())
    release(root, ids, Console())


@cli.command()
@click.option("--serve", metavar="X.Y.Z=TAG", help="Enter a darktable version into releases-index.json.")
@click.pass_obj
def index(root: Path, serve: str | None) -> None:
    """Write versions.json and SHA256SUMS of dist/, or enter a darktable version into releases-index.json."""
    from dtmodels.stages import index as stage

    if serve:
        darktable, _, tag = serve.partition("=")
        Console().say(str(stage.serve(root, darktable, tag)))
    else:
        stage.index(_workspace(root).dist)
        Console().say(str(_workspace(root).dist / "versions.json"))


@cli.command()
@click.option("--check", is_flag=True, help="Only say what is stale; exit code 1 if anything is.")
@click.pass_obj
def docs(root: Path, check: bool) -> int:
    """Write what is generated from the cards: each model's README.md and the table in README.md."""
    from dtmodels.docs import write_docs

    return write_docs(root, Console(), check=check)


@cli.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.pass_obj
def clean(root: Path, ids: tuple[str, ...]) -> None:
    """Remove what can be made again: built models and dist/. Downloads stay."""
    from dtmodels.stages.clean import clean

    known = [_catalogue(root).get(model_id).card.id for model_id in ids]
    for folder in clean(_workspace(root), known):
        Console().say(f"removed {folder}")


def _catalogue(root: Path) -> Catalogue:
    from dtmodels.catalogue import Catalogue

    return Catalogue.load(root)


def _workspace(root: Path) -> Workspace:
    from dtmodels.workspace import Workspace

    return Workspace(root)


def _chosen(root: Path, ids: tuple[str, ...]) -> list[Entry]:
    catalogue = _catalogue(root)
    return [catalogue.get(model_id) for model_id in ids] if ids else list(catalogue.entries)
