"""explain: print the proof of a model's grade and classes, as a tree with the lines of its card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import json_text
from dtbase.terminal.console import Console
from dtmodels.lint.explanation import Explanation, explain, improvements, json_value
from dtmodels.lint.format_helpers import escape_control, escape_json
from dtmodels.lint.rule import Finding
from dtmodels.openness.proof import Derivation, Proof

_YES_NO = {True: "yes", False: "no"}
_COLOURS = {r"(?<=[─ ])yes(?=  )": "green", r"(?<=[─ ])no(?=  )": "red", r"^(yes|no)(?=  )|^[a-z A-Z0-9]+:": "bold"}


def print_explanation(root: Path, model_id: str, console: Console, *, as_json: bool) -> None:
    """Explain one model; in colour on a terminal.

    Raises:
        WrongUsage: there is no such model.
        Failure: its card is too broken to derive anything from.
    """
    found = explain(root, model_id)
    if found is None:
        raise Failure("the card is too broken to derive anything", where=model_id, fix=f"dtmodels lint {model_id}")
    if as_json:
        console.say(escape_json(json_text(json_value(found)).rstrip()))
        return
    lines = [escape_control(line) for line in explanation_lines(found)]
    if console.out.isatty():
        _print_coloured(lines, console)
        return
    for line in lines:
        console.say(line)


def explanation_lines(found: Explanation) -> Iterator[str]:
    """The explanation, line by line."""
    card = found.card
    yield f"{card.id} {card.version} ({card.status})"
    yield from _grade_lines(found)
    yield ""
    verdict = f"{found.weights.status} with GPL-3.0-or-later, under {found.weights.expression}"
    yield f"weights: {verdict} {_line_reference(found, _WEIGHTS)}"
    for part in found.weights.applicable:
        yield f"   {part.text}: {part.reason}" + (f" ({part.authority}: {part.url})" if part.url else "")
    for claimed, derived in found.classes:
        yield ""
        yield from _class_lines(found, claimed, derived)
    yield ""
    yield from _proof_lines(found, found.fsf, "", "")
    yield ""
    yield from _improvement_lines(found)


_WEIGHTS = ("license", "weights")


def _grade_lines(found: Explanation) -> Iterator[str]:
    waiting = found.grade == "disclosed" and found.wanting
    yield f"grade: {found.grade}" + (", once what is not accepted below is accepted or solved" if waiting else "")
    for index, accepted in enumerate(found.card.acceptances):
        at = _line_reference(found, ("acceptances", index))
        yield f"   accepted: {accepted.rule} by {accepted.by} on {accepted.date}: {accepted.reason} {at}"
    yield from (f"   cannot be accepted: {line}" for line in _finding_lines(found.refused))
    yield from (f"   not accepted: {line}" for line in _finding_lines(found.wanting))
    yield from (f"   lacking for a release: {line}" for line in _finding_lines(found.lacking))


def _finding_lines(findings: tuple[Finding, ...]) -> Iterator[str]:
    """The first finding of each rule, and how many more there are."""
    count = Counter(finding.rule for finding in findings)
    first = {finding.rule: finding for finding in reversed(findings)}
    for rule_id, finding in sorted(first.items()):
        more = f", and {count[rule_id] - 1} more" if count[rule_id] > 1 else ""
        yield f"{rule_id}: {finding.message} ({finding.path.rpartition('/')[2]}:{finding.line}{more})"


def _class_lines(found: Explanation, claimed: str, derived: Derivation) -> Iterator[str]:
    above = derived.height(claimed) > derived.height(derived.level)
    verdict = "more than the facts support" if above else "supported by the facts"
    claim = f"{claimed} is claimed, {verdict}" if claimed != "none" else "nothing is claimed"
    at = _line_reference(found, ("openness", derived.name.lower()))
    yield f"{derived.name}: {derived.level} is derived; {claim} {at}".rstrip()
    for step in derived.steps:
        last = step is derived.steps[-1]
        yield from _proof_lines(found, step.proof, "└─ " if last else "├─ ", "   " if last else "│  ")


def _proof_lines(found: Explanation, proof: Proof, first: str, rest: str) -> Iterator[str]:
    because = f": {proof.because} {_line_reference(found, proof.where)}".rstrip() if proof.because else ""
    remark = f"; {proof.remark}" if proof.remark else ""
    yield f"{first}{_YES_NO[proof.holds]}  {proof.claim}{because}{remark}"
    for part in proof.parts:
        last = part is proof.parts[-1]
        yield from _proof_lines(found, part, f"{rest}{'└─ ' if last else '├─ '}", f"{rest}{'   ' if last else '│  '}")


def _improvement_lines(found: Explanation) -> Iterator[str]:
    goals = list(improvements(found))
    if found.grade != "open":
        yield "to be graded open: solve what is accepted, or cannot be, instead of accepting it"
    for goal, gaps in goals:
        yield f"to reach {goal}:"
        for gap in dict.fromkeys(gaps):
            yield f"   {gap.claim.rpartition(' ')[0]}: {gap.fix} {_line_reference(found, gap.where)}".rstrip()
    if not goals and found.grade == "open":
        yield "nothing would raise it: every class is reached"


def _line_reference(found: Explanation, where: tuple[str | int, ...]) -> str:
    line = found.line(where)
    return f"(card.yaml:{line})" if line else ""


def _print_coloured(lines: list[str], console: Console) -> None:
    from rich.console import Console as RichConsole
    from rich.text import Text

    rich = RichConsole(file=console.out, soft_wrap=True, highlight=False)
    for line in lines:
        shown = Text(line)
        for pattern, style in _COLOURS.items():
            shown.highlight_regex(pattern, style)
        rich.print(shown)
