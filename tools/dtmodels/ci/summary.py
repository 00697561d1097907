"""summary: a page about each built model, for the reviewers of a change."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from dtbase.terminal.console import Console
from dtbase.terminal.github_output import add_summary
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue
from dtmodels.ci.built_model import BuiltModel, Values
from dtmodels.ci.review_page import page


def summary(root: Path, ids: Sequence[str], console: Console, *, base: Path | None, released: Values | None) -> None:
    """Write a page about each model: into the step summary on a runner, else to the console.

    A runner executes lines of its log that look like commands, so the log only names the models.

    Args:
        root: the model repository.
        ids: the models.
        console: output for the pages.
        base: another built repository to compare with; models that it does not have are not compared.
        released: the models of the last release's versions.json; None if it was not requested.

    Raises:
        WrongUsage: a model does not exist.
        Failure: a card, or a file to compare with, cannot be read.
    """
    for model_id in ids:
        text = model_summary(root, model_id, base=base, released=released)
        if os.environ.get("GITHUB_STEP_SUMMARY"):
            add_summary(f"{text}\n")
            console.say(f"{model_id}: written to the summary of this step")
        else:
            console.say(text)


def model_summary(root: Path, model_id: str, *, base: Path | None = None, released: Values | None = None) -> str:
    """The review page of one built model; see `summary`."""
    card = Catalogue.load(root).get(model_id).card
    before = BuiltModel.read(card.id, Workspace(base)) if base else None
    return page(root, card, BuiltModel.read(card.id, Workspace(root)), before=before, released=released)
