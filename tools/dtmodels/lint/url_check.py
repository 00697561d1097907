"""Whether an address is one that everybody can reach: public, https, nothing hidden in it."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"([a-z0-9_-]+\.)+[a-z][a-z0-9-]*[a-z0-9]")
_PRIVATE = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


def url_error(address: str) -> str:
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
