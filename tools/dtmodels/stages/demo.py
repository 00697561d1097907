"""demo: images that show what a built model does, on sample images of its task or on a user's own."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import cast

from dtbase.imaging.contact_sheet import DisplayImage, add_banner, write_picture, write_sheet
from dtbase.system.discovery import member
from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.system.files import replacing_directory
from dtbase.terminal.console import Console
from dtmodels import tasks
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Entry
from dtmodels.card.demo_samples import PICTURES, merged, sample_set
from dtmodels.card.model import Demo, Prompt
from dtmodels.graph.inspect import inspect
from dtmodels.graph.runtime import Runtime
from dtmodels.package.config_reader import read
from dtmodels.package.config_writer import SEEDED
from dtmodels.tasks._demo import CENTRE, DemoImage, Pixels, Sample, Strip, shrink_to_fit
from dtmodels.tasks._protocol import HasDemo, Model, Task

SHEET = "sheet.png"
CELL = 480
"""Longer side of an image on the contact sheet, in pixels."""
WARNING = "seeded weights: not what the model does"


def demo(
    entry: Entry,
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
        workspace: where it was converted to, and where images go.
        console: for progress.
        images: files and directories of a user to show it on; those of the card or of the task when there are none.
        clicks: on the user's images, as shares of width and height; in their middle when there are none.
        runtime: where graphs are run; one of its own when there is none.

    Returns:
        The images, in `output/<id>/demo/`, the contact sheet first.

    Raises:
        NothingToDo: the model's task has no demo, or there is no sample image.
        Failure: the model has not been converted, or an image cannot be read.
    """
    if runtime is None:
        with Runtime() as own:
            return demo(entry, workspace, console, images, clicks, runtime=own)
    model = _model(entry, workspace)
    task = member(tasks, entry.card.task)
    if not hasattr(task, "demo"):
        raise NothingToDo(f"task {entry.card.task} has no demo", fix=f"add demo() to tasks/{entry.card.task}.py")
    samples = _own(images, clicks or CENTRE) if images else _samples(entry, workspace.root)
    sheet = _Sheet(title=f"{entry.card.name} {entry.card.version}", warned=SEEDED in model.config.values)
    target = workspace.demo(entry.card.id)
    with replacing_directory(target) as directory:
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
    entries: Iterable[Entry],
    workspace: Workspace,
    console: Console,
    images: Sequence[Path] = (),
    clicks: tuple[tuple[float, ...], ...] = CENTRE,
    *,
    where_possible: bool = False,
) -> Iterator[Path]:
    """The images of several models, as they are written; see `demo`.

    With `where_possible`, a model of which nothing can be shown is named and left out.
    """
    for entry in entries:
        try:
            yield from demo(entry, workspace, console, images, clicks)
        except NothingToDo as nothing:
            if not where_possible:
                raise
            console.note(f"{entry.card.id}: no demo: {nothing.what}")


class _Sheet:
    """The images of a demo, as files of their own and together."""

    def __init__(self, *, title: str, warned: bool) -> None:
        self._title = f"{title}: {WARNING}" if warned else title
        self._warning = WARNING if warned else ""
        self._rows: list[list[DisplayImage]] = []
        self._names: list[str] = []

    def add(self, strip: Strip, directory: Path) -> None:
        """Write the strip's named images, and keep small ones for the sheet."""
        self._names.append(strip.name)
        count = self._names.count(strip.name)
        name = strip.name if count == 1 else f"{strip.name}-{count}"
        for line in strip.lines:
            self._rows.append(
                [
                    DisplayImage(self._said(picture, shrink_to_fit(picture.pixels, CELL)), picture.caption)
                    for picture in line
                ]
            )
            for picture in line:
                if picture.name:
                    write_picture(self._said(picture, picture.pixels), directory / f"{name}-{picture.name}.png")

    def write(self, path: Path) -> None:
        """Write the contact sheet."""
        write_sheet(self._rows, path, title=self._title)

    def _said(self, picture: DemoImage, pixels: Pixels) -> Pixels:
        return add_banner(pixels, self._warning) if picture.from_model and self._warning else pixels


def _model(entry: Entry, workspace: Workspace) -> Model:
    directory, model_id = workspace.model(entry.card.id), entry.card.id
    fix = f"run `dtmodels convert {model_id}`, with --seed 0 where its checkpoint cannot be had"
    if not (directory / "config.json").is_file():
        raise Failure("not converted yet, so there is nothing to show", where=model_id, fix=fix)
    config, problems = read(directory)
    missing = [name for name in cast(Task, member(tasks, entry.card.task)).FILES if not (directory / name).is_file()]
    if config is None or missing:
        what = problems[0].what if problems else f"{', '.join(missing)} is missing from the converted model"
        raise Failure(what, where=model_id, fix=fix)
    graphs = {path.name: inspect(path) for path in sorted(directory.glob("*.onnx"))}
    return Model(directory=directory, config=config, graphs=graphs)


def _samples(entry: Entry, root: Path) -> list[Sample]:
    """What the card and the sample set of the task say."""
    directory = root / "images" / entry.card.task
    wanted = merged(entry.card.demo, sample_set(directory))
    if not wanted.images:
        raise NothingToDo("no sample image", where=str(directory), fix="write demo.yaml there, or give --images")
    if strange := set(wanted.prompts) - set(wanted.images):
        where, fix = f"models/{entry.card.id}/card.yaml: demo.prompts", f"known: {', '.join(wanted.images)}"
        raise Failure(f"{sorted(strange)[0]} is no image of the demo", where=where, fix=fix)
    return [_sample(root / "images" / name, name, wanted) for name in wanted.images]


def _sample(path: Path, name: str, wanted: Demo) -> Sample:
    if not path.is_file():
        raise Failure("the demo image is not there", where=str(path), fix="correct demo.images of card or sample set")
    sample = Sample(path=path, electrons=wanted.electrons, shrink=wanted.shrink)
    return dataclasses.replace(sample, prompts=wanted.prompts[name]) if name in wanted.prompts else sample


def _own(given: Sequence[Path], clicks: tuple[tuple[float, ...], ...]) -> list[Sample]:
    """A user's images as they are: no noise is added, and nothing made smaller."""
    paths: list[Path] = []
    for path in given:
        if not path.exists():
            raise WrongUsage("there is no such image or directory", where=str(path), fix="name a PNG or JPEG file")
        inside = sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURES) if path.is_dir() else [path]
        if not inside:
            raise WrongUsage("holds no PNG or JPEG file", where=str(path), fix="name another directory")
        paths += inside
    return [Sample(path=path, prompts=(Prompt(points=clicks),)) for path in paths]
