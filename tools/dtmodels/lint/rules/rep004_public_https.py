"""Addresses are https, on a public host, without user names.

Plain http can be changed on its way, an address with a password gives the password away, and a number or localhost
names a machine only its owner can reach.

Fix: write the public https address.

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

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look at every text that is an address, wherever it stands."""
    for where, text in subject.texts():
        if _ADDRESS.match(text) and (wrong := url_error(text)):
            yield RuleResult(where=where, what=f"the address {wrong}", fix="write the public https address")
