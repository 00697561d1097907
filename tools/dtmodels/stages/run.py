"""run: all build stages of each model in order. A stage runs only when its inputs have changed."""

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
from dtbase.system.subprocess_call import SharedProcesses, max_parallel_processes, peak_memory, run_in_subprocess
from dtbase.terminal.console import Console
from dtmodels.build.cache import input_digest, is_fresh, run_if_stale
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import CatalogueEntry
from dtmodels.openness.grade import grade
from dtmodels.openness.inheritance import with_inherited
from dtmodels.stages.convert import obtain_and_convert, parity_db
from dtmodels.stages.package import package
from dtmodels.stages.setup import is_verified
from dtmodels.stages.validate import validate_and_record, validate_archive

COLUMNS = ["model", "version", "task", "grade", "licence", "bytes", "sha256", "parity dB"]
COLUMNS += ["convert wall s", "convert CPU s", "other stages wall s", "peak memory MB", "result"]
MEMORY = 6_000_000_000
"""Memory needed to build the largest model, in bytes."""
SMALL = 1_000_000
"""Size of the weights of a model that is built in a process with others, in bytes; proxies have a few thousand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTiming:
    """Time and memory of the last run of a stage. Fields are keys of effort.json."""

    seconds: float
    """Wall time."""
    cpu: float
    """CPU time in seconds, which does not depend on other work on the machine."""
    peak: int
    """Peak memory of the largest process so far, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A model for which all stages succeeded."""

    entry: CatalogueEntry
    package: Path
    sha256: str
    """Of the package."""
    parity_db: float
    """PSNR of its graphs against the source network, in dB."""
    stages_run: tuple[str, ...]
    """The stages that ran; empty when all results were up to date."""
    timings: Mapping[str, StageTiming]
    """By stage."""

    def row(self) -> list[str]:
        """The model as a line of the final table."""
        convert = self.timings.get("convert")
        others = sum(timing.seconds for stage, timing in self.timings.items() if stage != "convert")
        times = [f"{convert.seconds:.1f}", f"{convert.cpu:.1f}"] if convert else ["", ""]
        peak = max((timing.peak for timing in self.timings.values()), default=None)
        rest = [f"{others:.1f}", "" if peak is None else f"{peak / 1e6:,.0f}"]
        result = "built" if self.stages_run else "up to date"
        size = f"{self.package.stat().st_size:,}"
        return [*_card_cells(self.entry), size, self.sha256[:12], f"{self.parity_db:.0f}", *times, *rest, result]


@dataclass(frozen=True, slots=True)
class SkippedModel:
    """A model that was not built, with the reason."""

    entry: CatalogueEntry
    failure: Failure

    @property
    def skipped(self) -> bool:
        """Whether there was nothing to build, so that this is no error."""
        return isinstance(self.failure, NothingToDo)

    def row(self) -> list[str]:
        """The model as a line of the final table."""
        cells = _card_cells(self.entry)
        return [*cells, *[""] * (len(COLUMNS) - len(cells) - 1), "skipped" if self.skipped else "failed"]

    def reason(self) -> str:
        """The error message, which starts with the model's id."""
        message = str(self.failure)
        return message if message.startswith(f"{self.entry.card.id}:") else f"{self.entry.card.id}: {message}"


def run_each(
    entries: Iterable[CatalogueEntry],
    workspace: Workspace,
    console: Console,
    *,
    seed: int | None = None,
    draft_seed: int | None = None,
    jobs: int | None = None,
) -> list[Built]:
    """Run all stages of each model, and print one table at the end. A failure does not stop the other models.

    Each model is built in a separate process, which releases its memory before the next one starts. Models with few
    weights share processes: loading torch takes longer than most of them do.

    Args:
        entries: the models, in order.
        workspace: build directories.
        console: prints progress and the table.
        seed: initialise all weights from this seed instead of a checkpoint to download.
        draft_seed: the same, but only for models with an unverified checkpoint.
        jobs: number of models to build in parallel, each on an equal part of the CPU cores. None for as many as there
            is memory for, because torch traces a network on one core.

    Raises:
        Failure: one or more models could not be built; the message names each with its reason.
        NothingToDo: there was nothing to build for any model.
    """
    models, parallel = list(entries), jobs or max_parallel_processes(MEMORY)
    seeds = [draft_seed if seed is None and not is_verified(entry) else seed for entry in models]
    with workspace.locked(), SharedProcesses(parallel) as shared:
        pool = ThreadPoolExecutor(parallel)
        try:
            results = list(
                pool.map(partial(_attempt, workspace, console, parallel=parallel, shared=shared), models, seeds)
            )
        finally:
            pool.shutdown(cancel_futures=True)
    console.table(COLUMNS, [result.row() for result in results])
    unbuilt = [result for result in results if isinstance(result, SkippedModel)]
    skipped, failed = ([result for result in unbuilt if result.skipped is kind] for kind in (True, False))
    if failed:
        reasons = "\n".join(result.reason() for result in unbuilt)
        raise Failure(f"{len(failed)} of {len(results)} models could not be built\n{reasons}")
    if skipped and len(skipped) == len(results):
        raise NothingToDo("\n".join(result.reason() for result in skipped))
    for result in skipped:
        console.say(f"skipped: {result.reason()}")
    return [result for result in results if isinstance(result, Built)]


