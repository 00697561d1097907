"""demo: images of a built model's output, for the sample images of its task or for a user's images."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import cast

from dtbase.image_files.formats import SUFFIXES
from dtbase.imaging.contact_sheet import DisplayImage, add_banner, write_contact_sheet, write_png
from dtbase.system.discovery import load_plugin
from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.system.files import atomic_directory
from dtbase.system.shipped_files import shipped
from dtbase.terminal.console import Console
from dtbase.text.plural import pluralise
from dtmodels import tasks
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import CatalogueEntry
from dtmodels.card.demo_samples import merge_demos, read_sample_set
from dtmodels.card.model import Demo, Prompt
from dtmodels.graph.inspect import inspect
from dtmodels.graph.runtime import Runtime
from dtmodels.package.config_reader import read_config
from dtmodels.package.config_writer import SEED_KEY
from dtmodels.tasks._demo import CENTRE, DemoImage, Pixels, Sample, Strip, shrink_to_fit
from dtmodels.tasks._protocol import HasDemo, Model, Task

SHEET = "sheet.png"
CELL = 480
"""Longer side of an image on the contact sheet, in pixels."""
WARNING = "seeded weights: not the output of the trained model"


def demo(
    entry: CatalogueEntry,
    workspace: Workspace,
    console: Console,
    images: Sequence[Path] = (),
    clicks: tuple[tuple[float, ...], ...] = CENTRE,
    *,
    runtime: Runtime | None = None,
) -> list[Path]:
    """Run a converted model on sample images and write images and a contact sheet.

    Args:
        entry: the model.
        workspace: contains the converted model; images go to its demo directory.
        console: prints progress.
        images: a user's files and directories; empty for the images of the card or the task.
        clicks: positions on the user's images, as fractions of width and height; empty for the centre.
        runtime: runs the graphs; None for a new one.

    Returns:
        The images, in `output/<id>/demo/`, the contact sheet first.

    Raises:
        NothingToDo: the task has no demo, or there is no sample image.
        Failure: the model has not been converted, or an image cannot be read.
    """
    if runtime is None:
        with Runtime() as own:
            return demo(entry, workspace, console, images, clicks, runtime=own)
    model = _model(entry, workspace)
    task = load_plugin(tasks, entry.card.task)
    if not hasattr(task, "demo"):
        raise NothingToDo(f"task {entry.card.task} has no demo", fix=f"add demo() to tasks/{entry.card.task}.py")
    samples = _user_samples(images, clicks or CENTRE, console) if images else _samples(entry, workspace.root)
    sheet = _Sheet(title=f"{entry.card.name} {entry.card.version}", seeded=SEED_KEY in model.config.values)
    target = workspace.demo(entry.card.id)
    with atomic_directory(target) as directory:
        with console.progress(f"{entry.card.id}: drawing the demo", len(samples)) as advance:
            started = time.monotonic()
            for strip in cast(HasDemo, task).demo(model, runtime, samples):
                console.note(f"{entry.card.id}: {strip.name}, {time.monotonic() - started:.1f} s")
                sheet.add(strip, directory)
                advance(1)
                started = time.monotonic()
        sheet.write(directory / SHEET)
    return [target / SHEET, *sorted(path for path in target.iterdir() if path.name != SHEET)]


def demo_each(
    entries: Iterable[CatalogueEntry],
    workspace: Workspace,
    console: Console,
    images: Sequence[Path] = (),
    clicks: tuple[tuple[float, ...], ...] = CENTRE,
    *,
    where_possible: bool = False,
) -> Iterator[Path]:
    """Write the demos of several models and yield the paths of the images; see `demo`.

    With `where_possible`, a model without a demo is reported and skipped.
    """
    for entry in entries:
        try:
            yield from demo(entry, workspace, console, images, clicks)
        except NothingToDo as exc:
            if not where_possible:
                raise
            console.note(f"{entry.card.id}: no demo: {exc.what}")


class _Sheet:
    """Writes the images of a demo, as separate files and as one contact sheet."""

    def __init__(self, *, title: str, seeded: bool) -> None:
        self._title = f"{title}: {WARNING}" if seeded else title
        self._warning = WARNING if seeded else ""
        self._rows: list[list[DisplayImage]] = []
        self._names: list[str] = []

    def add(self, strip: Strip, directory: Path) -> None:
        """Write the strip's named images, and add small versions to the sheet."""
        self._names.append(strip.name)
        count = self._names.count(strip.name)
        name = strip.name if count == 1 else f"{strip.name}-{count}"
        for line in strip.lines:
            self._rows.append(
                [
                    DisplayImage(self._with_banner(image, shrink_to_fit(image.pixels, CELL)), image.caption)
                    for image in line
                ]
            )
            for image in line:
                if image.name:
                    write_png(self._with_banner(image, image.pixels), directory / f"{name}-{image.name}.png")

    def write(self, path: Path) -> None:
        """Write the contact sheet."""
        write_contact_sheet(self._rows, path, title=self._title)

    def _with_banner(self, image: DemoImage, pixels: Pixels) -> Pixels:
        return add_banner(pixels, self._warning) if image.from_model and self._warning else pixels


