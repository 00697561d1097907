"""Inspect an installed model: configuration, graphs, requirements of its task, and outputs of its graphs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from dtbase.system.discovery import load_plugin, plugin_names
from dtbase.system.errors import Failure
from dtbase.system.recognise import file_kind
from dtbase.system.suggestions import did_you_mean
from dtmodels import tasks
from dtmodels.build.runtimes import PINNED
from dtmodels.findings.check_report import CheckProblem, ModelFacts, error, warning
from dtmodels.graph.inspect import Graph, inspect
from dtmodels.graph.runtime import Runtime
from dtmodels.package.config_keys import check_keys
from dtmodels.package.config_reader import PackageConfig, read_config
from dtmodels.package.darktable_versions import NewerNeed, newer_needs, versions_text
from dtmodels.package.foreign_files import check_files
from dtmodels.package.loader_settings import check_loader_settings
from dtmodels.tasks._attributes import check_spelling
from dtmodels.tasks._graph_run import check_opening
from dtmodels.tasks._graphs import check_graph
from dtmodels.tasks._levels import declared_levels
from dtmodels.tasks._protocol import IN_NEWER_DARKTABLE, Call, Model, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageInspection:
    """Problems and facts of an inspected model."""

    problems: tuple[CheckProblem, ...]
    facts: ModelFacts = field(default_factory=ModelFacts)
    model: Model | None = None
    """None when its configuration cannot be read."""
    calls: tuple[Call, ...] = ()
    """Runs of its graphs; none after an error."""

    @property
    def sound(self) -> bool:
        """Whether there is no error."""
        return not any(problem.severity == "error" for problem in self.problems)


def inspect_package(directory: Path, runtime: Runtime | None, *, top: str = "") -> PackageInspection:
    """Inspect the model in `directory`. Its graphs run only when there is no error before.

    Args:
        directory: contains `config.json` and the ONNX files.
        runtime: runs the graphs; without it no graph runs.
        top: name of the top directory in the package, which must be the id; empty for no comparison.
    """
    files = {file.name: _inspect(file) for file in sorted(directory.glob("*.onnx")) if file.is_file()}
    graphs = {name: graph for name, graph in files.items() if isinstance(graph, Graph)}
    problems = list(check_files(directory, {name for graph in graphs.values() for name in graph.external}))
    config, config_problems = read_config(directory)
    problems += config_problems
    if config is None:
        return PackageInspection(problems=tuple(problems))
    problems += check_keys(config, top)
    problems += check_loader_settings(config, {Path(name).stem for name in files})
    problems += [problem for problem in files.values() if isinstance(problem, CheckProblem)]
    model = Model(directory=directory, config=config, graphs=graphs)
    problems += _check(model, files)
    needs = _needs(config, problems)
    problems += [
        warning("darktable.version", need.where, f"{need.because}: only 5.7 runs it", need.fix) for need in needs
    ]
    calls: list[Call] = []
    if runtime and (task := _task(model)) and not any(problem.severity == "error" for problem in problems):
        declared = dataclasses.replace(model, levels=declared_levels(config, graphs))
        calls, found = _run(task, declared if needs else model, runtime)
        problems += [*found, *([] if needs else _run_as_declared(task, declared, runtime, found))]
        problems += _check_version(calls, runtime)
    facts = _facts(model, calls, needs)
    return PackageInspection(problems=tuple(problems), facts=facts, model=model, calls=tuple(calls))


def _needs(config: PackageConfig, problems: Sequence[CheckProblem]) -> list[NewerNeed]:
    """Settings for which darktable 5.6 does not run the model, without those that have no effect."""
    idle = {problem.where for problem in problems if problem.code == "attribute.no-effect"}
    return [need for need in newer_needs(config) if need.where not in idle]


def _run(task: Task, model: Model, runtime: Runtime) -> tuple[list[Call], list[CheckProblem]]:
    """Run the graphs, opened as darktable does, at the levels of the model."""
    results = list(task.run(model, runtime))
    calls = [result for result in results if isinstance(result, Call)]
    problems = [result for result in results if isinstance(result, CheckProblem)]
    openings = {call.file: call.opening for call in calls}
    problems += [problem for file, opening in openings.items() for problem in check_opening(file, opening)]
    return calls, problems


def _check_version(calls: Sequence[Call], runtime: Runtime) -> Iterator[CheckProblem]:
    """Report graphs that ran in another ONNX Runtime than darktable's, unless that was asked for."""
    version = _version(calls)
    if runtime.site is None and version not in {"", PINNED}:
        what = f"{version} is installed, darktable has {PINNED}: it may open other graphs"
        yield warning("runtime.version", "ONNX Runtime", what, "run `dtmodels validate --runtime darktable`")


