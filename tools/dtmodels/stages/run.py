"""run: all building stages of one model in order, each only when its input changed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from dtbase.system.errors import Failure, NothingToDo
from dtbase.system.files import sha256, write_json
from dtbase.system.subprocess_call import max_parallel_processes, peak_memory, run_in_subprocess
from dtbase.terminal.console import Console
from dtmodels.build.cache import input_digest, is_fresh, run_if_stale
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import CatalogueEntry
from dtmodels.openness.grade import grade
from dtmodels.stages.convert import decibels_of, obtain_and_convert
from dtmodels.stages.package import package
from dtmodels.stages.setup import is_verified
from dtmodels.stages.validate import validate_and_record, validate_archive

COLUMNS = ["model", "version", "task", "grade", "licence", "bytes", "sha256", "parity dB", "convert s", "processor s"]
COLUMNS += ["other s", "peak MB", "verdict"]
MEMORY = 6_000_000_000
"""Bytes that building the largest model may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTiming:
    """What a stage took when it was done last."""

    seconds: float
    processor: float
    """CPU seconds: what is left of `seconds` where other work shares the machine."""
    peak: int
    """Bytes of memory of the largest process that took part until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A model that went through all stages."""

    entry: CatalogueEntry
    package: Path
    sha256: str
    """Of the package."""
    decibels: float
    """How near its graphs come to the network they were made from."""
    work: tuple[str, ...]
    """The stages that had to be done; empty when everything was still valid."""
    efforts: Mapping[str, StageTiming]
    """By stage."""

    def row(self) -> list[str]:
        """The model as a line of the closing table."""
        converting = self.efforts.get("convert")
        others = sum(effort.seconds for stage, effort in self.efforts.items() if stage != "convert")
        times = [f"{converting.seconds:.1f}", f"{converting.processor:.1f}"] if converting else ["", ""]
        peak = max((effort.peak for effort in self.efforts.values()), default=None)
        rest = [f"{others:.1f}", "" if peak is None else f"{peak / 1e6:,.0f}"]
        verdict = "built" if self.work else "still valid"
        size = f"{self.package.stat().st_size:,}"
        return [*_card_cells(self.entry), size, self.sha256[:12], f"{self.decibels:.0f}", *times, *rest, verdict]


@dataclass(frozen=True, slots=True)
class SkippedModel:
    """A model that was not built, and why."""

    entry: CatalogueEntry
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
    entries: Iterable[CatalogueEntry],
    workspace: Workspace,
    console: Console,
    *,
    seed: int | None = None,
    draft_seed: int | None = None,
    jobs: int | None = None,
) -> list[Built]:
    """Run all stages of each model, go on past a failure, and close with one table.

    Each model is built in a separate process, so that its memory is back before the next one starts.

    Args:
        entries: the models, in order.
        workspace: where they are built.
        console: where progress and the table go.
        seed: build with seeded weights made from this number where a checkpoint would have to be downloaded.
        draft_seed: the same, for models alone that have a checkpoint nobody has verified.
        jobs: how many to build at a time, each on its share of the processors; as many as there is memory for when
            None: torch traces a network on one processor.

    Raises:
        Failure: one or more models could not be built; the message names each with its reason.
        NothingToDo: there was nothing to build for any of them.
    """
    models, together = list(entries), jobs or max_parallel_processes(MEMORY)
    seeds = [draft_seed if seed is None and not is_verified(entry) else seed for entry in models]
    with workspace.locked():
        pool = ThreadPoolExecutor(together)
        try:
            results = list(pool.map(partial(_attempt, workspace, console, together), models, seeds))
        finally:
            pool.shutdown(cancel_futures=True)
    console.table(COLUMNS, [result.row() for result in results])
    left = [result for result in results if isinstance(result, SkippedModel)]
    skipped, failed = ([result for result in left if result.skipped is kind] for kind in (True, False))
    if failed:
        reasons = "\n".join(result.reason() for result in left)
        raise Failure(f"{len(failed)} of {len(results)} models could not be built\n{reasons}")
    if skipped and len(skipped) == len(results):
        raise NothingToDo("\n".join(result.reason() for result in skipped))
    for result in skipped:
        console.say(f"skipped: {result.reason()}")
    return [result for result in results if isinstance(result, Built)]


