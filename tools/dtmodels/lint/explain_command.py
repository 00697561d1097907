"""explain command: print the proof of a model's grade and classes, as a tree with card lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import json_text
from dtbase.terminal.console import Console
from dtmodels.card.placeholders import is_placeholder
from dtmodels.lint.explanation import Explanation, explain, improvements, json_value
from dtmodels.lint.format_helpers import escape_control, escape_json
from dtmodels.lint.rule import Finding
from dtmodels.openness.proof import Derivation, Proof

_YES_NO = {True: "yes", False: "no"}
_COLOURS = {r"(?<=[─ ])yes(?=  )": "green", r"(?<=[─ ])no(?=  )": "red", r"^(yes|no)(?=  )|^[a-z A-Z0-9]+:": "bold"}


def print_explanation(root: Path, name: str, console: Console, *, as_json: bool) -> None:
    """Print the explanation of one model, coloured on a terminal; `name` is its id or the path of its card.

    Raises:
        WrongUsage: the model does not exist.
        Failure: its card cannot be read completely.
    """
    explanation = explain(root, name)
    if explanation is None:
        raise Failure("the card has errors that prevent an explanation", where=name, fix=f"dtmodels lint {name}")
    if as_json:
        console.say(escape_json(json_text(json_value(explanation)).rstrip()))
        return
    lines = [escape_control(line) for line in explanation_lines(explanation)]
    if console.out.isatty():
        _print_coloured(lines, console)
        return
    for line in lines:
        console.say(line)


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Yield the lines of the explanation."""
    card = explanation.card
    yield f"{card.id} {card.version} ({card.status})"
    yield from _grade_lines(explanation)
    yield ""
    verdict = f"{explanation.weights.status} with GPL-3.0-or-later, under {explanation.weights.expression}"
    yield f"weights: {verdict} {_line_reference(explanation, _WEIGHTS)}"
    for part in explanation.weights.applicable:
        yield f"   {part.text}: {part.reason}" + (f" ({part.authority}: {part.url})" if part.url else "")
    for claimed, derived in explanation.classes:
        yield ""
        yield from _class_lines(explanation, claimed, derived)
    yield ""
    yield from _proof_lines(explanation, explanation.fsf, "", "")
    yield ""
    yield from _improvement_lines(explanation)


_WEIGHTS = ("license", "weights")


def _grade_lines(explanation: Explanation) -> Iterator[str]:
    unresolved = explanation.grade == "disclosed" and explanation.unaccepted
    yield f"grade: {explanation.grade}" + (", after the findings below are accepted or fixed" if unresolved else "")
    for index, accepted in enumerate(explanation.card.acceptances):
        reference = _line_reference(explanation, ("acceptances", index))
        yield f"   accepted: {accepted.rule} by {accepted.by} on {accepted.date}: {accepted.reason} {reference}"
    yield from (f"   cannot be accepted: {line}" for line in _finding_lines(explanation.unacceptable))
    yield from (f"   not accepted: {line}" for line in _finding_lines(explanation.unaccepted))
    yield from (f"   needed for a release: {line}" for line in _finding_lines(explanation.release_blockers))


def _finding_lines(findings: tuple[Finding, ...]) -> Iterator[str]:
    """Yield the first finding of each rule, with the number of others."""
    count = Counter(finding.rule for finding in findings)
    first = {finding.rule: finding for finding in reversed(findings)}
    for rule_id, finding in sorted(first.items()):
        more = f", and {count[rule_id] - 1} more" if count[rule_id] > 1 else ""
        yield f"{rule_id}: {finding.message} ({finding.path.rpartition('/')[2]}:{finding.line}{more})"


def _class_lines(explanation: Explanation, claimed: str, derived: Derivation) -> Iterator[str]:
    reference = _line_reference(explanation, ("openness", derived.name.lower()))
    yield f"{derived.name}: {derived.level} is derived; {_claim_verdict(claimed, derived)} {reference}".rstrip()
    for step in derived.steps:
        last = step is derived.steps[-1]
        yield from _proof_lines(explanation, step.proof, "└─ " if last else "├─ ", "   " if last else "│  ")


def _claim_verdict(claimed: str, derived: Derivation) -> str:
    if claimed == "none":
        return "nothing is claimed"
    if is_placeholder(claimed):
        return "nothing is claimed yet"
    if not derived.rank(claimed):
        return f"{claimed} is claimed, which is no class of it"
    above = derived.rank(claimed) > derived.rank(derived.level)
    return f"{claimed} is claimed, {'not supported by the facts' if above else 'supported by the facts'}"


def _proof_lines(explanation: Explanation, proof: Proof, first: str, rest: str) -> Iterator[str]:
    because = f": {proof.because} {_line_reference(explanation, proof.where)}".rstrip() if proof.because else ""
    remark = f"; {proof.remark}" if proof.remark else ""
    yield f"{first}{_YES_NO[proof.holds]}  {proof.claim}{because}{remark}"
    for part in proof.parts:
        last = part is proof.parts[-1]
        yield from _proof_lines(
            explanation, part, f"{rest}{'└─ ' if last else '├─ '}", f"{rest}{'   ' if last else '│  '}"
        )


def _improvement_lines(explanation: Explanation) -> Iterator[str]:
    goals = list(improvements(explanation))
    if explanation.grade != "open":
        yield "to be graded open: fix all findings; accept none"
    for goal, gaps in goals:
        yield f"to reach {goal}:"
        for gap in dict.fromkeys(gaps):
            yield f"   {gap.claim.rpartition(' ')[0]}: {gap.fix} {_line_reference(explanation, gap.where)}".rstrip()
    if not goals and explanation.grade == "open":
        yield "no improvement possible: every class is reached"


def _line_reference(explanation: Explanation, where: tuple[str | int, ...]) -> str:
    line = explanation.line(where)
    return f"(card.yaml:{line})" if line else ""


def _print_coloured(lines: list[str], console: Console) -> None:
    from rich.console import Console as RichConsole
    from rich.text import Text

    rich = RichConsole(file=console.out, soft_wrap=True, highlight=False)
    for line in lines:
        coloured = Text(line)
        for pattern, style in _COLOURS.items():
            coloured.highlight_regex(pattern, style)
        rich.print(coloured)
