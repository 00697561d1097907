"""A URL of arXiv or doi.org contains a valid identifier.

A mistyped digit leads to another paper or to none, and a URL in a card is rarely checked again.

Fix: Copy the identifier from the paper itself.

Authority: https://info.arxiv.org/help/arxiv_identifier.html and https://www.doi.org/the-identifier/resources/handbook/

Bad::

    publication: {kind: preprint, title: Removing noise, url: "https://arxiv.org/abs/9999.99999"}

Good::

    publication: {kind: preprint, title: Removing noise, url: "https://arxiv.org/abs/1906.00270"}
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "error"
HARD = True

_ARXIV = re.compile(r"/(?:abs|pdf|html)/(?P<id>.+?)(?:\.pdf)?/?")
_NEW = re.compile(r"(?P<year>[0-9]{2})(?P<month>0[1-9]|1[0-2])\.(?P<number>[0-9]{4,5})(?:v[1-9][0-9]?)?")
_OLD = re.compile(r"[a-z-]+(?:\.[A-Z]{2})?/[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3}(?:v[1-9][0-9]?)?")
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[!-~]+")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check every URL of arXiv or doi.org in the card."""
    for where, text in subject.texts():
        if text.startswith("https://") and (problem := _identifier_error(text)):
            yield RuleResult(where=where, what=problem, fix="copy the identifier from the paper itself")


def _identifier_error(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("export.")
    except ValueError:
        return ""
    if host == "arxiv.org" and (match := _ARXIV.fullmatch(parts.path)):
        return "" if _is_arxiv(match["id"]) else f"'{match['id'][:40]}' is not an arXiv identifier"
    if host in ("doi.org", "dx.doi.org"):
        name = unquote(parts.path.removeprefix("/"))
        return "" if _DOI.fullmatch(name) else f"'{name[:60]}' is not a DOI"
    return ""


def _is_arxiv(name: str) -> bool:
    """Whether `name` is an identifier: since April 2007 with four digits, since 2015 with five."""
    if not (new := _NEW.fullmatch(name)):
        return _OLD.fullmatch(name) is not None
    since = new["year"] + new["month"]
    return "0704" <= since < "9000" and len(new["number"]) == (5 if since >= "1501" else 4)
