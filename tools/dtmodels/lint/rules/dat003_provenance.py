"""The provenance of a dataset says who made it, how, and when or how large it is.

"From the internet" describes any dataset. Readers who evaluate a dataset or want the same version need to know who made
it, how it was collected, and which version was used.

Fix: Write one sentence with who, how, and a year or a size. If that is undisclosed, set access or collection to
undisclosed and say so in the sentence.

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
FIX = "say who made the dataset, how, when, and how large it is"

_MIN_WORDS = 6
_NUMBER = re.compile(r"[0-9]|\b(one|two|three|four|five|six|seven|eight|nine|ten|hundreds?|thousands?|millions?)\b")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Count words, and require a number unless the dataset is undisclosed."""
    for where, data in described_datasets(subject.card):
        text, closed = data.provenance.lower(), "undisclosed" in (data.access, data.collection)
        if len(text.split()) < _MIN_WORDS:
            what = f"the provenance of {data.name} is too short to say who made the dataset, how and when"
        elif not closed and not _NUMBER.search(text):
            what = f"the provenance of {data.name} states neither a date nor a size of the dataset"
        else:
            continue
        fix = "say what is known, and who does not disclose the rest" if closed else FIX
        yield RuleResult(where=(*where, "provenance"), what=what, fix=fix)
