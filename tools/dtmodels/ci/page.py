"""The page about one built model: markdown in which everything a card says is only text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dtmodels.card import Card
from dtmodels.ci.built import Built, Values
from dtmodels.ci.release_effect import effect
from dtmodels.lint.explain import text as explained
from dtmodels.lint.explanation import Explanation, explain
from dtmodels.lint.wording import visible
from dtmodels.markdown import code, link, table, text
from dtmodels.model_page import datasets

LATENCY = "latency_ms "
_MOST_PROBLEMS = 50


def page(root: Path, card: Card, built: Built, *, before: Values | None, released: Values | None) -> str:
    """All about one model that a reviewer should see.

    Args:
        root: the model repository.
        card: the model.
        built: what was made of it.
        before: the report about it at the base of the change.
        released: the models of the last release; None where nothing is known about one.
    """
    found = explain(root, card.id)
    facts = [
        ["a release would", text(effect(card, built, released))],
        ["grade", text(found.grade) if found else "none: the card is too broken"],
        ["weights", f"{code(card.license.weights)}: {found.weights.status} with GPL-3.0-or-later" if found else ""],
        ["checks", _checks(built)],
        ["package", f"{built.bytes:,} bytes, {code(built.sha256)}" if built.bytes else "none"],
        ["demo", _demo(built)],
    ]
    head = f"## {text(visible(card.id))} {text(visible(card.version))}\n\n{text(visible(card.description))}\n"
    parts = [head, table(["", ""], facts)]
    if built.report:
        parts += [_figures(built.report, before), _tensors(built.report), _problems(built.report)]
    parts += [datasets(card), _proof(found) if found else ""]
    return "\n".join(part for part in parts if part)


def _checks(built: Built) -> str:
    if built.report is None:
        return "not built"
    errors = sum(problem["severity"] == "error" for problem in built.report["problems"])
    warnings = len(built.report["problems"]) - errors
    said = f"{errors} errors, {warnings} warnings" if errors or warnings else "darktable runs it"
    return f"{said}; **the weights are made up**" if built.stand_in else said


def _demo(built: Built) -> str:
    """A link: GitHub shows no file of a run in a summary, and takes pictures out that stand in the text itself."""
    if not built.pictures:
        return "none"
    names = ", ".join(code(name) for name in built.pictures)
    address = os.environ.get("ARTIFACT_URL") or _run()
    return f"{names} in {link('the files of this run', address)}" if address else names


def _run() -> str:
    server, repository, run = (os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    return f"{server}/{repository}/actions/runs/{run}#artifacts" if run else ""


def _figures(report: Values, before: Values | None) -> str:
    then = before["facts"]["figures"] if before else {}
    rows = [[text(name), f"{value:.4g}", *_change(value, then.get(name))] for name, value in _sorted(report)]
    return "### Figures\n\n" + table(["", "now", "base", "change"], rows) if rows else ""


def _sorted(report: Values) -> list[tuple[str, float]]:
    return sorted(report["facts"]["figures"].items())


def _change(now: float, then: float | None) -> tuple[str, str]:
    if then is None:
        return "", ""
    return f"{then:.4g}", f"{(now - then) / then:+.1%}" if then else ""


def _tensors(report: Values) -> str:
    rows = [
        [
            code(file["name"]),
            f"{file['bytes']:,}",
            side,
            code(tensor["name"]),
            code(tensor["dtype"]),
            code(" × ".join(map(str, tensor["shape"]))),
        ]
        for file in report["facts"]["files"]
        for side in ("inputs", "outputs")
        for tensor in file[side]
    ]
    return "### Tensors\n\n" + table(["file", "bytes", "", "name", "type", "shape"], rows) if rows else ""


def _problems(report: Values) -> str:
    rows = [
        [found["severity"], code(visible(found["where"])), text(visible(found["what"])), text(visible(found["fix"]))]
        for found in report["problems"][:_MOST_PROBLEMS]
    ]
    return "### What was found\n\n" + table(["", "where", "what", "what to do"], rows) if rows else ""


def _proof(found: Explanation) -> str:
    lines = [visible(line) for line in explained(found)]
    return "<details><summary>Why: grade, licence and openness, with the lines of the card</summary>\n\n" + "\n".join(
        _fenced(lines)
    )


def _fenced(lines: list[str]) -> Iterator[str]:
    """Lines as they are; the fence is longer than any run of backticks in them, so none of them can end it."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (fence, *lines, fence, "", "</details>", "")
