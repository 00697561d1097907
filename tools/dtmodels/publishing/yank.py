"""yank: take a model back. The card says so with a reason, and the next release leaves the model out."""

from __future__ import annotations

from pathlib import Path

from dtbase.errors import Failure, WrongUsage
from dtbase.files import write_bytes
from dtmodels.card_edits import Edit, apply, edit, quoted
from dtmodels.card_reader import read
from dtmodels.catalogue import CARD, Catalogue
from dtmodels.yaml_document import Change


def yank(root: Path, model_id: str, reason: str) -> Path:
    """Set `status: yanked` and the reason in a card; all else in it keeps its bytes.

    Nothing published changes: a release is immutable, and darktable never removes or lowers what is installed.

    Returns:
        The card.

    Raises:
        WrongUsage: there is no such model, or no reason.
        Failure: the model is not released, or its card cannot be edited.
    """
    if len(said := " ".join(reason.split())) < 10:
        raise WrongUsage("say why in a sentence: people will read it", fix='--reason "darkens the corners"')
    entry = Catalogue.load(root).get(model_id)
    path = entry.folder / CARD
    if entry.card.status != "released":
        raise Failure(f"is {entry.card.status}, so there is nothing to take back", where=str(path))
    reading = read(path)
    status = edit(reading.text, Change(kind="value", where=("status",), source="yanked"))
    if status is None:
        raise Failure(
            "its status cannot be edited", where=str(path), fix="write status: yanked and status_reason by hand"
        )
    line = f"status_reason: {quoted(said)}\n"
    text = apply(reading.text, [status, Edit(status.line + 1, 1, status.line + 1, 1, line)])
    write_bytes(path, text.encode())
    return path
