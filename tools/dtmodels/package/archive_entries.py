"""Checks of the entries of a `.dtmodel` that darktable silently skips, drops or installs unchanged."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator, Sequence

from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.package.entry_data import UNPACKERS
from dtmodels.package.entry_names import REPACK, check_names

MAX_PACKAGE_BYTES = 4_000_000_000
"""Limit of the unpacked size; the largest model of the collection needs a tenth of it."""
MAX_RATIO = 100
"""Limit of the unpacked size, as a multiple of the archive's; weights hardly compress."""
HARMLESS_BYTES = 64 << 20
"""Unpacked size up to which a ratio above the limit does no harm: a graph of constants may have it."""
MAX_ENTRIES = 10_000
HEADER_BYTES = 2048
"""Room for the headers of one entry, whose names are limited, and for their alignment."""
CREATED_ON_UNIX = 3
ENCRYPTED = 0x1
UNICODE_PATH = b"up"
"""Tag of the extra field with another name for the entry, which libarchive uses instead of the entry's own."""
SPECIAL_BITS = stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX


def check_size(entries: Sequence[zipfile.ZipInfo], where: str, archive_bytes: int) -> Iterator[CheckProblem]:
    """Check the number of entries, and their declared total size, before anything is unpacked."""
    total, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    reason = "it fills the disk"
    if len(entries) > MAX_ENTRIES or total > MAX_PACKAGE_BYTES:
        what = f"{len(entries):,} entries of {total:,} bytes together: darktable would unpack them without a limit"
        yield error("archive.bomb", where, what, REPACK, reason=reason)
    elif total > MAX_RATIO * archive_bytes:
        what = f"unpacks {archive_bytes:,} bytes to {total:,}, more than {MAX_RATIO} times as many"
        if total > HARMLESS_BYTES:
            yield error("archive.bomb", where, what, "check that the graphs contain trained weights", reason=reason)
        else:
            yield warning("archive.ratio", where, what, "check that the graphs contain trained weights")
    if (hidden := archive_bytes - packed) > HEADER_BYTES * (len(entries) + 1):
        what = f"{hidden:,} bytes of the archive belong to no entry: they are hidden between the entries or behind them"
        yield warning("archive.hidden", where, what, REPACK)


def is_special(entry: zipfile.ZipInfo) -> bool:
    """Return True for a link or a device, False for a regular file or directory."""
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == CREATED_ON_UNIX else 0
    return kind not in {0, stat.S_IFREG, stat.S_IFDIR}


def check_entries(entries: Sequence[zipfile.ZipInfo], model_id: str) -> Iterator[CheckProblem]:
    """Check names and kinds of all entries, and the model id, which is the name of the top directory."""
    yield from check_names([entry.filename for entry in entries], model_id)
    for entry in entries:
        yield from _check_kind(entry)
        yield from _check_other_name(entry)
    if model_id.startswith("_"):
        reason = "darktable uses such names for its caches"
        what = "the model's directory name starts with an underscore"
        yield error("archive.reserved-id", model_id, what, "choose another id", reason=reason)
    if not model_id.isascii() or model_id != model_id.lower():
        what = "the id is not plain lower case: file systems disagree about such names"
        yield warning("archive.id-style", model_id, what, "use lower-case letters, digits and hyphens")


def _check_kind(entry: zipfile.ZipInfo) -> Iterator[CheckProblem]:
    name = entry.filename
    if is_special(entry):
        reason = "darktable creates it, wherever it points"
        yield error("archive.link", name, "is a link or a device", "pack the file itself", reason=reason)
    elif entry.create_system == CREATED_ON_UNIX:
        yield from _check_mode(entry)
    if entry.flag_bits & ENCRYPTED:
        yield error("archive.encrypted", name, "is encrypted: darktable cannot read it", REPACK)
    elif entry.compress_type not in UNPACKERS:
        what = f"is packed with zip method {entry.compress_type}, which not every darktable can unpack"
        yield error("archive.method", name, what, "use stored or deflate")


def _check_mode(entry: zipfile.ZipInfo) -> Iterator[CheckProblem]:
    """Check permissions, which darktable applies to the installed file."""
    mode, fix = stat.S_IMODE(entry.external_attr >> 16), "pack files with mode 0644, directories with 0755"
    needed = stat.S_IRWXU if entry.is_dir() else stat.S_IRUSR
    if mode & needed != needed:
        what = f"has mode {mode:04o}: darktable applies it, and the installed file is unreadable"
        yield error("archive.mode", entry.filename, what, fix, reason="only a privileged user could run it")
    elif mode & SPECIAL_BITS:
        what = f"has mode {mode:04o}, with the rights of another user: darktable applies it"
        yield error("archive.mode", entry.filename, what, fix, reason="no file of a model needs them")
    elif mode & stat.S_IWOTH:
        what = f"has mode {mode:04o}: darktable applies it, and every user of the machine can alter the file"
        yield warning("archive.mode", entry.filename, what, fix)


def _check_other_name(entry: zipfile.ZipInfo) -> Iterator[CheckProblem]:
    """Check that the name is the only one: some readers take another from an extra field, or cut it at a zero."""
    if "\0" in entry.orig_filename or UNICODE_PATH in _extra_tags(entry.extra):
        reason = "programs extract it under different names"
        yield error("archive.name", entry.filename, "has a second, hidden name", REPACK, reason=reason)


def _extra_tags(extra: bytes) -> Iterator[bytes]:
    while len(extra) >= 4:
        yield extra[:2]
        extra = extra[4 + int.from_bytes(extra[2:4], "little") :]
