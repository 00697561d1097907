"""yank: withdraw a model. Its card records the reason, and the next release leaves the model out."""

from __future__ import annotations

import re
from pathlib import Path

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.files import write_bytes
from dtmodels.card.catalogue import CARD_FILE, Catalogue
from dtmodels.card.reader import parse_card_file
from dtmodels.card.source_edits import apply_edits, edit_for_change, quote_yaml
from dtmodels.yaml.document import SourceChange


def yank(root: Path, model_id: str, reason: str) -> Path:
    """Set `status: yanked` and the reason in a card; all other bytes stay.

    Published releases do not change, and darktable never removes or downgrades an installed model.

    Returns:
        The path of the card.

    Raises:
        WrongUsage: there is no such model, or the reason is too short.
        Failure: the model is not released, or its card cannot be edited.
    """
    if len(one_line := " ".join(reason.split())) < 10:
        raise WrongUsage("the reason is too short for its readers", fix='--reason "darkens the corners"')
    entry = Catalogue.load(root).get(model_id)
    path = entry.directory / CARD_FILE
    if entry.card.status != "released":
        raise Failure(f"is {entry.card.status}, so it cannot be yanked", where=str(path))
    text = parse_card_file(path).text
    status = edit_for_change(text, SourceChange(kind="value", where=("status",), source="yanked"))
    if status is None:
        raise Failure(
            "its status cannot be edited", where=str(path), fix="write status: yanked and status_reason by hand"
        )
    write_bytes(
        path, _insert_line(apply_edits(text, [status]), status.line, f"status_reason: {quote_yaml(one_line)}").encode()
    )
    return path


def _insert_line(text: str, after: int, line: str) -> str:
    """Insert a line after the line number `after`, counted from 1, with the same line ending as that line."""
    breaks = list(re.finditer(r"\r\n|\r|\n", text))
    if after > len(breaks):
        return f"{text}\n{line}\n"
    end = breaks[after - 1]
    return f"{text[: end.end()]}{line}{end[0]}{text[end.end() :]}"
