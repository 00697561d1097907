"""run: all building stages of one model in order, each only when its input changed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from dtbase.apart import apart
from dtbase.console import Console
from dtbase.errors import Failure, NothingToDo
from dtbase.files import sha256, write_json
from dtmodels.catalogue import Entry
from dtmodels.freshness import inputs_of, is_fresh, refresh
from dtmodels.openness.grade import grade
from dtmodels.stages.convert import decibels_of, obtain_and_convert
from dtmodels.stages.package import package
from dtmodels.stages.setup import is_verified
from dtmodels.stages.validate import hold_archive, hold_model
from dtmodels.workspace import Workspace

COLUMNS = ["model", "version", "task", "grade", "licence", "bytes", "sha256", "parity dB", "convert s", "processor s"]
COLUMNS += ["other s", "peak MB", "verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A model that went through all stages."""

    entry: Entry
    package: Path
    sha256: str
    """Of the package."""
    decibels: float
    """How near its graphs come to the network they were made from."""
    work: tuple[str, ...]
    """The stages that had to be done; empty when everything was still valid."""
    seconds: Mapping[str, float]
    """What each stage took when it was done last."""
    processor: Mapping[str, float]
    """Seconds of processors it took then: what is left of `seconds` where other work shares the machine."""
    peak: int | None = None
    """Bytes of memory of the largest process that took part then."""

    def row(self) -> list[str]:
        """The model as a line of the closing table."""
        converting = [took.get("convert") for took in (self.seconds, self.processor)]
        others = sum(seconds for stage, seconds in self.seconds.items() if stage != "convert")
        times = [*("" if took is None else f"{took:.1f}" for took in converting), f"{others:.1f}"]
        peak = "" if self.peak is None else f"{self.peak / 1e6:,.0f}"
        verdict = "built" if self.work else "still valid"
        size = f"{self.package.stat().st_size:,}"
        return [*_card_cells(self.entry), size, self.sha256[:12], f"{self.decibels:.0f}", *times, peak, verdict]


@dataclass(frozen=True, slots=True)
class Left:
    """A model that was not built, and why."""

    entry: Entry
    failure: Failure

    @property
    def skipped(self) -> bool:
        """Whether there was nothing to build, rather than something that went wrong."""
        return isinstance(self.failure, NothingToDo)

    def row(self) -> list[str]:
        """The model as a line of the closing table."""
        cells = _card_cells(self.entry)
        return [*cells, *[""] * (len(COLUMNS) - len(cells) - 1), "skipped" if self.skipped else "failed"]

    def reason(self) -> str:
        """What it was, with the model's name in front."""
        said = str(self.failure)
        return said if said.startswith(f"{self.entry.card.id}:") else f"{self.entry.card.id}: {said}"


def run_each(
    entries: Iterable[Entry],
    workspace: Workspace,
    console: Console,
    *,
    seed: int | None = None,
    draft_seed: int | None = None,
    jobs: int = 1,
) -> list[Built]:
    """Run all stages of each model, go on past a failure, and close with one table.

    Each model is built in a process of its own, so that its memory is back before the next one starts.

    Args:
        entries: the models, in order.
        workspace: where they are built.
        console: where progress and the table go.
        seed: build with stand-in weights made from this number where a checkpoint would have to be downloaded.
        draft_seed: the same, for models alone that have a checkpoint nobody has verified.
        jobs: how many to build at a time; torch traces a network on one processor, but the largest need 6 GB.

    Raises:
        Failure: one or more models could not be built; the message names each with its reason.
        NothingToDo: there was nothing to build for any of them.
    """
    models = list(entries)
    seeds = [draft_seed if seed is None and not is_verified(entry) else seed for entry in models]
    with workspace.locked():
        pool = ThreadPoolExecutor(jobs)
        try:
            results = list(pool.map(partial(_attempt, workspace, console), models, seeds))
        finally:
            pool.shutdown(cancel_futures=True)
    console.table(COLUMNS, [result.row() for result in results])
    left = [result for result in results if isinstance(result, Left)]
    skipped, failed = ([result for result in left if result.skipped is kind] for kind in (True, False))
    if failed:
        reasons = "\n".join(result.reason() for result in left)
        raise Failure(f"{len(failed)} of {len(results)} models could not be built\n{reasons}")
    if skipped and len(skipped) == len(results):
        raise NothingToDo("\n".join(result.reason() for result in skipped))
    for result in skipped:
        console.say(f"skipped: {result.reason()}")
    return [result for result in results if isinstance(result, Built)]


