"""list: the models of a repository, one line each."""

from __future__ import annotations

from dtbase.system.errors import NothingToDo
from dtbase.system.files import json_text
from dtbase.terminal.console import Console
from dtmodels.card.catalogue import Catalogue
from dtmodels.openness.grade import grade
from dtmodels.openness.inheritance import with_inherited


def list_models(catalogue: Catalogue, console: Console, *, as_json: bool) -> None:
    """Print each model with its version, task, status, grade and licence, and each broken card with its problem.

    Raises:
        NothingToDo: there is no model.
    """
    if not catalogue.entries and not catalogue.broken:
        raise NothingToDo("no models here", where=str(catalogue.root), fix="dtmodels new <id> --task <task>")
    columns = ["id", "version", "task", "status", "grade", "licence"]
    rows = [
        [
            card.id,
            card.version,
            card.task,
            card.status,
            grade(with_inherited(card, catalogue.root / "models")),
            card.license.weights,
        ]
        for card in (entry.card for entry in catalogue.entries)
    ]
    if as_json:
        models = [dict(zip(columns, row, strict=True)) for row in rows]
        console.say(json_text({"models": models, "broken": dict(catalogue.broken)}).rstrip())
        return
    console.table(columns, rows)
    for model_id, reason in catalogue.broken.items():
        console.say(f"{model_id}: card cannot be read: {reason}")
