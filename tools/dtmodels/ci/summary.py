"""summary: a page about each built model, for the people who review the change."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from dtbase.terminal.console import Console
from dtbase.terminal.github_output import add_summary
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue
from dtmodels.ci.built_model import Built, Values
from dtmodels.ci.review_page import page


def summary(root: Path, ids: Sequence[str], console: Console, *, base: Path | None, released: Values | None) -> None:
    """Write a page about each model: for the runner where there is one, else to the console.

    A runner would obey lines of its log that look like commands, so there the log only names the models.

    Args:
        root: the model repository.
        ids: the models.
        console: where the pages go.
        base: another built repository to compare with; what it does not have is compared with nothing.
        released: the models of the last release's versions.json; None where nothing is known about one.

    Raises:
        WrongUsage: a model does not exist.
        Failure: a card or a file to compare with cannot be read.
    """
    catalogue, workspace = Catalogue.load(root), Workspace(root)
    for card in [catalogue.get(model_id).card for model_id in ids]:
        before = Built.read(card.id, Workspace(base)) if base else None
        text = page(root, card, Built.read(card.id, workspace), before=before, released=released)
        if os.environ.get("GITHUB_STEP_SUMMARY"):
            add_summary(f"{text}\n")
            console.say(f"{card.id}: told in the summary of this step")
        else:
            console.say(text)
