"""What a card says about one dataset agrees with itself.

Nobody can know that a set shows no people when nobody discloses what is in it, and who is the subject of a set cannot
have been beside the question. Such lines are filled in, not found out.

Fix: write what is known: people where nobody knows, unknown where nobody says.

Bad::

    - {name: Web Crawl, access: undisclosed, personal_data: none, consent: not-needed, ...}

Good::

    - {name: Web Crawl, access: undisclosed, personal_data: people, consent: unknown, ...}
"""

from collections.abc import Iterator

from dtmodels.card.model import Dataset
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_datasets

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look at each set by itself."""
    for where, data in described_datasets(subject.card):
        for field, what, fix in _clashes(data):
            yield RuleResult(where=(*where, field), what=f"{data.name} {what}", fix=fix)


def _clashes(data: Dataset) -> Iterator[tuple[str, str, str]]:
    if data.personal_data == "none" and "undisclosed" in (data.access, data.collection):
        what = "is said to show nobody, but nobody discloses what it holds"
        yield "personal_data", what, "write personal_data: people where nobody knows, and consent: unknown"
    elif data.personal_data != "none" and data.consent == "not-needed" and data.collection != "synthetic":
        what = "shows people, so whether they agreed is not beside the question"
        yield "consent", what, "write consent: given, none or unknown"