def _attempt(
    workspace: Workspace, console: Console, together: int, entry: CatalogueEntry, seed: int | None
) -> Built | SkippedModel:
    try:
        if _finished(entry, workspace, seed):
            return run(entry, workspace, console, seed=seed)
        result, _ = run_in_subprocess(_tried, entry, workspace, seed, together, quiet=console.quiet)
    except Failure as failure:
        return SkippedModel(entry, failure)
    return result


def _tried(
    entry: CatalogueEntry, workspace: Workspace, seed: int | None, together: int, *, quiet: bool
) -> Built | SkippedModel:
    """Runs in the other process: what went wrong comes back as a result, stripped to what its kinds share."""
    # Read when torch is loaded, which is later. Threads beyond the processors wait for each other by spinning.
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // together)))
    try:
        return run(entry, workspace, Console(quiet=quiet), seed=seed)
    except Failure as failure:
        kind = NothingToDo if isinstance(failure, NothingToDo) else Failure
        return SkippedModel(entry, kind(failure.what, where=failure.where, fix=failure.fix))


def run(entry: CatalogueEntry, workspace: Workspace, console: Console, *, seed: int | None = None) -> Built:
    """Set up, convert, validate and package one model, and hold the finished archive against darktable's installer.

    Raises:
        Failure: a stage failed; what was finished before is kept and not done again.
    """
    card, inputs = entry.card, input_digest(entry, seed=seed)
    work: dict[str, Callable[[], object]] = {
        "convert": partial(obtain_and_convert, entry, workspace, console, seed=seed),
        "validate": partial(validate_and_record, entry, workspace, console),
        "package": partial(_package, entry, workspace),
    }
    efforts, done = _efforts(workspace.effort(card.id)), []
    for stage, outputs in _outputs(entry, workspace).items():
        started, used = time.monotonic(), _processor()
        if run_if_stale(workspace.stamp(card.id, stage), inputs, outputs, work[stage]):
            took, worked = time.monotonic() - started, _processor() - used
            efforts[stage] = StageTiming(seconds=took, processor=worked, peak=peak_memory())
            write_json(workspace.effort(card.id), {name: asdict(effort) for name, effort in efforts.items()})
            done.append(stage)
    archive = workspace.package(card.id)
    return Built(
        entry=entry,
        package=archive,
        sha256=sha256(archive),
        decibels=decibels_of(workspace, card.id),
        work=tuple(done),
        efforts=efforts,
    )


def _processor() -> float:
    """CPU seconds of this process and of those it started and waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _efforts(path: Path) -> dict[str, StageTiming]:
    try:
        found = json.loads(path.read_bytes())
        kinds = {"seconds": float, "processor": float, "peak": int}
        return {
            stage: StageTiming(**{name: kind(took[name]) for name, kind in kinds.items()})
            for stage, took in found.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # it only informs: without it the table has a gap


def _finished(entry: CatalogueEntry, workspace: Workspace, seed: int | None) -> bool:
    inputs = input_digest(entry, seed=seed)
    stages = _outputs(entry, workspace).items()
    return all(is_fresh(workspace.stamp(entry.card.id, stage), inputs, outputs) for stage, outputs in stages)


def _outputs(entry: CatalogueEntry, workspace: Workspace) -> dict[str, list[Path]]:
    """What each stage makes."""
    name = entry.card.id
    return {
        "convert": [workspace.model(name), workspace.parity(name)],
        "validate": [workspace.report(name)],
        "package": [workspace.package(name)],
    }


def _package(entry: CatalogueEntry, workspace: Workspace) -> None:
    validate_archive(package(entry, workspace))


def _card_cells(entry: CatalogueEntry) -> list[str]:
    card = entry.card
    return [card.id, card.version, card.task, grade(card), card.license.weights]
