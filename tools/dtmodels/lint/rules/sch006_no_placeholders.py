"""No text is a placeholder.

A draft may contain placeholders. They are reported as warnings, and no other rule checks them. A released card must be
complete.

Fix: Replace the placeholder by the actual text. Leave out an optional field if nothing is known.

Bad::

    publication: {kind: preprint, title: TODO, url: "https://example.org/paper"}

Good::

    publication: {kind: preprint, title: Removing noise from photographs, url: "https://arxiv.org/abs/2204.04676"}
"""

from collections.abc import Iterator

from dtmodels.card.placeholders import is_placeholder
from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Find placeholders; a warning for a draft, else an error."""
    severity: Severity = "warning" if subject.card.status == "draft" else "error"
    for where, text in subject.texts():
        if is_placeholder(text):
            excerpt = text.strip() if len(text) <= 60 else f"{text[:57]}..."
            what = f"'{excerpt}' is a placeholder"
            yield RuleResult(where=where, what=what, fix="replace it by the actual text", severity=severity)
