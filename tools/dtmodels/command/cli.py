"""The `dtmodels` command: parse, call one function, report. All work is done elsewhere, imported when needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from dtbase.terminal.cli_group import Commands, run
from dtbase.terminal.console import Console
from dtmodels.command import ci as ci_commands
from dtmodels.command import release as release_commands

if TYPE_CHECKING:
    from dtmodels.build.workspace import Workspace
    from dtmodels.card.catalogue import Catalogue, Entry


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
    show_default="current directory",
    help="The model repository.",
)
@click.version_option(package_name="dtmodels")
@click.pass_context
def cli(context: click.Context, root: Path) -> None:
    """Build and release AI models for darktable.

    Exit codes: 0 fine, 1 findings or a failed check, 2 wrong usage, 3 nothing to do, 4 a bug.
    """
    context.obj = root.resolve()


for command in (*ci_commands.COMMANDS, *release_commands.COMMANDS):
    cli.add_command(command)


@cli.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def list_models(root: Path, as_json: bool) -> None:
    """List the models of the repository."""
    from dtmodels.pages.list_command import list_models

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
@click.argument("ids", nargs=-1, metavar="[ID|CARD]...")
@click.option(
    "--select", multiple=True, metavar="RULE", help="Only this rule or family, such as LIC; may be given again."
)
@click.option(
    "--profile",
    default="status",
    show_default=True,
    metavar="status|draft|strict|review|release",
    help="How strictly; 'status' judges each card by its own, drafts as draft.",
)
@click.option("--since", default="", metavar="REV", help="Models that changed since a git revision need a new version.")
@click.option("--online", is_flag=True, help="Ask the network too: links, licences and files at their source.")
@click.option("--fix", is_flag=True, help="Correct what can be corrected without a doubt.")
@click.option("--unsafe-fixes", is_flag=True, help="Correct what needs a second look, too.")
@click.option("--format", "form", default="text", show_default=True, metavar="text|json|sarif|github|markdown")
@click.option("--json", "form", flag_value="json", help="For programs: --format json.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to a file.")
@click.pass_obj
def lint(root: Path, /, **request: Any) -> int:
    """Hold the cards against the rules of the collection."""
    from dtmodels.lint.command import LintRequest, run

    return run(root, LintRequest(**request), Console())


@cli.command("import")
@click.argument("path", type=click.Path(path_type=Path), metavar="MODEL.YAML")
def import_card(path: Path) -> None:
    """Print a model.yaml of darktable-ai's format as a card of this one; what it does not say is left to fill in."""
    from dtmodels.stages.import_card import import_card

    Console().say(import_card(path).removesuffix("\n"))


