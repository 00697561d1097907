"""An acceptance names a rule whose findings may be accepted.

Some things are not up for acceptance: the licence of the weights, data about people taken without consent, inference
anywhere but on the photographer's machine, and cards that cannot be read.

A comment accepts nothing: an acceptance is a field of the card, with a reason, a name and a day, so that the grade and
the page of the model show it.

Fix: correct the rule's name, or solve what the rule found.

Bad::

    acceptances: [{rule: LIC001, reason: We will ask them later., by: A. Maintainer, date: "2026-01-31"}]

Good::

    acceptances: [{rule: SCH008, reason: The name really is written so., by: A. Maintainer, date: "2026-01-31"}]
"""

import re
from collections.abc import Iterator

from dtbase.system.suggestions import nearest_names
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.yaml.document import Span

SEVERITY: Severity = "error"
HARD = True

_COMMENT = re.compile(r"#\s*[a-z][a-z0-9 _-]*:\s*(?:ignore|disable|noqa)\b[^\r\n]*", re.IGNORECASE)


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look each accepted rule up, and comments that would like to be acceptances."""
    yield from _comments(subject)
    from dtmodels.lint.registry import all_rules

    hard = {rule.id: rule.hard for rule in all_rules()}
    for index, acceptance in enumerate(subject.card.acceptances):
        where = ("acceptances", index, "rule")
        if acceptance.rule not in hard:
            meant = nearest_names(acceptance.rule, hard, limit=1)
            fix = f"did you mean {meant[0]}?" if meant else "delete the acceptance"
            yield RuleResult(where=where, what=f"there is no rule {acceptance.rule}", fix=fix)
        elif hard[acceptance.rule]:
            what = f"findings of {acceptance.rule} cannot be accepted"
            yield RuleResult(where=where, what=what, fix="solve them and delete the acceptance")


def _comments(subject: Subject) -> Iterator[RuleResult]:
    for number, line in enumerate(re.split(r"\r\n|\r|\n", subject.reading.text), 1):
        if "#" in line and (found := _COMMENT.search(line)):
            span = Span(number, found.start() + 1, found.end() + 1)
            fix = "solve the finding, or add an entry to acceptances with rule, reason, by and date"
            yield RuleResult(span=span, what="a comment accepts nothing", fix=fix)
