"""The model does not imitate people.

Swapping faces, faking voices, or making people say or wear what they did not is not photo editing, and it harms people.
What is done to what decides: "removes clothing" and "removes stains from clothing" differ. The words of nine languages
and their combinations are in schema/likeness-v1.json. Such descriptions are rejected until a reviewer records that the
model does something else, such as detecting fakes. In the scope they are always rejected. Where a description may be
harmless, the finding is a warning, which asks for the same review.

Fix: A model with such a purpose is not accepted. For another model, describe it in other words, or record a
purpose_review.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    description: Deepfake generator for portraits

Good::

    description: Detects deepfakes
    purpose_review: {finding: It marks forged regions and changes no image., by: A. Maintainer, date: "2026-01-31"}
"""

from collections.abc import Iterator

from dtmodels.lint.likeness import find_imitation
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True

_SCOPE: FieldPath = ("use", "scope")
_FIELDS: tuple[FieldPath, ...] = (("id",), ("name",), ("description",), ("architecture",), _SCOPE)


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Search the fields that describe the model; what may be harmless is a warning."""
    for where, text in subject.texts():
        if where not in _FIELDS or not (found := find_imitation(text)):
            continue
        words, part = text[found.start : found.end], (found.start, found.end)
        severity: Severity = "error" if found.sure else "warning"
        if where == _SCOPE and found.sure:
            what = f"'{words}' is not photo editing, and is not accepted: it {found.kind}"
            yield RuleResult(where=where, part=part, what=what, fix="choose a model with another purpose")
        elif subject.card.purpose_review is None:
            verb = "says" if found.sure else "may say"
            what = f"'{words}' {verb} that the model {found.kind}"
            fix = "if it does not, use other words, or have a reviewer record a purpose_review"
            yield RuleResult(where=where, part=part, what=what, fix=fix, severity=severity)
