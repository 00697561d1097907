"""validate: test a built model or a `.dtmodel` file as darktable would install, load and run it."""

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
from dtbase.text.plural import pluralise
from dtmodels import tasks
from dtmodels.build.runtimes import provide_runtime
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.findings.check_report import CheckProblem, CheckReport, ModelFacts, error, warning
from dtmodels.graph.runtime import Runtime
from dtmodels.package.archive import install
from dtmodels.package.config_reader import CONFIG_FILE as CONFIG
from dtmodels.package.config_writer import SEED_KEY
from dtmodels.stages import _golden
from dtmodels.stages._inspect_package import PackageInspection, inspect_package
from dtmodels.stages.convert import parity_db
from dtmodels.tasks._protocol import HasGoldenPairs

NOT_RELEASED = {"graph.float64"}
"""Codes of problems that are warnings in other packages, and errors in a released model of the collection."""


def validate_package(path: Path, runtime: Runtime | None = None) -> CheckReport:
    """Validate a `.dtmodel` file, or a directory with an installed model.

    Args:
        path: the file or directory.
        runtime: runs the graphs; None for a new one.

    Raises:
        WrongUsage: there is no such file or directory.
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
    """Validate the converted model in `directory`, and compare its output with the golden data of `entry`.

    Args:
        entry: the model of the catalogue.
        directory: contains its ONNX files and `config.json`.
        pin: store the statistics of this run as golden data, if there is no error.
        runtime: runs the graphs; None for a new one.

    Raises:
        Failure: the model has not been converted.
    """
    if not (directory / CONFIG).is_file():
        raise Failure("the model is not converted", where=str(directory), fix=f"run `dtmodels convert {entry.card.id}`")
    if runtime is None:
        with Runtime() as own:
            return validate(entry, directory, pin=pin, runtime=own)
    inspection = inspect_package(directory, runtime, top=entry.card.id)
    if entry.card.status in ("candidate", "released"):
        inspection = dataclasses.replace(inspection, problems=tuple(map(_as_released, inspection.problems)))
    report = _report(entry.card.id, inspection)
    return _with_golden(report, entry, inspection, runtime, pin=pin) if inspection.sound else report


def validate_all(
    root: Path, targets: Sequence[str], console: Console, *, pin: bool, as_json: bool, version: str = ""
) -> int:
    """Validate models by id, and packages or directories by path; print the reports.

    Args:
        root: the repository.
        targets: ids and paths.
        console: where reports and progress go.
        pin: store the statistics of models as golden data.
        as_json: print the reports as JSON.
        version: version of ONNX Runtime to run the graphs in; empty for the installed one.

    Returns:
        Exit code: 0 when no report has an error, 1 otherwise.

    Raises:
        WrongUsage: a target is neither a model nor a path, or `pin` is set for a path or another version.
        Failure: a model has not been converted, or the version cannot be fetched.
    """
    if pin and version:
        fix = "leave out --runtime: golden data are statistics of the installed version"
        raise WrongUsage("--pin does not go with --runtime", fix=fix)
    site = provide_runtime(version, Workspace(root).cache, console) if version else None
    with Runtime(site=site) as runtime:
        reports = []
        for target in targets:
            report = _target(root, target, runtime, pin=pin)
            reports.append(report)
            if not as_json:
                console.say(report.text())
            if pin and report.ok:
                console.note(f"{report.where}: {_golden.FILE} is written; run `dtmodels docs` to update its page")
    if as_json:
        console.say(json_text({"reports": [report.as_json() for report in reports]}).rstrip())
    return 0 if all(report.ok for report in reports) else 1


def validate_and_record(entry: CatalogueEntry, workspace: Workspace, console: Console, *, pin: bool = False) -> None:
    """Validate a converted model, and write its report to the workspace, with the PSNR of its conversion.

    With `pin`, the statistics of its outputs become golden data if there is no error.

    Raises:
        Failure: there are errors; the message lists them.
    """
    console.note(f"{entry.card.id}: validating")
    report = validate(entry, workspace.model(entry.card.id), pin=pin)
    metrics = {**report.facts.figures, "parity_db": parity_db(workspace, entry.card.id)}
    report = dataclasses.replace(report, facts=dataclasses.replace(report.facts, figures=metrics))
    write_json(workspace.report(entry.card.id), report.as_json())
    _require(report, entry.card.id)


def validate_archive(path: Path) -> None:
    """Check a `.dtmodel` file by the rules of darktable's installer and loader, without running its graphs.

    Raises:
        Failure: darktable would not install all of it, or not load it.
    """
    with tempfile.TemporaryDirectory() as staging:
        _require(_archive(path, Path(staging), None), path.name)


def _require(report: CheckReport, where: str) -> None:
    if not report.ok:
        lines = "\n".join(str(problem) for problem in report.errors)
        count = pluralise(len(report.errors), "error")
        fix = "correct them and run the command again"
        raise Failure(f"the package fails validation with {count}\n{lines}", where=where, fix=fix)


def _target(root: Path, target: str, runtime: Runtime, *, pin: bool) -> CheckReport:
    path = Path(target)
    if path.suffix == ".dtmodel" or "/" in target or path.is_dir():
        if pin:
            raise WrongUsage("--pin needs a model of the repository", where=target, fix="give the id of a model")
        return validate_package(path, runtime)
    entry = Catalogue.load(root).get(target)
    return validate(entry, Workspace(root).model(entry.card.id), pin=pin, runtime=runtime)


def _validate_path(path: Path, runtime: Runtime) -> CheckReport:
    if path.is_dir():
        return _report(path.name, inspect_package(path, runtime))
    with tempfile.TemporaryDirectory() as staging:
        return _archive(path, Path(staging), runtime)


def _archive(path: Path, staging: Path, runtime: Runtime | None) -> CheckReport:
    installed = install(path, staging)
    without_config = any(problem.where == f"{installed.id}/{CONFIG}" for problem in installed.problems)
    if installed.directory is None or (without_config and not (installed.directory / CONFIG).is_file()):
        return CheckReport(where=path.name, problems=installed.problems)
    sound = not any(problem.severity == "error" for problem in installed.problems)
    inspection = inspect_package(installed.directory, runtime if sound else None, top=installed.id)
    problems = (*installed.problems, *inspection.problems)
    if path.stem != installed.id:
        what = f"the file is named {path.stem!r}, the model {installed.id!r}: darktable does not find it for a download"
        problems += (warning("archive.file-name", path.name, what, f"name it {installed.id}.dtmodel"),)
    return CheckReport(where=path.name, problems=problems, facts=inspection.facts)


def _as_released(problem: CheckProblem) -> CheckProblem:
    """Raise warnings to errors that a released model of the collection must not have: it runs anywhere."""
    return dataclasses.replace(problem, severity="error") if problem.code in NOT_RELEASED else problem


def _report(where: str, inspection: PackageInspection) -> CheckReport:
    return CheckReport(where=where, problems=inspection.problems, facts=inspection.facts)


def _with_golden(
    report: CheckReport, entry: CatalogueEntry, inspection: PackageInspection, runtime: Runtime, *, pin: bool
) -> CheckReport:
    if inspection.model is not None and SEED_KEY in inspection.model.config.values:
        if pin:
            what = "has seeded weights, so its output must not become golden data"
            raise Failure(what, where=entry.card.id, fix=f"run `dtmodels convert {entry.card.id}`")
        return report
    if pin:
        _golden.pin(entry.directory, inspection.calls, inspection.facts.files)
    problems = [*report.problems, *_golden.compare(entry.directory, inspection.calls, entry.card.tolerance.relative)]
    metrics = dict(report.facts.figures)
    problems += _pairs(entry, inspection, runtime, metrics)
    facts: ModelFacts = dataclasses.replace(report.facts, figures=metrics)
    return CheckReport(where=report.where, problems=tuple(problems), facts=facts)


def _pairs(
    entry: CatalogueEntry, inspection: PackageInspection, runtime: Runtime, metrics: dict[str, float]
) -> Iterator[CheckProblem]:
    """Compare the model with images that darktable rendered, where its directory has golden pairs."""
    golden, task = entry.directory / _golden.PAIRS, load_plugin(tasks, entry.card.task)
    if not golden.is_file() or not hasattr(task, "measure") or inspection.model is None:
        return
    try:
        metrics.update(cast(HasGoldenPairs, task).measure(inspection.model, runtime, golden))
    except Failure as exc:
        yield error("golden.pairs", _golden.PAIRS, str(exc), "render the golden pairs again")
        return
    target = entry.card.tolerance.psnr_db
    if target is not None and metrics["psnr_db_worst"] < target:
        what = f"PSNR of the worst pair is {metrics['psnr_db_worst']:.2f} dB, below tolerance.psnr_db, {target:g} dB"
        yield error("golden.psnr", _golden.PAIRS, what, "train longer, or lower tolerance.psnr_db in the card")
