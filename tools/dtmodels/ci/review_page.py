"""The page about one built model: markdown in which everything a card says is only text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dtbase.text.plural import pluralise
from dtmodels.card.model import Card
from dtmodels.ci.built_model import Built, Values
from dtmodels.ci.release_effect import effect
from dtmodels.lint.explain_command import explanation_lines as explained
from dtmodels.lint.explanation import Explanation, explain
from dtmodels.lint.format_helpers import escape_control
from dtmodels.pages.markdown import code, link, table, text
from dtmodels.pages.model_page import datasets

MOST_PROBLEMS = 50
UNITS = {"_ms": "ms", "_db": "dB"}
"""What a part of a figure's name says about its unit."""


def page(root: Path, card: Card, built: Built, *, before: Built | None, released: Values | None) -> str:
    """All about one model that a reviewer should see.

    Args:
        root: the model repository.
        card: the model.
        built: what was made of it.
        before: what was made of it at the base of the change.
        released: the models of the last release; None where nothing is known about one.
    """
    found = explain(root, card.id)
    first, rows = ["a release would", text(effect(card, built, released))], [*_derived(found), *_made(built, before)]
    parts = [f"## {_shown(card.id)} {_shown(card.version)}\n\n{_shown(card.description)}\n", table(first, rows)]
    if built.report:
        figures = before.report["facts"]["figures"] if before and before.report else {}
        parts += [_problems(built.report), _figures(built.report, figures), _tensors(built.report)]
    if count := len(card.training.datasets):
        parts += [_folded(f"Data: {pluralise(count, 'set')}", datasets(card))]
    parts += [_proof(found) if found else ""]
    return "\n".join(part for part in parts if part)


def _shown(value: str) -> str:
    return text(escape_control(value))


def _derived(found: Explanation | None) -> Iterator[list[str]]:
    """Grade, licence and classes, as far as they follow from the card."""
    if found is None:
        yield ["grade", "none: the card is too broken to derive one"]
        return
    refused = (
        f"; refused by {', '.join(sorted({one.rule for one in found.unacceptable}))}" if found.unacceptable else ""
    )
    open_ends = (
        f"; not accepted: {', '.join(sorted({one.rule for one in found.unaccepted}))}" if found.unaccepted else ""
    )
    yield ["grade", f"**{text(found.grade)}**{text(refused)}{text(open_ends)}"]
    yield ["licence of the weights", f"{code(found.weights.expression)}, {found.weights.status} with GPL-3.0-or-later"]
    for claimed, derived in found.classes:
        yield [
            text(derived.name),
            _shown(derived.level if claimed == derived.level else f"{derived.level}, {claimed} claimed"),
        ]


def _made(built: Built, before: Built | None) -> Iterator[list[str]]:
    """What the build came to."""
    yield ["darktable", _verdict(built)]
    if built.bytes is not None:
        size = f"{built.bytes:,} bytes"
        if before and before.bytes and before.bytes != built.bytes:
            size += f", {built.bytes - before.bytes:+,} against the base"
        yield ["package", f"{size}; sha256 {code(built.sha256)}"]
    if built.pictures:
        yield ["demo", _demo(built)]


def _verdict(built: Built) -> str:
    made_up = "; **its weights are made up**" if built.stand_in else ""
    if built.report is None:
        return f"was not asked: the model was not built{made_up}"
    errors = sum(problem["severity"] == "error" for problem in built.report["problems"])
    warnings = len(built.report["problems"]) - errors
    said = f"would not: {errors} errors" if errors else "runs it"
    return f"{said}{f', {warnings} warnings' if warnings else ''}{made_up}"


def _demo(built: Built) -> str:
    """A link: GitHub shows no file of a run in a summary, and takes images out that stand in the text itself."""
    names = ", ".join(code(f"demo/{name}") for name in built.pictures)
    address = os.environ.get("ARTIFACT_URL") or _run()
    return f"{names} in {link('the files of this run', address)}" if address else names


def _run() -> str:
    server, repository, run = (os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    return f"{server}/{repository}/actions/runs/{run}#artifacts" if run else ""


def _figures(report: Values, before: Values) -> str:
    """Latency and parity, beside what the same machine measured at the base where that was built, too."""
    rows = [
        [_with_unit(name), f"{value:.4g}", *_change(value, before.get(name))]
        for name, value in sorted(report["facts"]["figures"].items())
    ]
    return "### Latency and parity\n\n" + table(["", "now", "base", "change"], rows) if rows else ""


def _with_unit(name: str) -> str:
    """A figure's name as people write it: `psnr_db_worst` is `psnr worst (dB)`."""
    unit = next((shown for part, shown in UNITS.items() if part in name), "")
    plain = name.replace(f"_{unit.lower()}", "") if unit else name
    return text(plain.replace("_", " ")) + (f" ({unit})" if unit else "")


def _change(now: float, then: float | None) -> tuple[str, str]:
    if then is None:
        return "", ""
    return f"{then:.4g}", f"{(now - then) / then:+.1%}" if then else ""


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
        [found["severity"], code(escape_control(found["where"])), _shown(found["what"]), _shown(found["fix"])]
        for found in report["problems"][:MOST_PROBLEMS]
    ]
    return "### What was found\n\n" + table(["", "where", "what", "what to do"], rows) if rows else ""


def _proof(found: Explanation) -> str:
    """Why, line by line; the fence is longer than any run of backticks in it, so that nothing in it can end it."""
    lines = [escape_control(line) for line in explained(found)]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return _folded(
        "Why: grade, licence and openness, with the lines of the card", "\n".join([fence, *lines, fence, ""])
    )


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{content}\n</details>\n"
