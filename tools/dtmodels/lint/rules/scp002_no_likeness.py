"""The model does not imitate people.

Swapping faces, faking voices, making people say or wear what they did not: none of it is photo editing, and all of it
has victims. Words of that trade in the description are refused until somebody looked and recorded that the model does
something else, such as finding fakes. In the scope they are refused for good.

Fix: none for a model of that kind. For another one, say what it does in other words, or record a purpose_review.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    description: Deepfake generator for portraits

Good::

    description: Finds deepfakes
    purpose_review: {finding: It marks forged regions and changes no image., by: A. Maintainer, date: "2026-01-31"}
"""

import re
import unicodedata
from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True

_MAKING = (
    r"(synthesi\w*|generat\w*|swap\w*|reenact\w*|animat\w*|clon(e|es|ed|ing)|morph\w*|imitat\w*|replac\w*|fak(e|es|er|ery|ing)"
    r"|transfer\w*)"
)
_WHOM = r"(faces?|facial|likeness(es)?|identit(y|ies)|voices?|celebrit(y|ies)|persons?|people|humans?)"
_TRADE = re.compile(
    r"\b(deep ?fak\w*|face ?swap\w*|talking heads?|lip ?sync\w*|undress\w*|nudif\w*|de ?cloth\w*|virtual try ?on"
    rf"|{_WHOM} {_MAKING}|{_MAKING} (of |a |an |the |new |realistic |human )*{_WHOM})\b"
)
_SCOPE: FieldPath = ("use", "scope")
_FIELDS: tuple[FieldPath, ...] = (("id",), ("name",), ("description",), ("architecture",), _SCOPE)


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Search what the card says the model is and does."""
    for where, text in subject.texts():
        if where not in _FIELDS or not (found := _TRADE.search(_plain(text))):
            continue
        if where == _SCOPE:
            what = f"'{found[0]}' is no photo editing, and has no place here"
            yield RuleResult(where=where, what=what, fix="choose a model with another purpose")
        elif subject.card.purpose_review is None:
            what = f"'{found[0]}' sounds as if the model imitated people"
            fix = "if it does not, have somebody look and record what they found as purpose_review"
            yield RuleResult(where=where, what=what, fix=fix)


def _plain(text: str) -> str:
    """Small letters without accents, words apart by one space whatever stood between them."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", " ", letters)
