"""URLs are https, on a public host under its own name, without secrets.

Plain http can be changed in transit. A URL with a password, a token or a signature discloses it, or ends with it. An IP
address or localhost may name a machine that only its owner can reach. A shortener, and a host that only looks like a
known one, lead elsewhere.

Fix: Write the public https URL.

Bad::

    url: "http://127.0.0.1/weights.pth"

Good::

    url: "https://github.com/owner/network/releases/download/v1/weights.pth"
"""

import re
from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.url_check import url_error

SEVERITY: Severity = "error"
HARD = True

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check every text of the card that is a URL."""
    for where, text in subject.texts():
        if _URL.match(text) and (problem := url_error(text)):
            yield RuleResult(where=where, what=f"the URL {problem}", fix="write the public https URL")
