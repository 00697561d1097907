"""An address of arXiv or of a DOI is one that can exist.

A digit that went astray leads to another paper, or to none, and nobody reads the address again once it stands there.

Fix: copy the identifier from the paper itself.

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
    """Look at every address of the card that leads to arXiv or to a DOI."""
    for where, text in subject.texts():
        if text.startswith("https://") and (wrong := _wrong(text)):
            yield RuleResult(where=where, what=wrong, fix="copy the identifier from the paper itself")


def _wrong(address: str) -> str:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("export.")
    except ValueError:
        return ""
    if host == "arxiv.org" and (found := _ARXIV.fullmatch(parts.path)):
        return "" if _is_arxiv(found["id"]) else f"'{found['id'][:40]}' is no identifier of arXiv"
    if host in ("doi.org", "dx.doi.org"):
        name = unquote(parts.path.removeprefix("/"))
        return "" if _DOI.fullmatch(name) else f"'{name[:60]}' is no DOI"
    return ""


def _is_arxiv(name: str) -> bool:
    """Four digits until 2014, five since; the first of this form are of April 2007."""
    if not (new := _NEW.fullmatch(name)):
        return _OLD.fullmatch(name) is not None
    since = new["year"] + new["month"]
    return "0704" <= since < "9000" and len(new["number"]) == (5 if since >= "1501" else 4)
