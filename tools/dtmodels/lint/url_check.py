"""Check that a URL is public: https, a public host name, no credentials. Used by rules and by `web`."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from dtmodels.lint.address_parts import Kind, address_parts

_HOST = re.compile(r"([a-z0-9_-]+\.)+[a-z][a-z0-9-]*[a-z0-9]")


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
    if not _HOST.fullmatch(host) or host.rpartition(".")[2] in address_parts("private-suffix"):
        return f"has the host '{host[:60]}', which is not a public host name"
    if port not in (None, 443):
        return f"has the port {port}, not 443"
    if "\\" in url or any(character.isspace() for character in url):
        return "contains a space or a backslash"
    return _host_error(host) or _secret(f"{parts.query}&{parts.fragment}")


@lru_cache(maxsize=4096)
def _host_error(host: str) -> str:
    if _is_below(host, "address-in-name"):
        return f"has the host '{host[:60]}', whose names resolve to any address, also a private one"
    if any(label.startswith("xn--") for label in host.split(".")):
        return f"has the host '{host[:60]}', which hides letters of other scripts"
    if _is_below(host, "shortener"):
        return f"is of the shortener {host}, which redirects to another host"
    if imitated := imitated_host(host):
        return f"has the host '{host[:60]}', which imitates {imitated}"
    return ""


def imitated_host(host: str) -> str:
    """The known host that another one begins like or differs from by one letter; empty if there is none."""
    if _is_below(host, "known-host"):
        return ""
    plain = host.removeprefix("www.")
    for known in sorted(address_parts("known-host")):
        begins = re.match(rf"{re.escape(known).replace(re.escape('.'), '[.-]')}(?=[.-])", plain)
        if begins or (len(known) > _SHORT and _one_letter_apart(plain, known)):
            return known
    return ""


_SHORT = 7
"""Hosts up to this length differ from others by one letter by chance."""


def _is_below(host: str, kind: Kind) -> bool:
    parts = address_parts(kind)
    labels = host.split(".")
    return any(".".join(labels[start:]) in parts for start in range(len(labels)))


def _one_letter_apart(one: str, other: str) -> bool:
    """True if one letter was replaced, added, left out, or swapped with the next."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )
    first, second = one[start:], other[start:]
    swapped = first[:2] == second[1::-1] and first[2:] == second[2:]
    return swapped or first[1:] == second[1:] or first == second[1:] or first[1:] == second


def _secret(parameters: str) -> str:
    """Describe a parameter that holds a secret or an expiry."""
    for name, value in parse_qsl(parameters):
        if value and name.lower() in address_parts("secret-parameter"):
            return f"contains '{name[:40]}', a secret or a signature that expires"
    return ""
