"""Open a `.dtmodel` the way darktable's installer does, without its dangers.

darktable opens zip archives only, takes the model id from the first entry, extracts everything into a staging
folder, skips what it does not like without a word, and moves the folder named like the id into place. It does not
notice cut or altered data. What it would drop, skip or spoil is a problem here.
"""

from __future__ import annotations

import errno
import lzma
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dtbase.errors import Failure
from dtmodels.report import Problem, error, warning

METHODS = {
    zipfile.ZIP_STORED: "stored",
    zipfile.ZIP_DEFLATED: "deflate",
    zipfile.ZIP_BZIP2: "bzip2",
    zipfile.ZIP_LZMA: "lzma",
}
"""Compression darktable was seen to install."""
MAX_BYTES = 8 << 30
"""Limit of all data together: four ONNX files of the largest size a protobuf can have."""
MAX_ENTRIES = 10_000
UNIX = 3
ENCRYPTED = 0x1
SIZE_FOLLOWS = 0x8
BLOCK = 1 << 20
LOCAL_HEADER = struct.Struct("<4s2xHH4xIII2x2x")
"""Signature, flags, method, checksum and both sizes, as they stand before each entry's data."""
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, struct.error, OSError)
"""What reading a spoilt archive raises; the last one is bzip2's, and that of a name which is both file and folder."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
IN_EXTRA_FIELD = 0xFFFFFFFF
REPACK = "pack it again with `dtmodels package`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What installing an archive led to."""

    id: str
    """The part of the first entry before the first slash; what darktable calls the model. Empty when refused."""
    folder: Path | None
    """The model as it would lie on disk; None when darktable would refuse it or nothing can be read."""
    problems: tuple[Problem, ...]


def install(path: Path, staging: Path) -> Installed:
    """Extract the model in the archive `path` to `staging/<id>`; nothing is ever written outside `staging`.

    Args:
        path: a `.dtmodel` file.
        staging: an existing empty folder.

    Raises:
        Failure: there is no room to unpack it.
    """
    if unreadable := _not_a_zip(path):
        return Installed(id="", folder=None, problems=(unreadable,))
    try:
        with zipfile.ZipFile(path) as archive:
            return _install(archive, path.name, staging)
    except OSError as wrong:
        raise Failure(
            f"cannot be unpacked: {wrong.strerror}", where=str(path), fix="make room, or set TMPDIR"
        ) from wrong
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, struct.error) as wrong:
        return Installed(id="", folder=None, problems=(_cut(path.name, str(wrong)),))


def _not_a_zip(path: Path) -> Problem | None:
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PK\x05\x06":
        return error("archive.empty", path.name, "the zip is empty: darktable refuses to install it", REPACK)
    if start != b"PK\x03\x04":
        found = "an empty file" if not start else "not a zip archive"
        return error("archive.not-zip", path.name, f"{found}: darktable refuses to install it", REPACK)
    return None


def _cut(where: str, detail: str) -> Problem:
    return error(
        "archive.cut",
        where,
        f"the archive is cut off or damaged ({detail}): darktable reports success and replaces a good model by a part",
        REPACK,
    )


def _install(archive: zipfile.ZipFile, where: str, staging: Path) -> Installed:
    # darktable reads entries in the order of their data, whatever the directory at the end says
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    if not entries:
        return Installed(id="", folder=None, problems=(_cut(where, "no entry in its directory"),))
    model_id, refused = top_folder(entries[0].filename)
    if refused:
        return Installed(id="", folder=None, problems=(refused,))
    problems = [*_about_entries(entries, model_id), *_about_size(entries, where)]
    if not any(problem.code == "archive.bomb" for problem in problems):
        problems += _extract(archive, _wanted(entries, model_id), staging)
    folder = staging / model_id
    return Installed(id=model_id, folder=folder if folder.is_dir() else None, problems=tuple(problems))


def top_folder(first: str) -> tuple[str, Problem | None]:
    """The model id that the first entry of an archive stands for, or the reason why darktable refuses it."""
    model_id, slash, _ = first.partition("/")
    fix = f"let the first entry lie in the one top folder named like the model; {REPACK}"
    if not slash:
        what = "the first entry lies at the root of the archive, so no folder of its name appears: darktable refuses it"
        return "", error("archive.first-entry", first, what, fix)
    if model_id in {"", ".", ".."} or "\\" in model_id:
        what = f"the first entry names the model {model_id!r}, which is no valid id: darktable refuses the archive"
        return "", error("archive.first-entry", first, what, fix)
    return model_id, None


