"""validate: do with a built model or a `.dtmodel` file what darktable would do with it."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from dtbase.system.discovery import load_plugin
from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.files import json_text, write_json
from dtbase.terminal.console import Console
from dtmodels import tasks
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.findings.check_report import CheckProblem, CheckReport, ModelFacts, error, warning
from dtmodels.graph.runtime import Runtime
from dtmodels.package.archive import install
from dtmodels.package.config_reader import CONFIG_FILE as CONFIG
from dtmodels.package.config_writer import SEED_KEY
from dtmodels.stages import _golden
from dtmodels.stages._inspect_package import Examined, examine
from dtmodels.stages.convert import decibels_of
from dtmodels.tasks._protocol import HasGoldenPairs


def validate_path(path: Path, runtime: Runtime | None = None) -> CheckReport:
    """Validate a `.dtmodel` file, or a directory as darktable would have installed it.

    Args:
        path: the file or directory.
        runtime: where to run graphs; one of its own when not given.

    Raises:
        WrongUsage: `path` is neither.
    """
    if not path.exists():
        raise WrongUsage("there is no such file or directory", where=str(path))
    if runtime is None:
        with Runtime() as own:
            return _validate_path(path, own)
    return _validate_path(path, runtime)


def validate(
    entry: CatalogueEntry, directory: Path, *, pin: bool = False, runtime: Runtime | None = None
) -> CheckReport:
    """Validate the converted model in `directory`, and hold its output against the golden data of `entry`.

    Args:
        entry: the model of the catalogue.
        directory: its ONNX files and `config.json`.
        pin: store the statistics of this run as the golden ones, if there is no error.
        runtime: where to run graphs; one of its own when not given.

    Raises:
        Failure: the model has not been converted.
    """
    if not (directory / CONFIG).is_file():
        raise Failure("nothing to validate", where=str(directory), fix=f"run `dtmodels convert {entry.card.id}`")
    if runtime is None:
        with Runtime() as own:
            return validate(entry, directory, pin=pin, runtime=own)
    examined = examine(directory, runtime, top=entry.card.id)
    report = _report(entry.card.id, examined)
    return _with_golden(report, entry, examined, runtime, pin=pin) if examined.sound else report


def validate_all(root: Path, targets: Sequence[str], console: Console, *, pin: bool, as_json: bool) -> int:
    """Validate models by id, and packages or directories by path; print the reports.

    Returns:
        Exit code: 0 when all are fine, 1 otherwise.

    Raises:
        WrongUsage: a target is neither a model nor a path, or `pin` was asked for a path.
        Failure: a model has not been converted.
    """
    with Runtime() as runtime:
        reports = [_target(root, target, runtime, pin=pin) for target in targets]
    for report in reports if pin else ():
        if report.ok:
            console.note(f"{report.where}: {_golden.FILE} is written; `dtmodels docs` brings its page up to date")
    if as_json:
        console.say(json_text({"reports": [report.as_json() for report in reports]}).rstrip())
    else:
        for report in reports:
            console.say(report.text())
    return 0 if all(report.ok for report in reports) else 1


def validate_and_record(entry: CatalogueEntry, workspace: Workspace, console: Console) -> None:
    """Validate a converted model and write its report to the workspace, with how near its conversion came.

    Raises:
        Failure: there are errors; the message lists them.
    """
    console.note(f"{entry.card.id}: validating")
    report = validate(entry, workspace.model(entry.card.id))
    figures = {**report.facts.figures, "parity_db": decibels_of(workspace, entry.card.id)}
    report = dataclasses.replace(report, facts=dataclasses.replace(report.facts, figures=figures))
    write_json(workspace.report(entry.card.id), report.as_json())
    _require(report, entry.card.id)


def validate_archive(path: Path) -> None:
    """Hold a packed `.dtmodel` against the rules of darktable's installer and loader, without running it.

    Raises:
        Failure: darktable would not install it whole, or not load it.
    """
    with tempfile.TemporaryDirectory() as staging:
        _require(_archive(path, Path(staging), None), path.name)


def _require(report: CheckReport, where: str) -> None:
    if not report.ok:
        lines = "\n".join(str(problem) for problem in report.errors)
        raise Failure(f"darktable's user would not be happy with it\n{lines}", where=where)


def _target(root: Path, target: str, runtime: Runtime, *, pin: bool) -> CheckReport:
    path = Path(target)
    if path.suffix == ".dtmodel" or "/" in target or path.is_dir():
        if pin:
            raise WrongUsage("--pin is for models of the repository", where=target, fix="name the model by its id")
        return validate_path(path, runtime)
    entry = Catalogue.load(root).get(target)
    return validate(entry, Workspace(root).model(entry.card.id), pin=pin, runtime=runtime)


def _validate_path(path: Path, runtime: Runtime) -> CheckReport:
    if path.is_dir():
        return _report(path.name, examine(path, runtime))
    with tempfile.TemporaryDirectory() as staging:
        return _archive(path, Path(staging), runtime)


def _archive(path: Path, staging: Path, runtime: Runtime | None) -> CheckReport:
    installed = install(path, staging)
    if installed.directory is None:
        return CheckReport(where=path.name, problems=installed.problems)
    examined = examine(installed.directory, runtime, top=installed.id)
    problems = (*installed.problems, *examined.problems)
    if path.stem != installed.id:
        what = f"the file is named {path.stem!r}, the model {installed.id!r}: a download of the model does not find it"
        problems += (warning("archive.file-name", path.name, what, f"name it {installed.id}.dtmodel"),)
    return CheckReport(where=path.name, problems=problems, facts=examined.facts)


def _report(where: str, examined: Examined) -> CheckReport:
    return CheckReport(where=where, problems=examined.problems, facts=examined.facts)


def _with_golden(
    report: CheckReport, entry: CatalogueEntry, examined: Examined, runtime: Runtime, *, pin: bool
) -> CheckReport:
    if examined.model is not None and SEED_KEY in examined.model.config.values:
        if pin:
            what = "has seeded weights: what it returns must not become the golden output"
            raise Failure(what, where=entry.card.id, fix=f"run `dtmodels convert {entry.card.id}`")
        return report
    if pin:
        _golden.pin(entry.directory, examined.calls, examined.facts.files)
    problems = [*report.problems, *_golden.compare(entry.directory, examined.calls, entry.card.tolerance.relative)]
    figures = dict(report.facts.figures)
    problems += _pairs(entry, examined, runtime, figures)
    facts: ModelFacts = dataclasses.replace(report.facts, figures=figures)
    return CheckReport(where=report.where, problems=tuple(problems), facts=facts)


def _pairs(
    entry: CatalogueEntry, examined: Examined, runtime: Runtime, figures: dict[str, float]
) -> Iterator[CheckProblem]:
    """Hold the model against images darktable rendered, where its directory has some."""
    golden, task = entry.directory / _golden.PAIRS, load_plugin(tasks, entry.card.task)
    if not golden.is_file() or not hasattr(task, "measure") or examined.model is None:
        return
    try:
        figures.update(cast(HasGoldenPairs, task).measure(examined.model, runtime, golden))
    except Failure as exc:
        yield error("golden.pairs", _golden.PAIRS, str(exc), "render the golden pairs again")
        return
    wanted = entry.card.tolerance.psnr_db
    if wanted is not None and figures["psnr_db_worst"] < wanted:
        what = f"the worst pair reaches {figures['psnr_db_worst']:.2f} dB, the card promises {wanted:g} dB"
        yield error("golden.psnr", _golden.PAIRS, what, "train longer, or promise less in the card: tolerance.psnr_db")
