"""Run the rules over the cards of a repository; one finding for one defect, always in the same order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dtmodels.card.catalogue import CARD
from dtmodels.card.reader import Reading, read, read_text
from dtmodels.card.source_edits import apply, edit
from dtmodels.lint.finding_builder import finding_from_problem, finding_from_result
from dtmodels.lint.history import History
from dtmodels.lint.placeholders import is_placeholder
from dtmodels.lint.profiles import STRICT, find_profile
from dtmodels.lint.registry import find_rule, select_rules
from dtmodels.lint.rule import Fact, Finding, Rule, RuleResult, Subject
from dtmodels.lint.targets import card_directories
from dtmodels.yaml.document import Change, Where

if TYPE_CHECKING:
    from dtmodels.lint.web import Web

UNUSED_ACCEPTANCE = "SUP002"
PLACEHOLDERS = "SCH006"
_SET_RELEASED = Change(kind="value", where=("status",), source="released")


def lint(
    root: Path,
    ids: Collection[str] | None = None,
    select: Collection[str] | None = None,
    *,
    profile: str = STRICT,
    released: bool = False,
    since: str = "",
    web: Web | None = None,
) -> list[Finding]:
    """Hold the cards below `root` against the rules.

    Args:
        root: the model repository.
        ids: the models to look at, by id or by the path of a card; all, and what belongs to no model, when empty.
        select: the rules to apply, by id or family; all when empty.
        profile: how strictly; see `dtmodels.lint.profiles`.
        released: read every card as if its status were `released`.
        since: a git revision; models that changed since then need a higher version.
        web: what asks the network for the rules that need it; they are left out without.

    Returns:
        Findings sorted by file and place. What a card accepts by name is left out.

    Raises:
        WrongUsage: an id, a rule, a profile or a revision that does not exist.
        NothingToDo: there is no model.
    """
    strictness = find_profile(profile)
    rules = select_rules(select)
    directories = card_directories(root, ids)
    history = History.since(root, since) if since else None
    findings: list[Finding] = []
    shown: list[Finding] = []
    facts: dict[str, list[Fact]] = {}
    drafts: set[str] = set()
    for directory in directories:
        reading = _as_released(read(directory / CARD)) if released else read(directory / CARD)
        found = [*_card_findings(root, reading, rules, facts, web), *_history_findings(history, reading, rules)]
        draft = reading.values.get("status") == "draft"
        if draft:
            drafts.add(directory.relative_to(root).as_posix())
        if strictness.drafts or ids or not draft:
            findings += found
        elif strictness.changed_drafts and history and history.touches(directory):
            shown += (replace(one, severity="warning") if one.severity == "error" else one for one in found)
    chosen = {directory.relative_to(root).as_posix() for directory in directories}
    rest = [*_comparison_findings(root, facts, rules), *_repository_findings(root, rules)]
    findings += [found for found in rest if not ids or found.path.rpartition("/")[0] in chosen]
    mild = find_profile(strictness.drafts_as or profile)
    judged = {(mild if one.path.rpartition("/")[0] in drafts else strictness).judged(one) for one in findings}
    return sorted(judged | set(shown), key=lambda one: (one.path, one.line, one.column, one.rule, one.message))


def _as_released(reading: Reading) -> Reading:
    """The card as it would be with another status, every value where it was."""
    made = edit(reading.text, _SET_RELEASED) if reading.root else None
    return read_text(reading.path, apply(reading.text, [made])) if made else reading


def _card_findings(
    root: Path, reading: Reading, rules: Sequence[Rule], facts: dict[str, list[Fact]], web: Web | None
) -> Iterator[Finding]:
    path = reading.path
    accepted = _acceptances(reading)
    found = [*_reader_findings(reading, path, root, rules)]
    yield from (finding for finding in found if finding.rule not in accepted)
    for rule, remark in _rule_results(reading, root, rules, facts, web):
        found.append(finding_from_result(rule, remark, path, root, reading))
        if remark.hard or rule.id not in accepted:
            yield found[-1]
    ran = {rule.id for rule in rules}
    if UNUSED_ACCEPTANCE not in ran:
        return
    for rule_id, where in accepted.items():
        if rule_id in ran and not any(finding.rule == rule_id for finding in found):
            delete = Change(kind="delete", where=where[:-1], safe=True)
            what = f"{rule_id} is accepted, but finds nothing"
            unused = RuleResult(what=what, fix="delete the acceptance", where=where, change=delete)
            yield finding_from_result(find_rule(UNUSED_ACCEPTANCE), unused, path, root, reading)


def _reader_findings(reading: Reading, path: Path, root: Path, rules: Sequence[Rule]) -> Iterator[Finding]:
    """What the reader found, under the names of the rules it belongs to."""
    ran = {rule.id for rule in rules}
    for problem in reading.problems:
        if problem.rule in ran:
            yield finding_from_problem(find_rule(problem.rule), problem, path, root, reading)


def _rule_results(
    reading: Reading, root: Path, rules: Sequence[Rule], facts: dict[str, list[Fact]], web: Web | None
) -> Iterator[tuple[Rule, RuleResult]]:
    """What the rules find in a card that has all its parts.

    A value the reader refused already is not judged again, and a placeholder is only called a placeholder.
    """
    if reading.card is None:
        return
    refused = {problem.where for problem in reading.problems if problem.severity == "error" and problem.where}
    subject = Subject(root=root, directory=reading.path.parent, reading=reading, card=reading.card)
    placeholders = {where for where, text in subject.texts() if is_placeholder(text)}
    for rule in rules:
        remarks = [*(rule.check_card(subject) if rule.check_card else ())]
        remarks += rule.check_online(subject, web) if rule.check_online and web else ()
        for remark in remarks:
            if remark.where not in refused and (rule.id == PLACEHOLDERS or remark.where not in placeholders):
                yield rule, remark
        if rule.remember:
            facts.setdefault(rule.id, []).extend(rule.remember(subject))


def _comparison_findings(root: Path, facts: Mapping[str, Sequence[Fact]], rules: Sequence[Rule]) -> Iterator[Finding]:
    """What the rules find when they hold cards against each other."""
    for rule in rules:
        for fact, remark in rule.compare(facts.get(rule.id, ())) if rule.compare else ():
            found = finding_from_result(rule, remark, fact.path, root, None)
            yield replace(found, line=fact.span.line, column=fact.span.column, end=fact.span.end)


def _repository_findings(root: Path, rules: Sequence[Rule]) -> Iterator[Finding]:
    for rule in rules:
        for remark in rule.check_repository(root) if rule.check_repository else ():
            yield finding_from_result(rule, remark, root, root, None)


def _history_findings(history: History | None, reading: Reading, rules: Sequence[Rule]) -> Iterator[Finding]:
    """What the rules find when they hold a model against what it was."""
    if history is None:
        return
    for rule in rules:
        for remark in rule.check_history(history, reading) if rule.check_history else ():
            yield finding_from_result(rule, remark, reading.path, history.root, reading)


def _acceptances(reading: Reading) -> dict[str, Where]:
    """The acceptances of a card that may be granted, each with its place."""
    given = reading.card.acceptances if reading.card else ()
    acceptable = {rule.id for rule in select_rules(None) if not rule.hard}
    return {entry.rule: ("acceptances", index, "rule") for index, entry in enumerate(given) if entry.rule in acceptable}
