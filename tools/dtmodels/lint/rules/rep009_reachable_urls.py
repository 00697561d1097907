"""Addresses in the card still lead somewhere.

A dead link takes the proof of a claim with it. This is only looked at with `--online`, since a network has its moods;
a server that cannot be asked is no finding.

Fix: find where the page went, or an archived copy of it.

Bad::

    publication: {kind: report, title: Removing noise, url: "https://gone.net/paper.pdf"}

Good::

    publication: {kind: preprint, title: Removing noise, url: "https://arxiv.org/abs/2204.04676"}
"""

from collections.abc import Iterator

from dtmodels.lint.placeholders import is_placeholder
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.web import Web

SEVERITY: Severity = "warning"


def check_online(subject: Subject, web: Web) -> Iterator[RuleResult]:
    """Ask for every address of the card once."""
    for where, text in subject.texts():
        if text.startswith("https://") and not is_placeholder(text) and (answer := web.head(text)).gone:
            what = f"nothing is at this address any more (status {answer.status})"
            yield RuleResult(where=where, what=what, fix="find where it went, or an archived copy")
