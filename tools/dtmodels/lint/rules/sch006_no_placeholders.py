"""No placeholder is left in a text.

A draft may have some; they are pointed out, and no other rule judges them. A released card says something everywhere.

Fix: write what is true; leave an optional field out if nothing is known.

Bad::

    publication: {kind: preprint, title: TODO, url: "https://example.org/paper"}

Good::

    publication: {kind: preprint, title: Removing noise from photographs, url: "https://arxiv.org/abs/2204.04676"}
"""

from collections.abc import Iterator

from dtmodels.lint.placeholders import is_placeholder
from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Find texts that only hold a place; an error once the card is no draft."""
    severity: Severity = "warning" if subject.card.status == "draft" else "error"
    for where, text in subject.texts():
        if is_placeholder(text):
            shown = text.strip() if len(text) <= 60 else f"{text[:57]}..."
            what = f"'{shown}' is a placeholder"
            yield RuleResult(where=where, what=what, fix="write what is true here", severity=severity)
