"""URLs in the card still exist.

A dead link removes the evidence for a claim. This rule runs only with `--online`, because networks fail at times. A
server that does not respond produces no finding.

Fix: Find the new URL of the page, or an archived copy.

Bad::

    publication: {kind: report, title: Removing noise, url: "https://gone.net/paper.pdf"}

Good::

    publication: {kind: preprint, title: Removing noise, url: "https://arxiv.org/abs/2204.04676"}
"""

from collections.abc import Iterator

from dtmodels.card.placeholders import is_placeholder
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.web import Web

SEVERITY: Severity = "warning"


def check_online(subject: Subject, web: Web) -> Iterator[RuleResult]:
    """Request every URL of the card once, except those of components, which MOF004 requests."""
    for where, text in subject.texts():
        if (
            where[:2] != ("openness", "components")
            and text.startswith("https://")
            and not is_placeholder(text)
            and (response := web.head(text)).gone
        ):
            what = f"the page does not exist (HTTP status {response.status})"
            yield RuleResult(where=where, what=what, fix="find its new URL, or an archived copy")
