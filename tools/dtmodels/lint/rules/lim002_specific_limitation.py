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
from dtmodels.lint.rules._empty_statements import states_nothing

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
    """Check the length of each limitation, and find those that state nothing, an error if not a draft."""
    for index, limitation in enumerate(subject.card.limitations):
        text = limitation.text.strip()
        if states_nothing(text):
            what = f"'{text[:60]}' states no limitation"
            fix = "say what the model cannot do, or delete this entry"
            severity: Severity = "warning" if subject.card.status == "draft" else "error"
            yield RuleResult(where=("limitations", index, "text"), what=what, fix=fix, severity=severity)
        elif len(text) < _MIN_CHARACTERS or len(text.split()) < _MIN_WORDS or _VAGUE.fullmatch(normalised(text)):
            what = "this limitation is too vague to tell which images it affects"
            fix = "say which images, conditions or data are affected, and what happens"
            yield RuleResult(where=("limitations", index, "text"), what=what, fix=fix)
