"""Run the rules over the cards of a repository; one finding for one defect, always in the same order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dtbase.console import Console
from dtbase.errors import Failure
from dtmodels.card_edits import edit
from dtmodels.card_reader import Reading, read
from dtmodels.catalogue import CARD
from dtmodels.lint.formats.text import text_report
from dtmodels.lint.history import History
from dtmodels.lint.placeholders import is_placeholder
from dtmodels.lint.profiles import DEFAULT, find_profile
from dtmodels.lint.registry import find_rule, selected
from dtmodels.lint.rule import Fact, Finding, Remark, Rule, Subject
from dtmodels.lint.targets import card_folders
from dtmodels.lint.web import Web
from dtmodels.lint.wording import counted
from dtmodels.yaml_document import Change, Span, Where, locate, locate_part

UNUSED_ACCEPTANCE = "SUP002"
PLACEHOLDERS = "SCH006"
_TOP = Span(1, 1, 1)


def lint(
    root: Path,
    ids: Collection[str] | None = None,
    select: Collection[str] | None = None,
    *,
    profile: str = DEFAULT,
    since: str = "",
    web: Web | None = None,
) -> list[Finding]:
    """Hold the cards below `root` against the rules.

    Args:
        root: the model repository.
        ids: the models to look at, by id or by the path of a card; all when empty.
        select: the rules to apply, by id or family; all when empty.
        profile: how strictly; see `dtmodels.lint.profiles`.
        since: a git revision; models that changed since then need a higher version.
        web: what asks the network for the rules that need it; they are left out without.

    Returns:
        Findings sorted by file and place. What a card accepts by name is left out.

    Raises:
        WrongUsage: an id, a rule, a profile or a revision that does not exist.
        NothingToDo: there is no model.
    """
    strictness = find_profile(profile)
    rules = selected(select)
    folders = card_folders(root, ids)
    history = History.since(root, since) if since else None
    findings: list[Finding] = []
    shown: list[Finding] = []
    facts: dict[str, list[Fact]] = {}
    for folder in folders:
        reading = read(folder / CARD)
        found = [*_of_card(root, reading, rules, facts, web), *_of_history(history, reading, rules)]
        if strictness.drafts or ids or not (reading.card and reading.card.status == "draft"):
            findings += found
        elif strictness.changed_drafts and history and history.touches(folder):
            shown += (replace(one, severity="warning") if one.severity == "error" else one for one in found)
    chosen = {folder.relative_to(root).as_posix() for folder in folders}
    rest = [*_compared(root, facts, rules), *_of_repository(root, rules)]
    findings += [found for found in rest if not ids or found.path.rpartition("/")[0] in chosen]
    return sorted(
        {*strictness.judged(findings), *shown},
        key=lambda one: (one.path, one.line, one.column, one.rule, one.message),
    )


def require_clean(root: Path, console: Console) -> None:
    """Go on only when nothing stands against releasing the cards; drafts stay behind, so they hold up nobody.

    Raises:
        Failure: there are errors; they have been printed.
    """
    if errors := [finding for finding in lint(root, profile="release") if finding.severity == "error"]:
        console.note(text_report(errors, root))
        fix = "correct them; `dtmodels lint --profile release` lists them"
        raise Failure(f"the cards have {counted(errors)}", where=str(root), fix=fix)


def _of_card(
    root: Path, reading: Reading, rules: Sequence[Rule], facts: dict[str, list[Fact]], web: Web | None
) -> Iterator[Finding]:
    path = reading.path
    accepted = _acceptances(reading)
    found = [*_read(reading, path, root, rules)]
    yield from (finding for finding in found if finding.rule not in accepted)
    for rule, remark in _checked(reading, root, rules, facts, web):
        found.append(_finding(rule, remark, path, root, reading))
        if remark.hard or rule.id not in accepted:
            yield found[-1]
    ran = {rule.id for rule in rules}
    if UNUSED_ACCEPTANCE not in ran:
        return
    for rule_id, where in accepted.items():
        if rule_id in ran and not any(finding.rule == rule_id for finding in found):
            delete = Change(kind="delete", where=where[:-1], safe=True)
            what = f"{rule_id} is accepted, but finds nothing"
            unused = Remark(what=what, fix="delete the acceptance", where=where, change=delete)
            yield _finding(find_rule(UNUSED_ACCEPTANCE), unused, path, root, reading)


def _read(reading: Reading, path: Path, root: Path, rules: Sequence[Rule]) -> Iterator[Finding]:
    """What the reader found, under the names of the rules it belongs to."""
    ran = {rule.id for rule in rules}
    for problem in reading.problems:
        if problem.rule in ran:
            yield Finding(
                rule=problem.rule,
                severity=problem.severity,
                path=path.relative_to(root).as_posix(),
                line=problem.span.line,
                column=problem.span.column,
                end=problem.span.end,
                message=problem.what,
                fix=problem.fix,
                hard=find_rule(problem.rule).hard,
                **_correction(problem.change, reading),
            )


def _checked(
    reading: Reading, root: Path, rules: Sequence[Rule], facts: dict[str, list[Fact]], web: Web | None
) -> Iterator[tuple[Rule, Remark]]:
    """What the rules find in a card that has all its parts.

    A value the reader refused already is not judged again, and a placeholder is only called a placeholder.
    """
    if reading.card is None:
        return
    refused = {problem.where for problem in reading.problems if problem.severity == "error" and problem.where}
    subject = Subject(root=root, folder=reading.path.parent, reading=reading, card=reading.card)
    placeholders = {where for where, text in subject.texts() if is_placeholder(text)}
    for rule in rules:
        remarks = [*(rule.check_card(subject) if rule.check_card else ())]
        remarks += rule.check_online(subject, web) if rule.check_online and web else ()
        for remark in remarks:
            if remark.where not in refused and (rule.id == PLACEHOLDERS or remark.where not in placeholders):
                yield rule, remark
        if rule.remember:
            facts.setdefault(rule.id, []).extend(rule.remember(subject))


def _compared(root: Path, facts: Mapping[str, Sequence[Fact]], rules: Sequence[Rule]) -> Iterator[Finding]:
    """What the rules find when they hold cards against each other."""
    for rule in rules:
        for fact, remark in rule.compare(facts.get(rule.id, ())) if rule.compare else ():
            found = _finding(rule, remark, fact.path, root, None)
            yield replace(found, line=fact.span.line, column=fact.span.column, end=fact.span.end)


def _of_repository(root: Path, rules: Sequence[Rule]) -> Iterator[Finding]:
    for rule in rules:
        for remark in rule.check_repository(root) if rule.check_repository else ():
            yield _finding(rule, remark, root, root, None)


def _of_history(history: History | None, reading: Reading, rules: Sequence[Rule]) -> Iterator[Finding]:
    """What the rules find when they hold a model against what it was."""
    if history is None:
        return
    for rule in rules:
        for remark in rule.check_history(history, reading) if rule.check_history else ():
            yield _finding(rule, remark, reading.path, history.root, reading)


def _acceptances(reading: Reading) -> dict[str, Where]:
    """The acceptances of a card that may be granted, each with its place."""
    given = reading.card.acceptances if reading.card else ()
    acceptable = {rule.id for rule in selected(None) if not rule.hard}
    return {entry.rule: ("acceptances", index, "rule") for index, entry in enumerate(given) if entry.rule in acceptable}


def _finding(rule: Rule, remark: Remark, path: Path, root: Path, reading: Reading | None) -> Finding:
    span = Span(remark.line, 1, 1) if remark.path else _TOP
    if reading and reading.root and not remark.path:
        span = (
            locate_part(reading.root, remark.where, *remark.part) if remark.part else locate(reading.root, remark.where)
        )
    span = remark.span or span
    return Finding(
        rule=rule.id,
        severity=remark.severity or rule.severity,
        path=(remark.path or path).relative_to(root).as_posix(),
        line=span.line,
        column=span.column,
        end=span.end,
        message=remark.what,
        fix=remark.fix,
        hard=rule.hard or remark.hard,
        **({"fixable": "safe"} if remark.generated else _correction(remark.change, reading)),
    )


def _correction(change: Change | None, reading: Reading | None) -> dict[str, Any]:
    """How a finding's change edits the text of its card."""
    made = edit(reading.text, change) if change and reading else None
    return {"fixable": "safe" if change and change.safe else "unsafe", "edits": (made,)} if made else {}