def _wanted(entries: list[zipfile.ZipInfo], model_id: str) -> Iterator[zipfile.ZipInfo]:
    """What would lie in the model's folder in the end."""
    for entry in entries:
        if entry.filename.startswith(f"{model_id}/") and ".." not in entry.filename and not _is_special(entry):
            yield entry


def _is_special(entry: zipfile.ZipInfo) -> bool:
    """Whether the entry is a link or a device instead of a file or folder."""
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == UNIX else 0
    return kind not in {0, stat.S_IFREG, stat.S_IFDIR}


def _about_entries(entries: list[zipfile.ZipInfo], model_id: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for entry in entries:
        yield from _about_name(entry.filename, model_id)
        yield from _about_kind(entry)
        if entry.filename in seen:
            what = "is there twice: darktable keeps the later one without a word"
            yield error("archive.duplicate", entry.filename, what, REPACK, reason="which one is meant cannot be known")
        seen.add(entry.filename)
    if model_id.startswith("_"):
        reason = "such names are darktable's own, for caches"
        what = "the model's folder name starts with an underscore"
        yield error("archive.reserved-id", model_id, what, "choose another id", reason=reason)
    if not model_id.isascii() or model_id != model_id.lower():
        what = "the id is not plain lower case: file systems disagree about such names"
        yield warning("archive.id-style", model_id, what, "use lower-case letters, digits and hyphens")


def _about_name(name: str, model_id: str) -> Iterator[Problem]:
    if ".." in name:
        what = "the name contains two dots in a row: darktable skips the file without a word"
        yield error("archive.two-dots", name, what, "rename the file")
    elif not name.startswith(f"{model_id}/"):
        what = f"lies outside the top folder {model_id}/: darktable drops it without a word"
        reason = "a package holds one model and nothing beside it"
        yield error("archive.other-top", name, what, REPACK, reason=reason)
    elif name.startswith("/") or "\\" in name or "\0" in name:
        reason = "it means different things on different systems"
        yield error("archive.name", name, "not a plain relative path", "rename the file", reason=reason)


def _about_kind(entry: zipfile.ZipInfo) -> Iterator[Problem]:
    name, mode = entry.filename, entry.external_attr >> 16
    if _is_special(entry):
        reason = "darktable creates it as it is, wherever it points"
        yield error("archive.link", name, "is a link or a device", "pack the file itself", reason=reason)
    elif entry.create_system == UNIX and not entry.is_dir() and not mode & stat.S_IRUSR:
        what = f"has mode {stat.S_IMODE(mode):04o}: darktable applies it, and nobody can read the installed file"
        reason = "only a privileged user could run it"
        yield error("archive.mode", name, what, "pack files with mode 0644", reason=reason)
    if entry.flag_bits & ENCRYPTED:
        yield error("archive.encrypted", name, "is encrypted: darktable cannot read it", REPACK)
    elif entry.compress_type not in METHODS:
        what = f"is packed with zip method {entry.compress_type}, which not every darktable can unpack"
        yield error("archive.method", name, what, "use stored or deflate")


def _about_size(entries: list[zipfile.ZipInfo], where: str) -> Iterator[Problem]:
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or total > MAX_BYTES:
        what = f"{len(entries):,} entries of {total:,} bytes together: darktable would unpack them without a limit"
        yield error("archive.bomb", where, what, REPACK, reason="it fills the disk")


def _extract(archive: zipfile.ZipFile, entries: Iterator[zipfile.ZipInfo], staging: Path) -> Iterator[Problem]:
    for entry in entries:
        target = staging / entry.filename
        if entry.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif entry.compress_type in METHODS and not entry.flag_bits & ENCRYPTED:
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                _hold_headers_together(archive, entry)
                _copy(archive, entry, target)
            except DAMAGE as wrong:
                if isinstance(wrong, OSError) and wrong.errno in NO_ROOM:
                    raise Failure(f"no room to unpack it: {wrong}", fix="make room, or set TMPDIR") from wrong
                if target.is_file():
                    target.unlink()
                yield _damaged(entry, wrong)


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


def _damaged(entry: zipfile.ZipInfo, wrong: Exception) -> Problem:
    what = f"the data is damaged ({wrong}): darktable ignores that, reports success and uses what it got"
    return error("archive.damaged", entry.filename, what, "fetch or pack the archive again")
