"""Checks of the names in an archive: those that Windows or another system cannot hold, or that hide what they are.

The rules of Windows are those of Microsoft's page "Naming Files, Paths, and Namespaces".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from dtmodels.findings.check_report import CheckProblem, error, warning

FORBIDDEN = frozenset('<>:"|?*')
"""Characters that no file name of Windows contains; slashes and control characters are checked elsewhere."""
PORTS = frozenset(f"{port}{digit}" for port in ("com", "lpt") for digit in "123456789¹²³")
DEVICES = PORTS | {"con", "prn", "aux", "nul", "conin$", "conout$"}
"""Names of devices, which Windows opens instead of a file, whatever their suffix."""
MAX_NAME_BYTES = 255
"""Longest name of a file or directory on Linux, macOS and Windows, in bytes of UTF-8."""
MAX_PATH_CHARACTERS = 180
"""Longest path in the archive: what is left of Windows' 260 characters below darktable's staging directory in
`C:\\Users\\<20 characters>\\AppData\\Local`."""
RENAME, REPACK = "rename the file", "pack it again with `dtmodels package`"


def check_names(names: Sequence[str], model_id: str) -> Iterator[CheckProblem]:
    """Check the names of all entries below the top directory `model_id`."""
    for name in names:
        yield from _check_name(name, model_id)
    yield from _check_equal(names)


def _check_name(name: str, model_id: str) -> Iterator[CheckProblem]:
    if ".." in name:
        what = "the name contains two dots in a row: darktable silently skips the file"
        yield error("archive.two-dots", name, what, RENAME)
    elif not name.startswith(f"{model_id}/"):
        what = f"is outside the top directory {model_id}/: darktable silently drops it"
        reason = "a package contains one model and nothing else"
        yield error("archive.other-top", name, what, REPACK, reason=reason)
    elif not _is_plain(name):
        reason = "its meaning depends on the operating system"
        yield error("archive.name", name, "not a plain relative path", RENAME, reason=reason)
    elif not name.isprintable():
        reason = "its user cannot see what it is"
        yield error("archive.name", name, "the name contains invisible characters", RENAME, reason=reason)
    elif cause := _windows_cause(name.rstrip("/")):
        reason = "the model could not be installed there"
        yield error("archive.windows-name", name, f"Windows cannot hold the name: {cause}", RENAME, reason=reason)
    elif not name.isascii():
        what = "the name is not plain ASCII: programs and file systems read it differently"
        yield warning("archive.name", name, what, RENAME)


def _is_plain(name: str) -> bool:
    """Whether a path is relative, without empty parts, backslashes and zeros; a directory may end in a slash."""
    parts = name.removesuffix("/").split("/")
    return not any(part in {"", "."} for part in parts) and not set("\\\0") & set(name)


def _windows_cause(name: str) -> str:
    """Why Windows cannot hold a path, or empty."""
    if len(name) > MAX_PATH_CHARACTERS:
        return f"{len(name)} characters, more than {MAX_PATH_CHARACTERS}, are too long below darktable's directory"
    return next(filter(None, map(_part_cause, name.split("/"))), "")


def _part_cause(part: str) -> str:
    if found := sorted(FORBIDDEN & set(part)):
        return f"it contains {' '.join(found)}"
    if part.endswith((".", " ")):
        return "it ends in a dot or a blank"
    if part.partition(".")[0].rstrip(" ").lower() in DEVICES:
        return f"{part} is the name of a device there"
    if len(part.encode(errors="surrogatepass")) > MAX_NAME_BYTES:
        return f"it is longer than {MAX_NAME_BYTES} bytes"
    return ""


def _check_equal(names: Sequence[str]) -> Iterator[CheckProblem]:
    """Check that no two names are equal, nor equal on file systems that ignore capitals or how accents are composed."""
    seen: set[str] = set()
    folded: dict[str, str] = {}
    for name in names:
        first = folded.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if name in seen:
            what = "occurs twice: darktable silently installs the later one"
            yield error("archive.duplicate", name, what, REPACK, reason="it is unknown which of them is intended")
        elif first != name:
            what = f"differs from {first} in capitals or accents only: on Windows and macOS one replaces the other"
            reason = "the installed model depends on the system"
            yield error("archive.case-duplicate", name, what, RENAME, reason=reason)
        seen.add(name)
