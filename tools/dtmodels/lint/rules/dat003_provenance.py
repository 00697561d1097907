"""The provenance of a set says who made it, how, and when or how large it is.

"From the internet" can be said of everything. Somebody who wants to judge the data, or to find it again, needs to know
whose work it is, how it came together, and which state of it was used.

Fix: write a sentence with who, how, and a year or a number; where nobody discloses that, set access or collection to
undisclosed and say so.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    provenance: photographs from the internet

Good::

    provenance: 400 scenes photographed by the authors on tripods with six cameras, 2018
"""

import re
from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_datasets

SEVERITY: Severity = "error"
FIX = "say who made it, how, when, and how large it is"

_FEWEST_WORDS = 6
_NUMBER = re.compile(r"[0-9]|\b(one|two|three|four|five|six|seven|eight|nine|ten|hundreds?|thousands?|millions?)\b")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Count words, and look for a number wherever something was disclosed."""
    for where, data in described_datasets(subject.card):
        told, closed = data.provenance.lower(), "undisclosed" in (data.access, data.collection)
        if len(told.split()) < _FEWEST_WORDS:
            what = f"the provenance of {data.name} is too short to say who made it, how and when"
        elif not closed and not _NUMBER.search(told):
            what = f"the provenance of {data.name} says neither when it was made nor how large it is"
        else:
            continue
        fix = "say what is known of it, and who discloses no more" if closed else FIX
        yield RuleResult(where=(*where, "provenance"), what=what, fix=fix)
