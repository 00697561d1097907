"""Review page of one built model, in Markdown. All card fields are escaped. Called by `summary`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dtbase.text.plural import pluralise
from dtmodels.card.model import Card
from dtmodels.ci.built_model import BuiltModel, Values
from dtmodels.ci.release_effect import effect
from dtmodels.lint.explain_command import explanation_lines as explained
from dtmodels.lint.explanation import Explanation, explain
from dtmodels.lint.format_helpers import escape_control
from dtmodels.pages.markdown import code, link, table, text
from dtmodels.pages.model_page import datasets

MOST_PROBLEMS = 50
UNITS = {"_ms": "ms", "_db": "dB"}
"""Units by the part of a metric's name that states them."""


def page(root: Path, card: Card, built: BuiltModel, *, before: BuiltModel | None, released: Values | None) -> str:
    """Write the page that a reviewer of one model reads.

    Args:
        root: the model repository.
        card: the model.
        built: its build results.
        before: its build results at the base of the change.
        released: the models of the last release; None if it was not requested.
    """
    explanation = explain(root, card.id)
    header = ["a release would", text(effect(card, built, released))]
    rows = [*_derived(explanation), *_build_rows(built, before)]
    parts = [f"## {_escaped(card.id)} {_escaped(card.version)}\n\n{_escaped(card.description)}\n", table(header, rows)]
    if built.report:
        base_metrics = before.report["facts"]["figures"] if before and before.report else {}
        parts += [_problems(built.report), _metrics(built.report, base_metrics), _tensors(built.report)]
    if count := len(card.training.datasets):
        parts += [_folded(f"Data: {pluralise(count, 'dataset')}", datasets(card))]
    parts += [_proof(explanation) if explanation else ""]
    return "\n".join(part for part in parts if part)


def _escaped(value: str) -> str:
    return text(escape_control(value))


def _derived(explanation: Explanation | None) -> Iterator[list[str]]:
    """Yield grade, licence and openness classes derived from the card."""
    if explanation is None:
        yield ["grade", "none: the card cannot be read far enough to derive one"]
        return
    refused, unaccepted = ({one.rule for one in found} for found in (explanation.unacceptable, explanation.unaccepted))
    refusals = f"; refused by {', '.join(sorted(refused))}" if refused else ""
    open_ends = f"; not accepted: {', '.join(sorted(unaccepted))}" if unaccepted else ""
    yield ["grade", f"**{text(explanation.grade)}**{text(refusals)}{text(open_ends)}"]
    weights = explanation.weights
    yield ["licence of the weights", f"{code(weights.expression)}, {weights.status} with GPL-3.0-or-later"]
    for claimed, derived in explanation.classes:
        yield [
            text(derived.name),
            _escaped(derived.level if claimed == derived.level else f"{derived.level}, {claimed} claimed"),
        ]


def _build_rows(built: BuiltModel, before: BuiltModel | None) -> Iterator[list[str]]:
    """Yield validation result, package and demo."""
    yield ["darktable", _validation_result(built)]
    if built.bytes is not None:
        size = f"{built.bytes:,} bytes"
        if before and before.bytes and before.bytes != built.bytes:
            size += f", {built.bytes - before.bytes:+,} compared with the base"
        yield ["package", f"{size}; sha256 {code(built.sha256)}"]
    if built.demo_files:
        yield ["demo", _demo(built)]


def _validation_result(built: BuiltModel) -> str:
    seeded = "; **it has seeded weights**" if built.seeded else ""
    if built.report is None:
        return f"not validated: the model was not built{seeded}"
    errors = sum(problem["severity"] == "error" for problem in built.report["problems"])
    warnings = len(built.report["problems"]) - errors
    result = f"fails: {pluralise(errors, 'error')}" if errors else "runs it"
    remarks = f", {pluralise(warnings, 'warning')}" if warnings else ""
    return f"{result}{remarks}{seeded}"


def _demo(built: BuiltModel) -> str:
    """Link to the demo images: a summary on GitHub cannot show files of the run, and embedded images are removed."""
    names = ", ".join(code(f"demo/{name}") for name in built.demo_files)
    url = os.environ.get("ARTIFACT_URL") or _run_url()
    return f"{names} in {link('the files of this run', url)}" if url else names


def _run_url() -> str:
    server, repository, run = (os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    return f"{server}/{repository}/actions/runs/{run}#artifacts" if run else ""


def _metrics(report: Values, base: Values) -> str:
    """Write latency and parity next to the values that the same machine measured at the base of the change."""
    rows = [
        [_with_unit(name), f"{value:.4g}", *_change(value, base.get(name))]
        for name, value in sorted(report["facts"]["figures"].items())
    ]
    return "### Latency and parity\n\n" + table(["", "now", "base", "change"], rows) if rows else ""


def _with_unit(name: str) -> str:
    """Format the name of a metric for readers: `psnr_db_worst` becomes `psnr worst (dB)`."""
    unit = next((unit for part, unit in UNITS.items() if part in name), "")
    plain = name.replace(f"_{unit.lower()}", "") if unit else name
    return text(plain.replace("_", " ")) + (f" ({unit})" if unit else "")


def _change(now: float, base: float | None) -> tuple[str, str]:
    if base is None:
        return "", ""
    return f"{base:.4g}", f"{(now - base) / base:+.1%}" if base else ""


def _tensors(report: Values) -> str:
    files = report["facts"]["files"]
    rows = [
        [
            code(file["name"]),
            side,
            code(tensor["name"]),
            code(tensor["dtype"]),
            code(" × ".join(map(str, tensor["shape"]))),
        ]
        for file in files
        for side in ("inputs", "outputs")
        for tensor in file[side]
    ]
    sizes = "".join(
        f"{code(file['name'])}: {file['bytes']:,} bytes, opset {file['opset']}, IR {file['ir']}\n\n" for file in files
    )
    return _folded("Tensors", sizes + table(["file", "", "name", "type", "shape"], rows)) if rows else ""


def _problems(report: Values) -> str:
    rows = [
        [
            problem["severity"],
            code(escape_control(problem["where"])),
            _escaped(problem["what"]),
            _escaped(problem["fix"]),
        ]
        for problem in report["problems"][:MOST_PROBLEMS]
    ]
    return "### Problems\n\n" + table(["", "where", "what", "what to do"], rows) if rows else ""


def _proof(explanation: Explanation) -> str:
    """Write the derivation as a code block; its fence is longer than any run of backticks in it."""
    lines = [escape_control(line) for line in explained(explanation)]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return _folded(
        "Why: grade, licence and openness, with the lines of the card", "\n".join([fence, *lines, fence, ""])
    )


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{content}\n</details>\n"
