"""The model does not imitate people.

Swapping faces, faking voices, or making people say or wear what they did not is not photo editing, and it harms people.
Words for such purposes in the description are rejected until a reviewer records that the model does something else,
such as detecting fakes. In the scope they are always rejected.

Fix: A model with such a purpose is not accepted. For another model, describe it in other words, or record a
purpose_review.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    description: Deepfake generator for portraits

Good::

    description: Detects deepfakes
    purpose_review: {finding: It marks forged regions and changes no image., by: A. Maintainer, date: "2026-01-31"}
"""

import re
import unicodedata
from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True

_ACTION = (
    r"(synthesi\w*|generat\w*|swap\w*|reenact\w*|animat\w*|clon(e|es|ed|ing)|morph\w*|imitat\w*|replac\w*|fak(e|es|er|ery|ing)"
    r"|transfer\w*)"
)
_PERSON = r"(faces?|facial|likeness(es)?|identit(y|ies)|voices?|celebrit(y|ies)|persons?|people|humans?)"
_IMITATION = re.compile(
    r"\b(deep ?fak\w*|face ?swap\w*|talking heads?|lip ?sync\w*|undress\w*|nudif\w*|de ?cloth\w*|virtual try ?on"
    rf"|{_PERSON} {_ACTION}|{_ACTION} (of |a |an |the |new |realistic |human )*{_PERSON})\b"
)
_SCOPE: FieldPath = ("use", "scope")
_FIELDS: tuple[FieldPath, ...] = (("id",), ("name",), ("description",), ("architecture",), _SCOPE)


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Search the fields that describe the model."""
    for where, text in subject.texts():
        if where not in _FIELDS or not (match := _IMITATION.search(_plain(text))):
            continue
        if where == _SCOPE:
            what = f"'{match[0]}' is not photo editing, and is not accepted"
            yield RuleResult(where=where, what=what, fix="choose a model with another purpose")
        elif subject.card.purpose_review is None:
            what = f"'{match[0]}' suggests that the model imitates people"
            fix = "if it does not, use other words, or have a reviewer record a purpose_review"
            yield RuleResult(where=where, what=what, fix=fix)


def _plain(text: str) -> str:
    """The text in lower case without accents, with one space between words."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", " ", letters)
