"""Open a `.dtmodel` the way darktable's installer does, without its dangers.

darktable opens zip archives only, takes the model id from the first entry, extracts everything into a staging
directory, skips what it does not like without a word, and moves the directory named like the id into place. It does not
notice cut or altered data. What it would drop, skip or spoil is a problem here.
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
"""Signature, flags, method, checksum and both sizes, as they stand before each entry's data."""
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, struct.error, OSError)
"""Raised by reading a broken archive; the last is bzip2's and that of a name which is both file and directory."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
IN_EXTRA_FIELD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallResult:
    """What installing an archive led to."""

    id: str
    """The part of the first entry before the first slash; what darktable calls the model. Empty when refused."""
    directory: Path | None
    """The model as it would lie on disk; None when darktable would refuse it or nothing can be read."""
    problems: tuple[CheckProblem, ...]


def install(path: Path, staging: Path) -> InstallResult:
    """Extract the model in the archive `path` to `staging/<id>`; nothing is ever written outside `staging`.

    Args:
        path: a `.dtmodel` file.
        staging: an existing empty directory.

    Raises:
        Failure: it may not be read, or there is no room to unpack it.
    """
    if unreadable := _not_a_zip(path):
        return InstallResult(id="", directory=None, problems=(unreadable,))
    try:
        with zipfile.ZipFile(path) as archive:
            return _install(archive, path.name, staging)
    except (*DAMAGE, NotImplementedError) as exc:
        return InstallResult(id="", directory=None, problems=(_cut(path.name, str(exc)),))


def _not_a_zip(path: Path) -> CheckProblem | None:
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as exc:
        raise Failure(f"cannot be read: {exc.strerror}", where=str(path)) from exc
    if start == b"PK\x05\x06":
        return error("archive.empty", path.name, "the zip is empty: darktable refuses to install it", REPACK)
    if start != b"PK\x03\x04":
        found = "an empty file" if not start else "not a zip archive"
        return error("archive.not-zip", path.name, f"{found}: darktable refuses to install it", REPACK)
    return None


def _cut(where: str, detail: str) -> CheckProblem:
    return error(
        "archive.cut",
        where,
        f"the archive is cut off or damaged ({detail}): darktable reports success and replaces a good model by a part",
        REPACK,
    )


def _install(archive: zipfile.ZipFile, where: str, staging: Path) -> InstallResult:
    # darktable reads entries in the order of their data, whatever the directory at the end says
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    if not entries:
        return InstallResult(id="", directory=None, problems=(_cut(where, "no entry in its directory"),))
    model_id, refused = top_directory(entries[0].filename)
    if refused:
        return InstallResult(id="", directory=None, problems=(refused,))
    problems = [*check_entries(entries, model_id), *check_size(entries, where)]
    if not any(problem.code == "archive.bomb" for problem in problems):
        problems += _extract(archive, _wanted(entries, model_id), staging)
    directory = staging / model_id
    return InstallResult(id=model_id, directory=directory if directory.is_dir() else None, problems=tuple(problems))


def top_directory(first: str) -> tuple[str, CheckProblem | None]:
    """The model id that the first entry of an archive stands for, or the reason why darktable refuses it."""
    model_id, slash, _ = first.partition("/")
    fix = f"let the first entry lie in the one top directory named like the model; {REPACK}"
    if not slash:
        what = (
            "the first entry lies at the root of the archive, so no directory of its name appears: darktable refuses it"
        )
        return "", error("archive.first-entry", first, what, fix)
    if model_id in {"", ".", ".."} or "\\" in model_id:
        what = f"the first entry names the model {model_id!r}, which is no valid id: darktable refuses the archive"
        return "", error("archive.first-entry", first, what, fix)
    return model_id, None


def _wanted(entries: list[zipfile.ZipInfo], model_id: str) -> Iterator[zipfile.ZipInfo]:
    """What would lie in the model's directory in the end."""
    for entry in entries:
        if entry.filename.startswith(f"{model_id}/") and ".." not in entry.filename and not is_special(entry):
            yield entry


def _extract(archive: zipfile.ZipFile, entries: Iterator[zipfile.ZipInfo], staging: Path) -> Iterator[CheckProblem]:
    for entry in entries:
        try:
            _extract_one(archive, entry, staging / entry.filename)
        except DAMAGE as exc:
            if isinstance(exc, OSError) and exc.errno in NO_ROOM:
                raise Failure(f"no room to unpack it: {exc}", fix="make room, or set TMPDIR") from exc
            yield _damaged(entry, exc)


def _extract_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    elif entry.compress_type in METHODS and not entry.flag_bits & ENCRYPTED:
        target.parent.mkdir(parents=True, exist_ok=True)
        _hold_headers_together(archive, entry)
        _copy(archive, entry, target)


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Copy one entry; its declared size is a limit, so that lying about it unpacks nothing more."""
    with archive.open(entry) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, BLOCK)


def _hold_headers_together(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """An entry is described twice, before its data and in the directory at the end; readers differ in which they use.

    Raises:
        BadZipFile: the two say different things.
    """
    if archive.fp is None:
        return
    archive.fp.seek(entry.header_offset)
    _, flags, method, *found = LOCAL_HEADER.unpack(archive.fp.read(LOCAL_HEADER.size))
    wanted = [entry.CRC, entry.compress_size, entry.file_size]
    unlike = any(a != b for a, b in zip(found, wanted, strict=True) if a != IN_EXTRA_FIELD)
    if flags != entry.flag_bits or method != entry.compress_type or (unlike and not flags & SIZE_FOLLOWS):
        raise zipfile.BadZipFile("its two descriptions differ")


def _damaged(entry: zipfile.ZipInfo, wrong: Exception) -> CheckProblem:
    what = f"the data is damaged ({wrong}): darktable ignores that, reports success and uses what it got"
    return error("archive.damaged", entry.filename, what, "fetch or pack the archive again")
