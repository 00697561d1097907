"""Commands about cards: `list`, `new`, `import`, `lint`, `explain`, `licence`, `rule`, `docs`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dtbase.terminal.console import Console
from dtmodels.command.selection import AS_JSON, open_catalogue, root_of_cards


@click.command("list")
@AS_JSON
@click.pass_obj
def list_models(root: Path, as_json: bool) -> None:
    """List the models of the repository."""
    from dtmodels.pages.list_command import list_models

    list_models(open_catalogue(root), Console(), as_json=as_json)


@click.command()
@click.argument("model_id", metavar="ID")
@click.option("--task", required=True, help="The task that darktable uses the model for, such as denoise.")
@click.pass_obj
def new(root: Path, model_id: str, task: str) -> None:
    """Write a draft card for a new model.

    The card marks each field that is still to be filled in. `new proxy-MODULE --task proxy` fills in all that the
    module's file and its weights in models/proxy-MODULE/ state.
    """
    from dtmodels.stages.new import new

    new(root, model_id, task, Console())


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
def import_card(path: Path) -> None:
    """Convert a card of another collection.

    FILE is a model.yaml of darktable-ai, a JSON entry of OpenModelDB, or the README.md of a model on the Hugging Face
    Hub. Prints the card: a remark at each value says where it stands in FILE; TODO marks what FILE does not state.
    """
    from dtmodels.importing.import_card import import_card

    imported = import_card(path)
    for note in imported.notes:
        Console().note(note)
    Console().say(imported.text.removesuffix("\n"))


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID|CARD]...")
@click.option("--select", multiple=True, metavar="RULE", help="Only this rule or rule family, such as LIC; repeatable.")
@click.option(
    "--profile",
    default="status",
    show_default=True,
    metavar="status|draft|strict|review|release",
    help="Strictness; 'status' uses the status of each card, so that drafts are checked as drafts.",
)
@click.option("--since", default="", metavar="REV", help="Require a new version of models that changed since REV.")
@click.option("--online", is_flag=True, help="Also check links, licences and files over the network.")
@click.option("--fix", is_flag=True, help="Apply all safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="Also apply fixes that need a review.")
@click.option("--format", "form", default="text", show_default=True, metavar="text|json|sarif|github|markdown")
@click.option("--json", "form", flag_value="json", help="Same as --format json.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to a file.")
@click.pass_context
def lint(context: click.Context, /, **request: Any) -> int:
    """Check cards against the lint rules.

    CARD is the path of a card.yaml, in this repository or anywhere else.
    """
    from dtmodels.lint.command import LintRequest, run

    return run(root_of_cards(context, request["ids"]), LintRequest(**request), Console())


@click.command()
@click.argument("name", metavar="ID|CARD")
@AS_JSON
@click.pass_context
def explain(context: click.Context, name: str, as_json: bool) -> None:
    """Explain the grade and classes of a model.

    Each reason names the lines of the card, and what would raise the grade or class.
    """
    from dtmodels.lint.explain_command import print_explanation

    print_explanation(root_of_cards(context, [name]), name, Console(), as_json=as_json)


@click.command()
@click.argument("rule_id", metavar="RULE")
def rule(rule_id: str) -> None:
    """Print the page of a lint rule.

    The page states what the rule requires, why, and how to fix a card.
    """
    from dtmodels.lint.registry import find_rule
    from dtmodels.lint.rule_page import rule_page

    Console().say(rule_page(find_rule(rule_id)))


@click.command()
@click.argument("expression", default="")
@click.option("--compare", is_flag=True, help="Compare the reviewed table with SPDX's list and OSADL's matrix.")
@click.option("--spdx", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="licenses.json of SPDX.")
@click.option("--osadl", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="OSADL's matrix as JSON.")
@AS_JSON
def licence(expression: str, compare: bool, spdx: Path | None, osadl: Path | None, as_json: bool) -> int:
    """Check a licence against GPL-3.0-or-later.

    EXPRESSION is an SPDX licence expression of weights. The output states whether these weights are compatible with a
    program under GPL-3.0-or-later, and why.
    """
    from dtmodels.licence import command

    if compare:
        return command.print_comparison(spdx, osadl, Console(), as_json=as_json)
    if not expression:
        raise click.UsageError('give an expression, such as "MIT AND CC-BY-4.0", or --compare')
    return command.print_verdict(expression, Console(), as_json=as_json)


@click.command()
@click.option("--check", is_flag=True, help="Only list stale pages; exit code 1 if there are any.")
@click.pass_obj
def docs(root: Path, check: bool) -> int:
    """Write all generated pages.

    These are README.md of each model, the tables in README.md and docs/collection.md, and docs/rules where it exists.
    """
    from dtmodels.lint.rule_pages import stale_pages
    from dtmodels.pages.generate import write_docs

    return write_docs(root, Console(), check=check, others=stale_pages(root))


COMMANDS = (list_models, new, import_card, lint, explain, licence, rule, docs)
