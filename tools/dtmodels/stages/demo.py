"""demo: pictures that show what a built model does to the sample images of its task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from dtbase.console import Console
from dtbase.discovery import member
from dtbase.errors import Failure, NothingToDo
from dtbase.files import replacing_folder
from dtmodels import tasks
from dtmodels.catalogue import Entry
from dtmodels.tasks import Demonstrates
from dtmodels.workspace import Workspace

PICTURES = {".jpg", ".jpeg", ".png"}


def demo(entry: Entry, workspace: Workspace, console: Console) -> list[Path]:
    """Run a converted model on sample images and write before/after pictures.

    Returns:
        The pictures, in `output/<id>/demo/`.

    Raises:
        NothingToDo: the model's task has no demo, or there is no sample image.
        Failure: the model has not been converted.
    """
    model = workspace.model(entry.card.id)
    if not (model / "config.json").is_file():
        raise Failure("not built yet", where=entry.card.id, fix=f"run `dtmodels run {entry.card.id}` first")
    task = member(tasks, entry.card.task)
    if not hasattr(task, "demo"):
        raise NothingToDo(f"task {entry.card.task} has no demo", fix=f"add demo() to tasks/{entry.card.task}.py")
    images = _images(entry, workspace.root)
    console.note(f"{entry.card.id}: demo on {len(images)} images")
    with replacing_folder(workspace.demo(entry.card.id)) as folder:
        cast(Demonstrates, task).demo(model, images, entry.card.demo.options, folder)
    return sorted(workspace.demo(entry.card.id).iterdir())


def demo_each(
    entries: Iterable[Entry], workspace: Workspace, console: Console, *, where_possible: bool
) -> Iterator[Path]:
    """The pictures of several models, as they are written; see `demo`.

    With `where_possible`, a model of which nothing can be shown is named and left out.
    """
    for entry in entries:
        try:
            yield from demo(entry, workspace, console)
        except NothingToDo as nothing:
            if not where_possible:
                raise
            console.note(f"{entry.card.id}: no demo: {nothing.what}")


def _images(entry: Entry, root: Path) -> list[Path]:
    """The images the card names, or all sample images of the task."""
    folder = root / "images" / entry.card.task
    named = [root / "images" / name for name in entry.card.demo.images]
    for path in named:
        if not path.is_file():
            raise Failure("the demo image is not there", where=str(path), fix="correct demo.images in the card")
    found = named or sorted(path for path in folder.glob("*") if path.suffix.lower() in PICTURES)
    if not found:
        raise NothingToDo(f"no sample image in {folder}", fix="add one, with its licence in SOURCES.md")
    return found