def _attempt(
    workspace: Workspace,
    console: Console,
    entry: CatalogueEntry,
    seed: int | None,
    *,
    parallel: int,
    shared: SharedProcesses,
) -> Built | SkippedModel:
    try:
        if _is_up_to_date(entry, workspace, seed):
            return run(entry, workspace, console, seed=seed)
        if _is_small(entry):
            return shared.call(_run_or_skip, entry, workspace, seed, parallel, quiet=console.quiet)
        result, _ = run_in_subprocess(_run_or_skip, entry, workspace, seed, parallel, quiet=console.quiet)
    except Failure as failure:
        return SkippedModel(entry, failure)
    return result


def _is_small(entry: CatalogueEntry) -> bool:
    """Whether all weights of a model are in its directory, and few."""
    files = [entry.directory / checkpoint.file for checkpoint in entry.card.checkpoints if checkpoint.file]
    complete = bool(files) and len(files) == len(entry.card.checkpoints)
    return complete and sum(file.stat().st_size for file in files if file.is_file()) <= SMALL


def _run_or_skip(
    entry: CatalogueEntry, workspace: Workspace, seed: int | None, parallel: int, *, quiet: bool
) -> Built | SkippedModel:
    """Run all stages in the worker process; a failure is returned as a result, without its subclass."""
    # torch reads this when it is loaded, which is later. Threads in excess of the CPU cores busy-wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // parallel)))
    try:
        return run(entry, workspace, Console(quiet=quiet), seed=seed)
    except Failure as failure:
        kind = NothingToDo if isinstance(failure, NothingToDo) else Failure
        return SkippedModel(entry, kind(failure.what, where=failure.where, fix=failure.fix))


def run(entry: CatalogueEntry, workspace: Workspace, console: Console, *, seed: int | None = None) -> Built:
    """Set up, convert, validate and package one model, and check the archive as darktable's installer does.

    Raises:
        Failure: a stage failed. The results of earlier stages stay and are used by the next run.
    """
    card, inputs = entry.card, input_digest(entry, seed=seed)
    stages: dict[str, Callable[[], object]] = {
        "convert": partial(obtain_and_convert, entry, workspace, console, seed=seed),
        "validate": partial(validate_and_record, entry, workspace, console),
        "package": partial(_package, entry, workspace),
    }
    timings, stages_run = _read_timings(workspace.effort(card.id)), []
    for stage, outputs in _outputs(entry, workspace).items():
        wall_start, cpu_start = time.monotonic(), _cpu_seconds()
        if run_if_stale(workspace.stamp(card.id, stage), inputs, outputs, stages[stage]):
            wall, cpu = time.monotonic() - wall_start, _cpu_seconds() - cpu_start
            timings[stage] = StageTiming(seconds=wall, cpu=cpu, peak=peak_memory())
            write_json(workspace.effort(card.id), {name: asdict(timing) for name, timing in timings.items()})
            stages_run.append(stage)
    archive = workspace.package(card.id)
    return Built(
        entry=entry,
        package=archive,
        sha256=sha256(archive),
        parity_db=parity_db(workspace, card.id),
        stages_run=tuple(stages_run),
        timings=timings,
    )


def _cpu_seconds() -> float:
    """CPU time of this process and of the finished processes that it started."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _read_timings(path: Path) -> dict[str, StageTiming]:
    try:
        stored = json.loads(path.read_bytes())
        types = {"seconds": float, "cpu": float, "peak": int}
        return {
            stage: StageTiming(**{name: convert(timing[name]) for name, convert in types.items()})
            for stage, timing in stored.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # only the table uses timings; it shows empty cells


def _is_up_to_date(entry: CatalogueEntry, workspace: Workspace, seed: int | None) -> bool:
    inputs = input_digest(entry, seed=seed)
    stages = _outputs(entry, workspace).items()
    return all(is_fresh(workspace.stamp(entry.card.id, stage), inputs, outputs) for stage, outputs in stages)


def _outputs(entry: CatalogueEntry, workspace: Workspace) -> dict[str, list[Path]]:
    """The output files of each stage."""
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
    return [card.id, card.version, card.task, grade(with_inherited(card, entry.directory.parent)), card.license.weights]
