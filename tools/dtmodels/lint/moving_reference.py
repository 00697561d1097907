"""References in URLs that name other content later: branches, moved tags, the latest release. Used by rules.

The paths are those that GitHub, GitLab, Gitea, Bitbucket, the Hugging Face Hub and jsDelivr document.
"""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from dtmodels.lint.address_parts import address_parts

_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_ARCHIVE = r"\.(zip|tar\.gz|tgz|tar\.bz2|tar)$"
_HOSTED = re.compile(
    r"""(?ix)
    ^raw\.githubusercontent\.com/[^/]+/[^/]+/(?P<raw>(refs/(heads|tags)/)?[^/]+)/
    | ^codeload\.github\.com/[^/]+/[^/]+/(legacy\.)?(zip|tar\.gz)/(?P<codeload>.+)$
    | ^(cdn\.)?jsdelivr\.net/gh/[^/]+/[^/@]+(@(?P<jsdelivr>[^/]+))?/
    | /(?P<released>releases/latest|latest/download|releases/permalink/latest)(/|$)
    | /releases/download/(?P<release>[^/]+)/
    | /-/(raw|blob|archive|jobs/artifacts)/(?P<gitlab>(refs/(heads|tags)/)?[^/?]+)
    | /(raw|src|media)/(?P<gitea>(branch|tag|commit)/[^/]+)/
    | /(archive|zipball|tarball)/(?P<archive>(refs/(heads|tags)/)?[^/]+)
    | /(resolve|raw|blob|tree|src|get|heads)/(?P<path>(refs/(heads|tags|pr|convert)/)?[^/]+)(/|$)
    """
)
_PARAMETERS = ("ref", "branch", "at", "rev", "revision", "version")


def moving_reference(url: str) -> str:
    """The reference in a URL whose content can change; empty if there is none, or if the URL cannot be parsed."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    address = f"{(parts.hostname or '').lower()}{_decoded(parts.path)}"
    for name, value in parse_qsl(parts.query):
        if name.lower() in _PARAMETERS and _moves(value):
            return value
    for match in _HOSTED.finditer(address):
        kind, reference = next(((kind, found) for kind, found in match.groupdict().items() if found), ("jsdelivr", ""))
        if kind == "released":
            return "latest"
        if not reference:
            return "the default branch"
        if _moves(re.sub(_ARCHIVE, "", reference)):
            return re.sub(_ARCHIVE, "", reference)
    return ""


def _decoded(path: str) -> str:
    """The path without percent escapes, also if they were escaped again."""
    for _ in range(3):
        path = unquote(path)
    return path


def _moves(reference: str) -> bool:
    """Whether a reference is a branch or a tag that is moved; a name with a number counts as a tag."""
    for prefix in ("refs/heads/", "branch/", "refs/pr/", "refs/convert/"):
        if reference.lower().startswith(prefix):
            return True
    name = reference.lower().removeprefix("refs/tags/").removeprefix("tag/").removeprefix("commit/")
    if _COMMIT.fullmatch(name):
        return False
    words = set(re.split(r"[^a-z]+", name))
    return bool(words & address_parts("moving-word")) or not any(letter.isdigit() for letter in name)
