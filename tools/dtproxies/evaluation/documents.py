"""Card and report of a proxy: the two documents that state its stored results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import json_text, sha256, write_text
from dtbase.terminal.console import Console
from dtproxies.evaluation.card_section import with_evaluation
from dtproxies.evaluation.new_report import new_report
from dtproxies.evaluation.report_section import BEGIN, END, with_markers, with_results
from dtproxies.evaluation.results import Evaluation
from dtproxies.evaluation.results_table import COLUMNS, line, page
from dtproxies.evaluation.stored_results import StoredEvaluation, read_stored
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.weight_files import WEIGHTS, modules_with_weights, weights_of

CARD, REPORT = "card.yaml", "REPORT.md"


def documents(directory: Path, stored: StoredEvaluation) -> dict[Path, str]:
    """Return the texts of card and report that state this evaluation, by path. A missing report gets a new frame.

    Raises:
        Failure: there is no card, or the report has no markers.
    """
    check_documents(directory)
    card, report = directory / CARD, directory / REPORT
    if report.is_file():
        frame = report.read_text()
    else:
        frame = new_report(load_definition(stored.evaluation.module), directory / WEIGHTS, stored.darktable)
    return {
        card: with_evaluation(card.read_text(), stored.evaluation, str(card)),
        report: with_results(frame, stored.evaluation, str(report)),
    }


def check_documents(directory: Path) -> None:
    """Check that the results can be written, before an evaluation takes minutes.

    Raises:
        Failure: there is no card, or the report has no markers.
    """
    card, report = directory / CARD, directory / REPORT
    if not card.is_file():
        fix = f"dtmodels new {directory.name} --task proxy"
        raise Failure("there is no card to write the results into", where=str(card), fix=fix)
    if report.is_file() and BEGIN not in with_markers(report.read_text()):
        fix = f"write {BEGIN} and {END} into it, each on a separate line"
        raise Failure("has no markers for the results", where=str(report), fix=fix)


def write_documents(directory: Path, stored: StoredEvaluation) -> None:
    """Write card and report, each only if its text changes.

    Raises:
        Failure: as in `documents`.
    """
    for path, text in documents(directory, stored).items():
        if not path.is_file() or path.read_text() != text:
            write_text(path, text)


def rewrite_all(console: Console, models: Path, *, table: Path | None = None, as_json: bool = False) -> int:
    """Write card, report and table of every proxy below `models` from its stored results; nothing is rendered.

    Returns:
        The exit code: 1 when a proxy misses the target of its kind.

    Raises:
        Failure: no proxy has stored results, or the weights of a proxy have changed since its evaluation.
    """
    results: list[StoredEvaluation] = []
    for name in modules_with_weights(models):
        weights = weights_of(name, models)
        stored = read_stored(weights.parent)
        if stored is None:
            console.note(f"{name}: no stored results; run `dtproxies evaluate {name} --weights {weights} --write`")
            continue
        if stored.weights != sha256(weights):
            fix = f"dtproxies evaluate {name} --weights {weights} --write"
            raise Failure("the stored results belong to other weights", where=str(weights), fix=fix)
        write_documents(weights.parent, stored)
        results.append(stored)
    if not results:
        raise Failure("no proxy has stored results", where=str(models), fix="dtproxies evaluate --all")
    versions = ", ".join(sorted({one.darktable for one in results}))
    return summarise(console, [one.evaluation for one in results], versions, table=table, as_json=as_json)


def summarise(
    console: Console, evaluations: Sequence[Evaluation], darktable: str, *, table: Path | None, as_json: bool
) -> int:
    """Print the table of all proxies, and write it into the page `table`, if any.

    Returns:
        The exit code: 1 when a proxy misses the target of its kind.
    """
    if as_json:
        console.say(json_text([asdict(one) for one in evaluations]).rstrip())
    else:
        console.table(COLUMNS, [line(one) for one in evaluations])
    if table is not None:
        write_text(table, page(evaluations, darktable))
    return 0 if not any(one.short for one in evaluations) else 1