def _version(calls: Sequence[Call]) -> str:
    """Version of the ONNX Runtime that ran the graphs; empty if none ran."""
    return next((call.opening.runtime for call in calls), "")


def _run_as_declared(
    task: Task, model: Model, runtime: Runtime, known: Sequence[CheckProblem]
) -> Iterator[CheckProblem]:
    """Run the graphs again at the levels of `ort_optimization`, if any is not the default; report further problems."""
    if set(model.levels.values()) <= {"all"}:
        return
    for problem in _run(task, model, runtime)[1]:
        if (problem.code, problem.where) not in {(one.code, one.where) for one in known}:
            yield dataclasses.replace(problem, where=f"{problem.where}, as ort_optimization opens it in darktable 5.7")


def _inspect(file: Path) -> Graph | CheckProblem:
    try:
        return inspect(file)
    except Failure as exc:
        kind, fix = file_kind(file), "export the graph again"
        refusal = kind.refusal("an ONNX graph", where=file.name, fix=fix) if kind and kind.name != "onnx" else exc
        what = f"{refusal.what}: darktable does not load it"
        return error("graph.unreadable", file.name, what, refusal.fix or fix)


def _task(model: Model) -> Task | None:
    name = model.config.text("task")
    return cast(Task, load_plugin(tasks, name)) if name in plugin_names(tasks) else None


def _check(model: Model, files: Mapping[str, Graph | CheckProblem]) -> Iterator[CheckProblem]:
    for graph in model.graphs.values():
        yield from check_graph(graph)
    name = model.config.text("task")
    if (task := _task(model)) is None:
        if name:
            what = f"is {name!r}, which is no task of darktable"
            yield error("config.task", "config.json: task", what, did_you_mean(name, plugin_names(tasks)))
        return
    for file in task.FILES:
        if file not in files:
            yield error("files.missing", file, f"is missing: darktable fails without it in the task {name}", "add it")
    for file in sorted(set(files) - {*task.FILES, *task.OPTIONAL}):
        yield warning("files.unused", file, f"darktable does not load it for the task {name}", "leave it out")
    yield from check_spelling(model.config, task.ATTRIBUTES)
    yield from task.check(model)


def _facts(model: Model, calls: list[Call], needs: Sequence[NewerNeed]) -> ModelFacts:
    config, task = model.config, _task(model)
    run_by = (IN_NEWER_DARKTABLE if needs else task.RUN_BY) if task else ""
    version = _version(calls)
    return ModelFacts(
        id=config.text("id"),
        task=config.text("task"),
        version=config.text("version"),
        run_by=f"{run_by}, if it has ONNX Runtime {version}" if version not in {"", PINNED} else run_by,
        darktable=versions_text(config, needs) if task else "",
        newer=tuple(need.because for need in needs),
        runtime=version,
        files=tuple(graph.facts() for graph in model.graphs.values()),
        levels={call.file: call.opening.level for call in calls},
        figures={f"latency_ms {call.name}": round(call.seconds * 1000, 3) for call in calls},
    )
