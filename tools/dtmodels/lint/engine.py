"""The linter engine: runs the rules on the cards of a repository and returns sorted findings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dtmodels.card.catalogue import CARD_FILE
from dtmodels.card.placeholders import is_placeholder
from dtmodels.card.reader import CardReading, parse_card_file, parse_card_text
from dtmodels.card.source_edits import apply_edits, edit_for_change
from dtmodels.lint.finding_builder import finding_from_problem, finding_from_result
from dtmodels.lint.history import History
from dtmodels.lint.profiles import STRICT, find_profile
from dtmodels.lint.registry import find_rule, select_rules
from dtmodels.lint.related_cards import related_facts
from dtmodels.lint.rule import Fact, Finding, Rule, RuleResult, Subject
from dtmodels.lint.targets import card_directories
from dtmodels.yaml.document import FieldPath, SourceChange

if TYPE_CHECKING:
    from dtmodels.lint.web import Web

UNUSED_ACCEPTANCE = "SUP002"
PLACEHOLDERS = "SCH006"
_SET_RELEASED = SourceChange(kind="value", where=("status",), source="released")


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
    """Check the cards below `root` with the rules.

    Args:
        root: the model repository.
        ids: the models to check, by id or by path of a card; if empty, all models and the repository itself. Named
            models are also compared with the others.
        select: the rules to apply, by id or family; all if empty.
        profile: name of the strictness profile; see `dtmodels.lint.profiles`.
        released: treat every card as if its status were `released`.
        since: a git revision; models that changed since then need a higher version.
        web: network access for the online rules; they are skipped without it.

    Returns:
        Findings sorted by file and position, without those the card accepts.

    Raises:
        WrongUsage: an id, a rule, a profile or a revision does not exist.
        NothingToDo: there are no models.
    """
    strictness = find_profile(profile)
    rules = select_rules(select)
    directories = card_directories(root, ids)
    history = History.since(root, since) if since else None
    findings: list[Finding] = []
    changed_draft_findings: list[Finding] = []
    facts: dict[str, list[Fact]] = {}
    drafts: set[str] = set()
    for directory in directories:
        reading = (
            _as_released(parse_card_file(directory / CARD_FILE)) if released else parse_card_file(directory / CARD_FILE)
        )
        card_findings = [
            *_card_findings(root, reading, rules, facts, web),
            *_history_findings(history, reading, rules),
        ]
        draft = reading.values.get("status") == "draft"
        if draft:
            drafts.add(directory.relative_to(root).as_posix())
        if strictness.drafts or ids or not draft:
            findings += card_findings
        elif strictness.changed_drafts and history and history.touches(directory):
            changed_draft_findings += (_as_warning(finding) for finding in card_findings)
    selected = {directory.relative_to(root).as_posix() for directory in directories}
    if ids:
        related = related_facts(root, directories, facts, rules)
        unchanged = _comparison_findings(root, related, rules)
        together = {rule: [*related.get(rule, ()), *facts.get(rule, ())] for rule in {*related, *facts}}
        findings += {*_comparison_findings(root, together, rules)}.difference(unchanged)
        findings += [found for found in _repository_findings(root, rules) if _directory_of(found) in selected]
    else:
        findings += [*_comparison_findings(root, facts, rules), *_repository_findings(root, rules)]
    draft_profile = find_profile(strictness.drafts_as or profile)
    rated = {(draft_profile if _directory_of(found) in drafts else strictness).apply(found) for found in findings}
    return sorted(rated | set(changed_draft_findings), key=_sort_key)


def _as_warning(finding: Finding) -> Finding:
    return replace(finding, severity="warning") if finding.severity == "error" else finding


def _directory_of(finding: Finding) -> str:
    return finding.path.rpartition("/")[0] or "."


def _sort_key(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.path, finding.line, finding.column, finding.rule, finding.message


def _as_released(reading: CardReading) -> CardReading:
    """The card with status `released`; all other text is unchanged."""
    status_edit = edit_for_change(reading.text, _SET_RELEASED) if reading.root else None
    return parse_card_text(reading.path, apply_edits(reading.text, [status_edit])) if status_edit else reading


def _card_findings(
    root: Path, reading: CardReading, rules: Sequence[Rule], facts: dict[str, list[Fact]], web: Web | None
) -> Iterator[Finding]:
    path = reading.path
    accepted = _acceptances(reading)
    findings = [*_reader_findings(reading, path, root, rules)]
    yield from (finding for finding in findings if finding.rule not in accepted)
    for rule, result in _rule_results(reading, root, rules, facts, web):
        findings.append(finding_from_result(rule, result, path, root, reading))
        if result.hard or rule.id not in accepted:
            yield findings[-1]
    rule_ids = {rule.id for rule in rules}
    if UNUSED_ACCEPTANCE not in rule_ids:
        return
    for rule_id, where in accepted.items():
        if rule_id in rule_ids and not any(finding.rule == rule_id for finding in findings):
            delete = SourceChange(kind="delete", where=where[:-1], safe=True)
            what = f"{rule_id} is accepted, but has no finding"
            unused = RuleResult(what=what, fix="delete the acceptance", where=where, change=delete)
            yield finding_from_result(find_rule(UNUSED_ACCEPTANCE), unused, path, root, reading)


def _reader_findings(reading: CardReading, path: Path, root: Path, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Findings for the problems the card reader reported."""
    rule_ids = {rule.id for rule in rules}
    for problem in reading.problems:
        if problem.rule in rule_ids:
            yield finding_from_problem(find_rule(problem.rule), problem, path, root, reading)


