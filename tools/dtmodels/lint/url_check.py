"""Check that a URL is public: https, a public host name, no credentials. Used by rules and by `web`."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"([a-z0-9_-]+\.)+[a-z][a-z0-9-]*[a-z0-9]")
_PRIVATE = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


def url_error(url: str) -> str:
    """Describe the error of a URL, as the end of a sentence; empty if the URL is valid."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "cannot be parsed"
    if parts.scheme.lower() != "https":
        return f"is {parts.scheme}, not https"
    if parts.username is not None:
        return "contains a user name"
    if not _HOST.fullmatch(host) or host.endswith(_PRIVATE):
        return f"has the host '{host[:60]}', which is not a public host name"
    if port not in (None, 443):
        return f"has the port {port}, not 443"
    if "\\" in url or any(character.isspace() for character in url):
        return "contains a space or a backslash"
    return ""
