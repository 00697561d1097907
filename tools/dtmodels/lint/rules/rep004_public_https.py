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
from urllib.parse import urlsplit

from dtmodels.lint.rule import Remark, Severity, Subject

SEVERITY: Severity = "error"
HARD = True

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HOST = re.compile(r"([a-z0-9_-]+\.)+[a-z][a-z0-9-]*[a-z0-9]")
_PRIVATE = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


def check_card(subject: Subject) -> Iterator[Remark]:
    """Look at every text that is an address, wherever it stands."""
    for where, text in subject.texts():
        if _ADDRESS.match(text) and (wrong := fault(text)):
            yield Remark(where=where, what=f"the address {wrong}", fix="write the public https address")


def fault(address: str) -> str:
    """What is wrong with an address, as the end of a sentence; empty when nothing is."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "cannot be taken apart"
    if parts.scheme.lower() != "https":
        return f"is {parts.scheme}, not https"
    if parts.username is not None:
        return "carries a user name"
    if not _HOST.fullmatch(host) or host.endswith(_PRIVATE):
        return f"has the host '{host[:60]}', which is not a public name"
    if port not in (None, 443):
        return f"names the port {port}"
    if "\\" in address or any(letter.isspace() for letter in address):
        return "holds a space or a backslash"
    return ""
