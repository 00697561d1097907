"""A limitation tells a photographer something.

"May have issues" is true of everything. A limitation is of use when somebody can see from it whether their image is
concerned.

Fix: say which images, which conditions, or which data; what happens; and what to do instead, if anything.

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

_FEWEST_LETTERS = 20
_FEWEST_WORDS = 4
_VAGUE = re.compile(
    r"""(?x) ((it|this|the\ model|there|known)\ )? ((may|might|can|could|has|have|are|is)\ )?
    ((have|be|produce|contain|show)\ )? ((some|certain|various|unknown|other|minor)\ )?
    (issues?|problems?|artefacts?|artifacts?|limitations?|errors?|bias(es)?|inaccuracy|inaccuracies|failures?)
    (\ (in|under|with|for)\ (some|certain|rare|various)\ (cases|conditions|images|images|situations))?
    """
)


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Measure each limitation, and know the usual empty ones."""
    for index, limitation in enumerate(subject.card.limitations):
        text = limitation.text.strip()
        if len(text) < _FEWEST_LETTERS or len(text.split()) < _FEWEST_WORDS or _VAGUE.fullmatch(normalised(text)):
            what = "this says too little to tell which images are concerned"
            fix = "say which images, conditions or data, and what happens"
            yield RuleResult(where=("limitations", index, "text"), what=what, fix=fix)