def _rule_results(
    reading: CardReading, root: Path, rules: Sequence[Rule], facts: dict[str, list[Fact]], web: Web | None
) -> Iterator[tuple[Rule, RuleResult]]:
    """Results of the rules for a complete card.

    A value that the reader rejected is not checked again. A placeholder is reported by the placeholder rule only.
    """
    if reading.card is None:
        return
    rejected = {problem.where for problem in reading.problems if problem.severity == "error" and problem.where}
    subject = Subject(root=root, directory=reading.path.parent, reading=reading, card=reading.card)
    placeholders = {where for where, text in subject.texts() if is_placeholder(text)}
    for rule in rules:
        results = [*(rule.check_card(subject) if rule.check_card else ())]
        results += rule.check_online(subject, web) if rule.check_online and web else ()
        for result in results:
            if result.where not in rejected and (rule.id == PLACEHOLDERS or result.where not in placeholders):
                yield rule, result
        if rule.remember:
            facts.setdefault(rule.id, []).extend(rule.remember(subject))


def _comparison_findings(root: Path, facts: Mapping[str, Sequence[Fact]], rules: Sequence[Rule]) -> Iterator[Finding]:
    """Findings of the rules that compare cards with each other."""
    for rule in rules:
        for fact, result in rule.compare(facts.get(rule.id, ())) if rule.compare else ():
            finding = finding_from_result(rule, result, fact.path, root, None)
            yield replace(finding, line=fact.span.line, column=fact.span.column, end=fact.span.end)


def _repository_findings(root: Path, rules: Sequence[Rule]) -> Iterator[Finding]:
    for rule in rules:
        for result in rule.check_repository(root) if rule.check_repository else ():
            yield finding_from_result(rule, result, root, root, None)


def _history_findings(history: History | None, reading: CardReading, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Findings of the rules that compare a model with an earlier revision."""
    if history is None:
        return
    for rule in rules:
        for result in rule.check_history(history, reading) if rule.check_history else ():
            yield finding_from_result(rule, result, reading.path, history.root, reading)


def _acceptances(reading: CardReading) -> dict[str, FieldPath]:
    """The acceptances of a card whose rule can be accepted, each with its field."""
    acceptances = reading.card.acceptances if reading.card else ()
    acceptable = {rule.id for rule in select_rules(None) if not rule.hard}
    return {
        entry.rule: ("acceptances", index, "rule")
        for index, entry in enumerate(acceptances)
        if entry.rule in acceptable
    }
