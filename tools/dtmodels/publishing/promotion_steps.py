"""Steps of a promotion, each on a copy of the model's directory: pins, build, golden statistics, demo, status."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PIL import Image

from dtbase.system.errors import Failure, NothingToDo
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import CARD_FILE, DEMO_FILE, CatalogueEntry
from dtmodels.card.reader import parse_card_file, read_card
from dtmodels.card.source_edits import apply_edits, edit_for_change, quote_yaml
from dtmodels.stages.convert import obtain_and_convert
from dtmodels.stages.demo import demo
from dtmodels.stages.package import package, reject_seeded_weights
from dtmodels.stages.pin import pin
from dtmodels.stages.validate import validate_and_record, validate_archive
from dtmodels.yaml.document import FieldPath, SourceChange

SHEET_SIDE = 1600
"""Longer side of the stored contact sheet, in pixels."""
REASON = (
    "Built from the files that its authors publish; their digests are pinned, and so are statistics of the outputs."
)


def build(copy: CatalogueEntry, workspace: Workspace, console: Console) -> None:
    """Pin the checkpoints, convert, validate and package the model, and store golden statistics and demo in the copy.

    Raises:
        Failure: a file cannot be fetched or is another one, or a stage failed.
    """
    with suppress(NothingToDo):
        pin(copy, workspace, console)
    entry = CatalogueEntry(read_card(copy.directory / CARD_FILE), copy.directory)
    obtain_and_convert(entry, workspace, console)
    reject_seeded_weights(entry, workspace)
    validate_and_record(entry, workspace, console, pin=True)
    _draw(entry, workspace, console)
    set_released(copy.directory / CARD_FILE)
    released = CatalogueEntry(read_card(copy.directory / CARD_FILE), copy.directory)
    validate_archive(package(released, workspace))


def set_released(card: Path) -> None:
    """Set the status of a card to `released`, with the reason if it states one; all other bytes stay.

    Raises:
        Failure: the status cannot be edited where it is.
    """
    text = parse_card_file(card).text
    fields: dict[FieldPath, str] = {("status",): "released", ("status_reason",): quote_yaml(REASON)}
    edits = [
        edit_for_change(text, SourceChange(kind="value", where=where, source=new)) for where, new in fields.items()
    ]
    if edits[0] is None:
        raise Failure(
            "its status cannot be edited", where=str(card), fix="write it as a plain value: status: candidate"
        )
    card.write_bytes(apply_edits(text, [edit for edit in edits if edit]).encode())


def _draw(entry: CatalogueEntry, workspace: Workspace, console: Console) -> None:
    """Store the contact sheet of the demo for the model's page; a task without a demo has none."""
    try:
        sheet, *_ = demo(entry, workspace, console)
    except NothingToDo as exc:
        console.note(f"{entry.card.id}: no demo: {exc.what}")
        return
    with Image.open(sheet) as drawn:
        image = drawn.convert("RGB")
    image.thumbnail((SHEET_SIDE, SHEET_SIDE))
    image.save(entry.directory / DEMO_FILE, quality=85, optimize=True)
