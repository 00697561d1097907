"""Checks of the entries of a `.dtmodel` that darktable silently skips, drops or installs unchanged."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator

from dtmodels.findings.check_report import CheckProblem, error, warning

METHODS = {
    zipfile.ZIP_STORED: "stored",
    zipfile.ZIP_DEFLATED: "deflate",
    zipfile.ZIP_BZIP2: "bzip2",
    zipfile.ZIP_LZMA: "lzma",
}
"""Compression methods that darktable can install, as tested."""
MAX_PACKAGE_BYTES = 8 << 30
"""Limit of the total size: four ONNX files of the maximum size of a protobuf."""
MAX_ENTRIES = 10_000
CREATED_ON_UNIX = 3
ENCRYPTED = 0x1
REPACK = "pack it again with `dtmodels package`"


def is_special(entry: zipfile.ZipInfo) -> bool:
    """Return True for a link or a device, False for a regular file or directory."""
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == CREATED_ON_UNIX else 0
    return kind not in {0, stat.S_IFREG, stat.S_IFDIR}


def check_entries(entries: list[zipfile.ZipInfo], model_id: str) -> Iterator[CheckProblem]:
    """Check names and kinds of all entries, and the model id, which is the name of the top directory."""
    seen: set[str] = set()
    for entry in entries:
        yield from _check_name(entry.filename, model_id)
        yield from _check_kind(entry)
        if entry.filename in seen:
            what = "occurs twice: darktable silently installs the later one"
            yield error(
                "archive.duplicate", entry.filename, what, REPACK, reason="it is unknown which of them is intended"
            )
        seen.add(entry.filename)
    if model_id.startswith("_"):
        reason = "darktable uses such names for its caches"
        what = "the model's directory name starts with an underscore"
        yield error("archive.reserved-id", model_id, what, "choose another id", reason=reason)
    if not model_id.isascii() or model_id != model_id.lower():
        what = "the id is not plain lower case: file systems disagree about such names"
        yield warning("archive.id-style", model_id, what, "use lower-case letters, digits and hyphens")


def _check_name(name: str, model_id: str) -> Iterator[CheckProblem]:
    if ".." in name:
        what = "the name contains two dots in a row: darktable silently skips the file"
        yield error("archive.two-dots", name, what, "rename the file")
    elif not name.startswith(f"{model_id}/"):
        what = f"is outside the top directory {model_id}/: darktable silently drops it"
        reason = "a package contains one model and nothing else"
        yield error("archive.other-top", name, what, REPACK, reason=reason)
    elif name.startswith("/") or "\\" in name or "\0" in name:
        reason = "its meaning depends on the operating system"
        yield error("archive.name", name, "not a plain relative path", "rename the file", reason=reason)


def _check_kind(entry: zipfile.ZipInfo) -> Iterator[CheckProblem]:
    name, mode = entry.filename, entry.external_attr >> 16
    if is_special(entry):
        reason = "darktable creates it, wherever it points"
        yield error("archive.link", name, "is a link or a device", "pack the file itself", reason=reason)
    elif entry.create_system == CREATED_ON_UNIX and not entry.is_dir() and not mode & stat.S_IRUSR:
        what = f"has mode {stat.S_IMODE(mode):04o}: darktable applies it, and the installed file is unreadable"
        reason = "only a privileged user could run it"
        yield error("archive.mode", name, what, "pack files with mode 0644", reason=reason)
    if entry.flag_bits & ENCRYPTED:
        yield error("archive.encrypted", name, "is encrypted: darktable cannot read it", REPACK)
    elif entry.compress_type not in METHODS:
        what = f"is packed with zip method {entry.compress_type}, which not every darktable can unpack"
        yield error("archive.method", name, what, "use stored or deflate")


def check_size(entries: list[zipfile.ZipInfo], where: str) -> Iterator[CheckProblem]:
    """Check the number of entries and their declared total size."""
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or total > MAX_PACKAGE_BYTES:
        what = f"{len(entries):,} entries of {total:,} bytes together: darktable would unpack them without a limit"
        yield error("archive.bomb", where, what, REPACK, reason="it fills the disk")
