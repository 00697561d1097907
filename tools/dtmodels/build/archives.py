"""Zip and tar archives of checkpoints, listed and opened without trusting them.

An archive can be a bomb, or name files outside its directory. So nothing is unpacked by name: one regular file
is copied to a path of ours, up to a limit of size. Tar archives may be compressed by gzip, xz or bzip2.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from dtbase.system.errors import Failure
from dtbase.system.recognise import ARCHIVES, file_kind
from dtmodels.build.limited_reader import LimitedReader, TooLarge

MAX_RATIO = 100
"""Maximum size of the content, as a multiple of the archive's size; weights hardly compress."""
MIN_LIMIT = 64 << 20
"""Size in bytes that small archives may have, whatever their ratio."""
_OPENERS: dict[str, Callable[[Path], Any]] = {
    "tar": lambda path: path.open("rb"),
    "gzip": gzip.open,
    "xz": lzma.open,
    "bzip2": bz2.open,
}
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    MemoryError,
    RecursionError,
    NotImplementedError,
)
"""What the libraries raise for damaged content; the type depends on the position of the damage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveEntry:
    """One file in an archive."""

    name: str
    """Path inside the archive, with slashes, without a leading `./`."""
    size: int
    """Size in bytes after decompression, as the archive states it."""
    obstacle: str
    """Why it cannot be extracted: `is a link`; empty if it can."""
    open: Callable[[], IO[bytes]]


@contextmanager
def open_archive(path: Path, where: str) -> Iterator[list[ArchiveEntry]]:
    """List the files of an archive; directories are omitted. Damage raises a Failure, in the block as well.

    Args:
        path: the archive; its content decides about its format.
        where: the archive, for messages.

    Raises:
        Failure: it is no archive, is damaged, or is larger inside than `content_limit`.
    """
    kind = file_kind(path)
    try:
        with ExitStack() as stack:
            if kind and kind.name in _OPENERS:
                yield list(_tar_entries(path, kind.name, stack))
            elif kind and (kind.name in ARCHIVES or kind.name == "rezipped"):
                yield list(_zip_entries(stack.enter_context(zipfile.ZipFile(path))))
            else:
                title = kind.title if kind else "no archive that can be read"
                raise Failure(f"is {title}, not a zip or tar archive", where=where, fix="remove `member` from the card")
    except TooLarge as exc:
        fix = "use another release of the authors; this may be an attack"
        raise Failure(f"{exc}, more than {MAX_RATIO} times its own size", where=where, fix=fix) from exc
    except _DAMAGE as exc:
        reason = str(exc).splitlines()[0][:100] if str(exc) else type(exc).__name__
        damaged = f"is damaged, or no archive but {kind.title}" if kind else "is damaged"
        raise Failure(f"{damaged}: {reason}", where=where, fix="download it again") from exc


def content_limit(path: Path) -> int:
    """Maximum size in bytes of an archive's content."""
    return max(MIN_LIMIT, MAX_RATIO * path.stat().st_size)


def repeated(entries: list[ArchiveEntry]) -> set[str]:
    """Names that several entries have."""
    return {name for name, count in Counter(entry.name for entry in entries).items() if count > 1}


def _zip_entries(archive: zipfile.ZipFile) -> Iterator[ArchiveEntry]:
    for info in archive.infolist():
        mode = info.external_attr >> 16
        obstacle = "is encrypted" if info.flag_bits & 1 else ""
        if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
            obstacle = "is a link" if stat.S_ISLNK(mode) else "is no regular file"
        if info.filename and not info.is_dir():
            yield ArchiveEntry(
                name=_normal(info.filename),
                size=info.file_size,
                obstacle=obstacle,
                open=lambda info=info: archive.open(info),  # type: ignore[misc]
            )


def _tar_entries(path: Path, kind: str, stack: ExitStack) -> Iterator[ArchiveEntry]:
    content = stack.enter_context(_OPENERS[kind](path))
    limited = cast(IO[bytes], LimitedReader(content, content_limit(path)))
    archive = stack.enter_context(tarfile.open(fileobj=limited, mode="r:"))  # noqa: SIM115 - closed by the stack
    for info in archive:
        if not info.isdir():
            yield ArchiveEntry(
                name=_normal(info.name),
                size=info.size,
                obstacle="" if info.isreg() else "is a link" if info.issym() or info.islnk() else "is no regular file",
                open=lambda info=info: cast(IO[bytes], archive.extractfile(info)),  # type: ignore[misc]
            )


def _normal(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./")
