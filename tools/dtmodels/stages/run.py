"""run: all building stages of one model in order, each only when its input changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dtbase.console import Console
from dtbase.errors import Failure
from dtbase.files import sha256
from dtmodels.catalogue import Entry
from dtmodels.freshness import inputs_of, refresh
from dtmodels.openness.grade import grade
from dtmodels.stages.convert import obtain_and_convert
from dtmodels.stages.package import package
from dtmodels.stages.setup import is_verified
from dtmodels.stages.validate import hold_archive, hold_model
from dtmodels.workspace import Workspace

COLUMNS = ["model", "version", "task", "grade", "licence", "bytes", "sha256", "work done", "seconds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A model that went through all stages."""

    entry: Entry
    package: Path
    sha256: str
    """Of the package."""
    work: tuple[str, ...]
    """The stages that had to be done; empty when everything was still valid."""
    seconds: float

    def row(self) -> list[str]:
        """The model as a line of the closing table."""
        work = ", ".join(self.work) or "none, still valid"
        size = f"{self.package.stat().st_size:,}"
        return [*_card_cells(self.entry), size, self.sha256[:12], work, f"{self.seconds:.1f}"]


@dataclass(frozen=True, slots=True)
class Refused:
    """A model that could not be built, and why."""

    entry: Entry
    failure: Failure

    def row(self) -> list[str]:
        """The model as a line of the closing table."""
        return [*_card_cells(self.entry), "", "", "failed", ""]

    def reason(self) -> str:
        """What went wrong, with the model's name in front."""
        said = str(self.failure)
        return said if said.startswith(f"{self.entry.card.id}:") else f"{self.entry.card.id}: {said}"


def run_each(
    entries: Iterable[Entry],
    workspace: Workspace,
    console: Console,
    *,
    seed: int | None = None,
    draft_seed: int | None = None,
) -> list[Built]:
    """Run all stages of each model, go on past a failure, and close with one table.

    Args:
        entries: the models, in order.
        workspace: where they are built.
        console: where progress and the table go.
        seed: build with stand-in weights made from this number where a checkpoint would have to be downloaded.
        draft_seed: the same, for models alone that have a checkpoint nobody has verified.

    Raises:
        Failure: one or more models could not be built; the message names each with its reason.
    """
    with workspace.locked():
        seeds = [(entry, draft_seed if seed is None and not is_verified(entry) else seed) for entry in entries]
        results = [_attempt(entry, workspace, console, own) for entry, own in seeds]
    console.table(COLUMNS, [result.row() for result in results])
    if refused := [result for result in results if isinstance(result, Refused)]:
        reasons = "\n".join(result.reason() for result in refused)
        raise Failure(f"{len(refused)} of {len(results)} models could not be built\n{reasons}")
    return [result for result in results if isinstance(result, Built)]


def _attempt(entry: Entry, workspace: Workspace, console: Console, seed: int | None) -> Built | Refused:
    try:
        return run(entry, workspace, console, seed=seed)
    except Failure as failure:
        return Refused(entry, failure)


def run(entry: Entry, workspace: Workspace, console: Console, *, seed: int | None = None) -> Built:
    """Set up, convert, validate and package one model, and hold the finished archive against darktable's installer.

    Raises:
        Failure: a stage failed; what was finished before is kept and not done again.
    """
    started = time.monotonic()
    card, inputs = entry.card, inputs_of(entry, seed=seed)
    archive = workspace.package(card.id)
    steps: dict[str, tuple[list[Path], Callable[[], object]]] = {
        "convert": ([workspace.model(card.id)], partial(obtain_and_convert, entry, workspace, console, seed=seed)),
        "validate": ([workspace.report(card.id)], partial(hold_model, entry, workspace, console)),
        "package": ([archive], partial(_package, entry, workspace)),
    }
    work = tuple(
        stage
        for stage, (outputs, action) in steps.items()
        if refresh(workspace.stamp(card.id, stage), inputs, outputs, action)
    )
    seconds = time.monotonic() - started
    return Built(entry=entry, package=archive, sha256=sha256(archive), work=work, seconds=seconds)


def _package(entry: Entry, workspace: Workspace) -> None:
    hold_archive(package(entry, workspace))


def _card_cells(entry: Entry) -> list[str]:
    card = entry.card
    return [card.id, card.version, card.task, grade(card), card.license.weights]
