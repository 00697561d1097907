"""The fields of a dataset do not contradict each other.

An undisclosed dataset cannot be known to show no people. If a dataset shows people, their consent cannot be
unnecessary. If the provenance says that images were taken from the web, they were not photographed for the dataset.
Such values were filled in without evidence.

Fix: Write what is known. If the content is undisclosed, set personal_data to people and consent to unknown. If images
come from the web, set collection to scraped, or to mixed if others do not.

Bad::

    - {name: Web Crawl, access: undisclosed, personal_data: none, consent: not-needed, ...}

Good::

    - {name: Web Crawl, access: undisclosed, personal_data: people, consent: unknown, ...}
"""

from collections.abc import Iterator

from dtmodels.card.model import Dataset
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_datasets
from dtmodels.openness.collection_statements import named_platform, taken_from_the_web

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check each dataset separately."""
    for where, data in described_datasets(subject.card):
        for field, what, fix in _contradictions(data):
            yield RuleResult(where=(*where, field), what=f"{data.name} {what}", fix=fix)


def _contradictions(data: Dataset) -> Iterator[tuple[str, str, str]]:
    if data.personal_data == "none" and "undisclosed" in (data.access, data.collection):
        what = "is said to show no people, but its content is undisclosed"
        yield "personal_data", what, "write personal_data: people and consent: unknown, or change access and collection"
    elif data.personal_data != "none" and data.consent == "not-needed" and data.collection != "synthetic":
        what = "shows people, so their consent cannot be not-needed"
        yield "consent", what, "write consent: given, none or unknown"
    if data.collection in ("scraped", "mixed", "undisclosed"):
        return
    if words := taken_from_the_web(data.provenance):
        what = f"has the collection '{data.collection}', but its provenance says '{words}'"
        yield "collection", what, "write collection: scraped, or mixed if only a part is; or correct the provenance"
    elif platform := named_platform(data.name):
        what = f"has the collection '{data.collection}', but its name says '{platform}', where people upload images"
        yield "collection", what, "write collection: scraped, or mixed if only a part is"
