"""summary: a page about each built model, for the people who review the change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dtbase.console import Console
from dtbase.runner import add_summary
from dtmodels.catalogue import Catalogue
from dtmodels.ci.built import Built, read_base, read_released
from dtmodels.ci.page import page
from dtmodels.workspace import Workspace


def summary(root: Path, ids: Sequence[str], console: Console, *, base: Path | None, released: Path | None) -> None:
    """Print a page about each model, and hand it to the runner.

    Args:
        root: the model repository.
        ids: the models.
        console: where the pages go.
        base: another built repository, or its output, to compare with.
        released: versions.json of the last release.

    Raises:
        WrongUsage: a model does not exist.
        Failure: a card or a file to compare with cannot be read.
    """
    catalogue, workspace = Catalogue.load(root), Workspace(root)
    last = read_released(released)
    for card in [catalogue.get(model_id).card for model_id in ids]:
        built, before = Built.read(card.id, workspace), read_base(base, card.id)
        text = page(root, card, built, before=before, released=last)
        console.say(text)
        add_summary(f"{text}\n")