def _model(entry: CatalogueEntry, workspace: Workspace) -> Model:
    directory, model_id = workspace.model(entry.card.id), entry.card.id
    fix = f"run `dtmodels convert {model_id}`, with --seed 0 where its checkpoint is not available"
    if not (directory / "config.json").is_file():
        raise Failure("the model is not converted", where=model_id, fix=fix)
    config, problems = read_config(directory)
    missing = [
        name for name in cast(Task, load_plugin(tasks, entry.card.task)).FILES if not (directory / name).is_file()
    ]
    if config is None or missing:
        what = problems[0].what if problems else f"{', '.join(missing)} is missing from the converted model"
        raise Failure(what, where=model_id, fix=fix)
    graphs = {path.name: inspect(path) for path in sorted(directory.glob("*.onnx"))}
    return Model(directory=directory, config=config, graphs=graphs)


def _samples(entry: CatalogueEntry, root: Path) -> list[Sample]:
    """The images of the card, or of the sample set of the task; a repository without images gets those of the tools."""
    images = root / "images" if (root / "images").is_dir() else shipped("images")
    directory = images / entry.card.task
    selected = merge_demos(entry.card.demo, read_sample_set(directory))
    if not selected.images:
        raise NothingToDo("no sample image", where=str(directory), fix="write demo.yaml there, or give --images")
    if unknown := set(selected.prompts) - set(selected.images):
        where, fix = f"models/{entry.card.id}/card.yaml: demo.prompts", f"known: {', '.join(selected.images)}"
        raise Failure(f"{sorted(unknown)[0]} is no image of the demo", where=where, fix=fix)
    return [_sample(images / name, name, selected) for name in selected.images]


def _sample(path: Path, name: str, settings: Demo) -> Sample:
    if not path.is_file():
        raise Failure("the demo image is missing", where=str(path), fix="correct demo.images of card or sample set")
    sample = Sample(path=path, electrons=settings.electrons, shrink=settings.shrink)
    return dataclasses.replace(sample, prompts=settings.prompts[name]) if name in settings.prompts else sample


def _user_samples(images: Sequence[Path], clicks: tuple[tuple[float, ...], ...], console: Console) -> list[Sample]:
    """A user's images unchanged: without added noise, at full size."""
    paths: list[Path] = []
    for path in images:
        if not path.exists():
            raise WrongUsage("there is no such image or directory", where=str(path), fix="check the path")
        paths += _images_inside(path, console) if path.is_dir() else [path]
    return [Sample(path=path, prompts=(Prompt(points=clicks),), note=console.note) for path in paths]


def _images_inside(directory: Path, console: Console) -> list[Path]:
    """The images in a directory; a note counts its other files."""
    files = sorted(file for file in directory.iterdir() if file.is_file())
    inside = [file for file in files if file.suffix.lower() in SUFFIXES]
    if not inside:
        known = ", ".join(sorted(SUFFIXES))
        raise WrongUsage("contains no image", where=str(directory), fix=f"give files or a directory with {known}")
    if others := len(files) - len(inside):
        console.note(f"{directory}: {pluralise(others, 'file')} of other kinds skipped")
    return inside
