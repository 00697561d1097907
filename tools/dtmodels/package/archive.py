"""Install a `.dtmodel` as darktable's installer does, safely, and report the problems of the archive.

darktable opens zip archives only and derives the model id from the first entry. It extracts everything into a staging
directory, silently skips some entries, and then moves the directory named like the id to its destination. It does not
detect truncated or altered data. Every entry that darktable would drop, skip or corrupt is a problem here.
"""

from __future__ import annotations

import errno
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.recognise import file_kind
from dtmodels.findings.check_report import CheckProblem, error
from dtmodels.package.archive_entries import ENCRYPTED, check_entries, check_size, is_special
from dtmodels.package.entry_data import UNPACKERS, LyingHeader, unpack_entry
from dtmodels.package.entry_names import REPACK

DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, struct.error, OSError)
"""Exceptions of a damaged archive. OSError comes from bzip2, or from a name that is both file and directory."""
DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
MAX_REPORTED = 10
"""Number of problems of one kind that a report lists one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallResult:
    """Result of installing an archive."""

    id: str
    """Model id for darktable: the first entry up to the first slash. Empty when the archive is rejected."""
    directory: Path | None
    """The installed model; None when darktable would reject the archive or nothing can be read."""
    problems: tuple[CheckProblem, ...]


def install(path: Path, staging: Path) -> InstallResult:
    """Extract the model in the archive `path` to `staging/<id>`; nothing is ever written outside `staging`.

    Args:
        path: a `.dtmodel` file.
        staging: an existing empty directory.

    Raises:
        Failure: the file is not readable, or the disk is full.
    """
    if unreadable := _not_a_zip(path):
        return InstallResult(id="", directory=None, problems=(unreadable,))
    try:
        with zipfile.ZipFile(path) as archive:
            return _install(archive, path, staging)
    except (*DAMAGE, NotImplementedError) as exc:
        return InstallResult(id="", directory=None, problems=(_truncated(path.name, str(exc)),))


def _not_a_zip(path: Path) -> CheckProblem | None:
    if not path.is_file():
        raise Failure("cannot be read: it is no regular file", where=str(path))
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as exc:
        raise Failure(f"cannot be read: {exc.strerror}", where=str(path)) from exc
    if start == b"PK\x05\x06":
        return error("archive.empty", path.name, "the zip is empty: darktable rejects it", REPACK)
    if start != b"PK\x03\x04":
        kind = file_kind(path)
        what = f"{kind.title}, not a zip archive" if kind else "not a zip archive"
        return error("archive.not-zip", path.name, f"{what}: darktable rejects it", (kind and kind.fix) or REPACK)
    return None


def _truncated(where: str, detail: str) -> CheckProblem:
    return error(
        "archive.cut",
        where,
        f"the archive is truncated or damaged ({detail}): darktable reports success and installs an incomplete model, "
        "also over a complete one",
        REPACK,
    )


def _install(archive: zipfile.ZipFile, path: Path, staging: Path) -> InstallResult:
    # darktable reads entries in the order of their data, not of the central directory
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    if not entries:
        cut = _truncated(path.name, "no entry in its central directory")
        return InstallResult(id="", directory=None, problems=(cut,))
    if not all(entry.filename for entry in entries):
        return InstallResult(id="", directory=None, problems=(_truncated(path.name, "an entry has no name"),))
    problems = list(check_size(entries, path.name, path.stat().st_size))
    model_id, problem = model_id_of(entries[0].filename)
    if problem or any(problem.severity == "error" for problem in problems):
        return InstallResult(id=model_id, directory=None, problems=(*problems, *([problem] if problem else [])))
    found = [*check_entries(entries, model_id), *_extract(archive, entries, model_id, staging)]
    problems += _shortened(found, path.name)
    directory = staging / model_id
    return InstallResult(id=model_id, directory=directory if directory.is_dir() else None, problems=tuple(problems))


def _shortened(problems: Iterable[CheckProblem], where: str) -> Iterator[CheckProblem]:
    """Yield at most `MAX_REPORTED` problems of each kind, and one that counts the others."""
    kinds: dict[str, list[CheckProblem]] = {}
    for problem in problems:
        kinds.setdefault(problem.code, []).append(problem)
    for same in kinds.values():
        yield from same[:MAX_REPORTED]
        if rest := same[MAX_REPORTED:]:
            yield replace(rest[0], where=where, what=f"{len(rest)} more like this, the first is {rest[0].where}")


def model_id_of(first: str) -> tuple[str, CheckProblem | None]:
    """Return the model id from the name of the first entry, or the problem for which darktable rejects the archive."""
    model_id, slash, _ = first.partition("/")
    fix = f"put the first entry into a single top directory named like the model; {REPACK}"
    if not slash:
        what = "the first entry is at the root of the archive, so it names no model directory: darktable rejects it"
        return "", error("archive.first-entry", first, what, fix)
    if model_id in {"", ".", ".."} or "\\" in model_id:
        what = f"the first entry names the model {model_id!r}, which is no valid id: darktable rejects the archive"
        return "", error("archive.first-entry", first, what, fix)
    return model_id, None


def _extract(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], model_id: str, staging: Path
) -> Iterator[CheckProblem]:
    """Extract the entries that darktable installs into the model's directory, in the order of their data."""
    ends = [*(entry.header_offset for entry in entries[1:]), archive.start_dir]
    for entry, end in zip(entries, ends, strict=True):
        if not entry.filename.startswith(f"{model_id}/") or ".." in entry.filename or is_special(entry):
            continue
        try:
            _extract_one(archive, entry, end, staging / entry.filename)
        except LyingHeader as exc:
            what, reason = f"{exc}: darktable unpacks all of it", "it fills the disk"
            yield error("archive.bomb", entry.filename, what, REPACK, reason=reason)
        except DAMAGE as exc:
            if isinstance(exc, OSError) and exc.errno in DISK_FULL:
                raise Failure(f"the disk is full: {exc}", fix="free some space, or set TMPDIR") from exc
            yield _damaged(entry, exc)


def _extract_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, end: int, target: Path) -> None:
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    elif archive.fp and entry.compress_type in UNPACKERS and not entry.flag_bits & ENCRYPTED:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as sink:
            sink.writelines(unpack_entry(archive.fp, entry, end))


def _damaged(entry: zipfile.ZipInfo, exc: Exception) -> CheckProblem:
    what = f"the data is damaged ({exc}): darktable ignores that, reports success and uses the damaged file"
    return error("archive.damaged", entry.filename, what, "download or pack the archive again")