def _attempt(workspace: Workspace, console: Console, entry: Entry, seed: int | None) -> Built | Left:
    try:
        if _finished(entry, workspace, seed):
            return run(entry, workspace, console, seed=seed)
        result, peak = apart(_tried, entry, workspace, seed, quiet=console.quiet)
    except Failure as failure:
        return Left(entry, failure)
    if isinstance(result, Left):
        return result
    effort = {"seconds": dict(result.seconds), "processor": dict(result.processor), "peak": peak}
    write_json(workspace.effort(entry.card.id), effort)
    return replace(result, peak=peak)


def _tried(entry: Entry, workspace: Workspace, seed: int | None, *, quiet: bool) -> Built | Left:
    """Runs in the other process: what went wrong comes back as a result, stripped to what its kinds share."""
    try:
        return run(entry, workspace, Console(quiet=quiet), seed=seed)
    except Failure as failure:
        kind = NothingToDo if isinstance(failure, NothingToDo) else Failure
        return Left(entry, kind(failure.what, where=failure.where, fix=failure.fix))


def run(entry: Entry, workspace: Workspace, console: Console, *, seed: int | None = None) -> Built:
    """Set up, convert, validate and package one model, and hold the finished archive against darktable's installer.

    Raises:
        Failure: a stage failed; what was finished before is kept and not done again.
    """
    card, inputs = entry.card, inputs_of(entry, seed=seed)
    work: dict[str, Callable[[], object]] = {
        "convert": partial(obtain_and_convert, entry, workspace, console, seed=seed),
        "validate": partial(hold_model, entry, workspace, console),
        "package": partial(_package, entry, workspace),
    }
    earlier = _effort(workspace.effort(card.id))
    seconds, processor, done = dict(earlier["seconds"]), dict(earlier["processor"]), []
    for stage, outputs in _outputs(entry, workspace).items():
        started, used = time.monotonic(), _processor()
        if refresh(workspace.stamp(card.id, stage), inputs, outputs, work[stage]):
            seconds[stage], processor[stage] = time.monotonic() - started, _processor() - used
            done.append(stage)
    archive = workspace.package(card.id)
    return Built(
        entry=entry,
        package=archive,
        sha256=sha256(archive),
        decibels=decibels_of(workspace, card.id),
        work=tuple(done),
        seconds=seconds,
        processor=processor,
        peak=earlier["peak"],
    )


def _processor() -> float:
    """Processor seconds of this process and of those it started and waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _effort(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
        times = {kind: dict(found[kind]) for kind in ("seconds", "processor")}
        return {**times, "peak": int(found["peak"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"seconds": {}, "processor": {}, "peak": None}  # it only informs: without it the table has a gap


def _finished(entry: Entry, workspace: Workspace, seed: int | None) -> bool:
    inputs = inputs_of(entry, seed=seed)
    stages = _outputs(entry, workspace).items()
    return all(is_fresh(workspace.stamp(entry.card.id, stage), inputs, outputs) for stage, outputs in stages)


def _outputs(entry: Entry, workspace: Workspace) -> dict[str, list[Path]]:
    """What each stage makes."""
    name = entry.card.id
    return {
        "convert": [workspace.model(name), workspace.parity(name)],
        "validate": [workspace.report(name)],
        "package": [workspace.package(name)],
    }


def _package(entry: Entry, workspace: Workspace) -> None:
    hold_archive(package(entry, workspace))


def _card_cells(entry: Entry) -> list[str]:
    card = entry.card
    return [card.id, card.version, card.task, grade(card), card.license.weights]