@cli.command()
@click.argument("model_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def explain(root: Path, model_id: str, as_json: bool) -> None:
    """Show why a model has its grade and classes, with the lines of its card, and what would raise them."""
    from dtmodels.lint.explain_command import print_explanation

    print_explanation(root, model_id, Console(), as_json=as_json)


@cli.command()
@click.argument("rule_id", metavar="RULE")
def rule(rule_id: str) -> None:
    """Print the page of a lint rule: what it asks for, why, and how to correct a card."""
    from dtmodels.lint.registry import find_rule
    from dtmodels.lint.rule_page import rule_page

    Console().say(rule_page(find_rule(rule_id)))


@cli.command()
@click.argument("expression", default="")
@click.option("--compare", is_flag=True, help="Hold the reviewed table against SPDX's list and OSADL's matrix.")
@click.option("--spdx", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="licenses.json of SPDX.")
@click.option("--osadl", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="OSADL's matrix as JSON.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def licence(expression: str, compare: bool, spdx: Path | None, osadl: Path | None, as_json: bool) -> int:
    """Say whether weights under an SPDX licence expression may go with a program under GPL-3.0-or-later, and why."""
    from dtmodels.licence import command

    if compare:
        return command.print_comparison(spdx, osadl, Console(), as_json=as_json)
    if not expression:
        raise click.UsageError('give an expression, such as "MIT AND CC-BY-4.0", or --compare')
    return command.print_verdict(expression, Console(), as_json=as_json)


@cli.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--pin", is_flag=True, help="Fill in the card what is not known yet: sha256, bytes, revision on the Hub.")
@click.pass_obj
def setup(root: Path, ids: tuple[str, ...], pin: bool) -> None:
    """Fetch and verify the checkpoints of models (all when none is named)."""
    from dtmodels.stages.pin import pin_each
    from dtmodels.stages.setup import setup

    if pin:
        pin_each(_chosen(root, ids), _workspace(root), Console())
        return
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
@click.option(
    "--images",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="An image of your own, or a directory of them, instead of the sample images; may be given again.",
)
@click.option(
    "--click",
    "clicks",
    multiple=True,
    nargs=2,
    type=click.FloatRange(0, 1),
    metavar="X Y",
    help="Where to click, brush or look closer on your own images, from 0 0 (top left) to 1 1; the middle otherwise.",
)
@click.option("--where-possible", is_flag=True, help="Go on past a task that has no demo, or no sample image.")
@click.pass_obj
def demo(
    root: Path,
    ids: tuple[str, ...],
    images: tuple[Path, ...],
    clicks: tuple[tuple[float, ...], ...],
    where_possible: bool,
) -> None:
    """Write images that show what converted models do, and a contact sheet of each."""
    from dtmodels.stages.demo import demo_each

    if clicks and not images:
        raise click.UsageError("--click goes with --images; those of the sample images stand in demo.yaml or the card")
    chosen, workspace = _chosen(root, ids), _workspace(root)
    for picture in demo_each(chosen, workspace, Console(), images, clicks, where_possible=where_possible):
        Console().say(str(picture))


@cli.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--release", "for_release", is_flag=True, help="Refuse what must not be published.")
@click.pass_obj
def package(root: Path, ids: tuple[str, ...], for_release: bool) -> None:
    """Pack converted models as .dtmodel files."""
    from dtmodels.stages.package import package, reject_seeded_weights

    for entry in _chosen(root, ids):
        if for_release:
            reject_seeded_weights(entry, _workspace(root))
        Console().say(str(package(entry, _workspace(root))))


@cli.command("run")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Every model of the repository.")
@SEED
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Models to build at a time; as many as fit when left out: one for each processor and 6 GB of memory.",
)
@click.option(
    "--draft-seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="As --seed, for models alone that have a checkpoint nobody has verified.",
)
@click.pass_obj
def run_stages(
    root: Path, ids: tuple[str, ...], *, everything: bool, seed: int | None, draft_seed: int | None, jobs: int | None
) -> None:
    """Set up, convert, validate and package models, doing only what is not done yet."""
    from dtmodels.stages.run import run_each

    if not ids and not everything:
        raise click.UsageError("name a model, or give --all")
    run_each(_chosen(root, ids), _workspace(root), Console(), seed=seed, draft_seed=draft_seed, jobs=jobs)


@cli.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.pass_obj
def release(root: Path, ids: tuple[str, ...]) -> None:
    """Lint all cards, build models and write dist/ as a release would publish it.

    Without an ID: every released model whose checkpoints come with the repository.
    """
    from dtmodels.lint.release_check import require_no_errors
    from dtmodels.stages.release import release

    _chosen(root, ids)
    require_no_errors(root, Console())
    release(root, ids, Console())


@cli.command()
@click.option("--check", is_flag=True, help="Only say what is stale; exit code 1 if anything is.")
@click.pass_obj
def docs(root: Path, check: bool) -> int:
    """Write what is generated: each model's README.md, the table in README.md, and docs/rules where it exists."""
    from dtmodels.lint.rule_pages import stale_pages
    from dtmodels.pages.generate import write_docs

    return write_docs(root, Console(), check=check, others=stale_pages(root))


@cli.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.pass_obj
def clean(root: Path, ids: tuple[str, ...]) -> None:
    """Remove what can be made again: built models and dist/. Downloads stay."""
    from dtmodels.stages.clean import clean

    known = [_catalogue(root).get(model_id).card.id for model_id in ids]
    for directory in clean(_workspace(root), known):
        Console().say(f"removed {directory}")


def _catalogue(root: Path) -> Catalogue:
    from dtmodels.card.catalogue import Catalogue

    return Catalogue.load(root)


def _workspace(root: Path) -> Workspace:
    from dtmodels.build.workspace import Workspace

    return Workspace(root)


def _chosen(root: Path, ids: tuple[str, ...]) -> list[Entry]:
    catalogue = _catalogue(root)
    return [catalogue.get(model_id) for model_id in ids] if ids else list(catalogue.entries)
