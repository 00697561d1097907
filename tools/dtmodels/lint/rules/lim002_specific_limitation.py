"""A limitation is specific.

"May have issues" is true of every model. A limitation is useful only if photographers can tell whether it affects
their images.

Fix: Say which images, conditions or data are affected, what happens, and what to do instead, if anything.

Bad::

    limitations: [{about: quality, text: Some artefacts.}]

Good::

    limitations: [{about: quality, text: Smooths fine fabric above ISO 12800.}]
"""

import re
from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import normalised

SEVERITY: Severity = "warning"

_MIN_CHARACTERS = 20
_MIN_WORDS = 4
_VAGUE = re.compile(
    r"""(?x) ((it|this|the\ model|there|known)\ )? ((may|might|can|could|has|have|are|is)\ )?
    ((have|be|produce|contain|show)\ )? ((some|certain|various|unknown|other|minor)\ )?
    (issues?|problems?|artefacts?|artifacts?|limitations?|errors?|bias(es)?|inaccuracy|inaccuracies|failures?)
    (\ (in|under|with|for)\ (some|certain|rare|various)\ (cases|conditions|images|pictures|situations))?
    """
)


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check the length of each limitation, and find empty phrases."""
    for index, limitation in enumerate(subject.card.limitations):
        text = limitation.text.strip()
        if len(text) < _MIN_CHARACTERS or len(text.split()) < _MIN_WORDS or _VAGUE.fullmatch(normalised(text)):
            what = "this limitation is too vague to tell which images it affects"
            fix = "say which images, conditions or data are affected, and what happens"
            yield RuleResult(where=("limitations", index, "text"), what=what, fix=fix)
