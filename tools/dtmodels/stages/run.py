"""run: all building stages of one model in order, each only when its input changed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dtbase.console import Console
from dtmodels.catalogue import Entry
from dtmodels.freshness import inputs_of, refresh
from dtmodels.stages.convert import convert
from dtmodels.stages.package import package
from dtmodels.stages.setup import setup
from dtmodels.stages.validate import hold_archive, hold_model
from dtmodels.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A model that went through all stages."""

    entry: Entry
    package: Path
    work: tuple[str, ...]
    """The stages that had to be done; empty when everything was still valid."""
    seconds: float


def run(entry: Entry, workspace: Workspace, console: Console) -> Built:
    """Set up, convert, validate and package one model, and hold the finished archive against darktable's installer.

    Raises:
        Failure: a stage failed; what was finished before is kept and not done again.
    """
    started = time.monotonic()
    card, inputs = entry.card, inputs_of(entry)
    archive = workspace.package(card.id)
    steps = {
        "convert": ([workspace.model(card.id)], partial(_convert, entry, workspace, console)),
        "validate": ([workspace.report(card.id)], partial(hold_model, entry, workspace, console)),
        "package": ([archive], partial(_package, entry, workspace)),
    }
    work = tuple(
        stage
        for stage, (outputs, action) in steps.items()
        if refresh(workspace.stamp(card.id, stage), inputs, outputs, action)
    )
    return Built(entry=entry, package=archive, work=work, seconds=time.monotonic() - started)


def _convert(entry: Entry, workspace: Workspace, console: Console) -> None:
    convert(entry, setup(entry, workspace, console), workspace, console)


def _package(entry: Entry, workspace: Workspace) -> None:
    hold_archive(package(entry, workspace))
