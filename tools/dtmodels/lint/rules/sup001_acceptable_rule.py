"""An acceptance names a rule whose findings may be accepted.

An acceptance is a documented waiver of one rule. Some rules cannot be waived, for example LIC003 (licence of the
weights), DAT005 (images of people scraped without consent) and PRI001 (inference on the user's machine).

An acceptance is a field of the card, with a reason, a name and a date. The grade and the page of the model show it. A
comment accepts nothing.

Fix: Change the name of the rule, or resolve its finding.

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
    """Look up each accepted rule, and find comments that try to silence one."""
    yield from _comments_that_ignore(subject)
    from dtmodels.lint.registry import all_rules

    hard = {rule.id: rule.hard for rule in all_rules()}
    for index, acceptance in enumerate(subject.card.acceptances):
        where = ("acceptances", index, "rule")
        if acceptance.rule not in hard:
            similar = nearest_names(acceptance.rule, hard, limit=1)
            fix = f"did you mean {similar[0]}?" if similar else "delete the acceptance"
            yield RuleResult(where=where, what=f"there is no rule {acceptance.rule}", fix=fix)
        elif hard[acceptance.rule]:
            what = f"findings of {acceptance.rule} cannot be accepted"
            yield RuleResult(where=where, what=what, fix="resolve them and delete the acceptance")


def _comments_that_ignore(subject: Subject) -> Iterator[RuleResult]:
    for number, line in enumerate(re.split(r"\r\n|\r|\n", subject.reading.text), 1):
        if "#" in line and (match := _COMMENT.search(line)):
            span = Span(number, match.start() + 1, match.end() + 1)
            fix = "resolve the finding, or add an entry to acceptances with rule, reason, by and date"
            yield RuleResult(span=span, what="a comment cannot accept a finding", fix=fix)
