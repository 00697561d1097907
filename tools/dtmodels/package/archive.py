"""Install a `.dtmodel` as darktable's installer does, safely, and report the problems of the archive.

darktable opens zip archives only and derives the model id from the first entry. It extracts everything into a staging
directory, silently skips some entries, and then moves the directory named like the id to its destination. It does not
detect truncated or altered data. Every entry that darktable would drop, skip or corrupt is a problem here.
"""

from __future__ import annotations

import errno
import lzma
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dtbase.system.errors import Failure
from dtmodels.findings.check_report import CheckProblem, error
from dtmodels.package.archive_entries import ENCRYPTED, METHODS, REPACK, check_entries, check_size, is_special

SIZE_FOLLOWS = 0x8
BLOCK = 1 << 20
LOCAL_HEADER = struct.Struct("<4s2xHH4xIII2x2x")
"""Signature, flags, method, checksum and both sizes of the header before each entry's data."""
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, struct.error, OSError)
"""Exceptions of a damaged archive. OSError comes from bzip2, or from a name that is both file and directory."""
DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
IN_EXTRA_FIELD = 0xFFFFFFFF


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
            return _install(archive, path.name, staging)
    except (*DAMAGE, NotImplementedError) as exc:
        return InstallResult(id="", directory=None, problems=(_truncated(path.name, str(exc)),))


def _not_a_zip(path: Path) -> CheckProblem | None:
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as exc:
        raise Failure(f"cannot be read: {exc.strerror}", where=str(path)) from exc
    if start == b"PK\x05\x06":
        return error("archive.empty", path.name, "the zip is empty: darktable rejects it", REPACK)
    if start != b"PK\x03\x04":
        kind = "an empty file" if not start else "not a zip archive"
        return error("archive.not-zip", path.name, f"{kind}: darktable rejects it", REPACK)
    return None


def _truncated(where: str, detail: str) -> CheckProblem:
    return error(
        "archive.cut",
        where,
        f"the archive is truncated or damaged ({detail}): darktable reports success and installs an incomplete model, "
        "also over a complete one",
        REPACK,
    )


def _install(archive: zipfile.ZipFile, where: str, staging: Path) -> InstallResult:
    # darktable reads entries in the order of their data, not of the central directory
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    if not entries:
        return InstallResult(id="", directory=None, problems=(_truncated(where, "no entry in its central directory"),))
    model_id, problem = model_id_of(entries[0].filename)
    if problem:
        return InstallResult(id="", directory=None, problems=(problem,))
    problems = [*check_entries(entries, model_id), *check_size(entries, where)]
    if not any(problem.code == "archive.bomb" for problem in problems):
        problems += _extract(archive, _installed_entries(entries, model_id), staging)
    directory = staging / model_id
    return InstallResult(id=model_id, directory=directory if directory.is_dir() else None, problems=tuple(problems))


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


def _installed_entries(entries: list[zipfile.ZipInfo], model_id: str) -> Iterator[zipfile.ZipInfo]:
    """Yield the entries that darktable installs into the model's directory."""
    for entry in entries:
        if entry.filename.startswith(f"{model_id}/") and ".." not in entry.filename and not is_special(entry):
            yield entry


def _extract(archive: zipfile.ZipFile, entries: Iterator[zipfile.ZipInfo], staging: Path) -> Iterator[CheckProblem]:
    for entry in entries:
        try:
            _extract_one(archive, entry, staging / entry.filename)
        except DAMAGE as exc:
            if isinstance(exc, OSError) and exc.errno in DISK_FULL:
                raise Failure(f"the disk is full: {exc}", fix="free some space, or set TMPDIR") from exc
            yield _damaged(entry, exc)


def _extract_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    elif entry.compress_type in METHODS and not entry.flag_bits & ENCRYPTED:
        target.parent.mkdir(parents=True, exist_ok=True)
        _check_headers_agree(archive, entry)
        _copy(archive, entry, target)


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Copy one entry; `zipfile` reads at most its declared size, so a false size unpacks nothing more."""
    with archive.open(entry) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, BLOCK)


def _check_headers_agree(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Compare the two headers of an entry: before its data, and in the central directory. Readers use either.

    Raises:
        BadZipFile: the two differ.
    """
    if archive.fp is None:
        return
    archive.fp.seek(entry.header_offset)
    _, flags, method, *local = LOCAL_HEADER.unpack(archive.fp.read(LOCAL_HEADER.size))
    central = [entry.CRC, entry.compress_size, entry.file_size]
    differ = any(a != b for a, b in zip(local, central, strict=True) if a != IN_EXTRA_FIELD)
    if flags != entry.flag_bits or method != entry.compress_type or (differ and not flags & SIZE_FOLLOWS):
        raise zipfile.BadZipFile("its two headers differ")


def _damaged(entry: zipfile.ZipInfo, exc: Exception) -> CheckProblem:
    what = f"the data is damaged ({exc}): darktable ignores that, reports success and uses the damaged file"
    return error("archive.damaged", entry.filename, what, "download or pack the archive again")
