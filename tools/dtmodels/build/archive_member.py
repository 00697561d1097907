"""The checkpoint inside an archive: found by the name in the card, and copied out of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO

from dtbase.system.errors import Failure
from dtbase.system.files import leaves_directory
from dtbase.system.recognise import ARCHIVES, SUBSTITUTES, file_kind
from dtbase.system.suggestions import nearest_names
from dtmodels.build.archives import ArchiveEntry, content_limit, open_archive, repeated

CHUNK = 1 << 20
MAX_NAMES = 8
_CHECKPOINTS = (".pth", ".pt", ".ckpt", ".safetensors", ".onnx", ".bin", ".th", ".pkl", ".tar")
"""Suffixes that authors give to checkpoints."""


def extract_member(archive: Path, member: str, target: Path, *, where: str, size: int | None = None) -> None:
    """Copy one file of an archive to `target`.

    Args:
        archive: the archive.
        member: path of the file inside it.
        target: a temporary file; on an error it is incomplete.
        where: the archive, for messages.
        size: the expected size in bytes; None while `--pin` determines it.

    Raises:
        Failure: there is no such file, it is no regular file, is encrypted, has another size, or the archive is broken.
    """
    with open_archive(archive, where) as entries:
        entry = _find(entries, member, where)
        limit = content_limit(archive) if size is None else size
        if entry.size > limit or (size is not None and entry.size != size):
            expected = f"at most {limit:,} as fits this archive" if size is None else f"{size:,} as the card says"
            fix = "review the archive, then change the card"
            raise Failure(f"'{member}' has {entry.size:,} bytes, not {expected}", where=where, fix=fix)
        with entry.open() as source, target.open("wb") as copy:
            copied = sum(_write(copy, block) for block in iter(lambda: source.read(CHUNK), b""))
        if copied != entry.size:
            what = f"'{member}' has {copied:,} bytes instead of the {entry.size:,} that the archive states"
            raise Failure(what, where=where, fix="download the archive again")


def check_content(path: Path, *, where: str) -> None:
    """Check that a checkpoint is not an archive whose member the card has to name, a pointer, or a web page.

    Raises:
        Failure: it is one of these; for an archive the message names the checkpoints inside.
    """
    kind = file_kind(path)
    if kind and kind.name in SUBSTITUTES:
        raise kind.refusal("a checkpoint", where=where)
    if not kind or kind.name not in ARCHIVES:
        return
    with open_archive(path, where) as entries:
        names = [entry.name for entry in entries if not entry.obstacle]
    found = checkpoint_names(names)
    if not found:
        raise Failure(f"is {kind.title} without a checkpoint: it contains {_listed(names)}", where=where)
    which = f"with {'one checkpoint' if len(found) == 1 else f'{len(found)} checkpoints'}: {_listed(found)}"
    fix = f'write `member: {{path: "{found[0]}"}}` into this checkpoint of the card, then run `dtmodels setup --pin`'
    raise Failure(f"is {kind.title} {which}", where=where, fix=fix if len(found) == 1 else f"for one of them, {fix}")


def checkpoint_names(names: Sequence[str]) -> list[str]:
    """The names that look like checkpoints, without the companion files that macOS adds."""
    wanted = (name for name in names if name.lower().endswith(_CHECKPOINTS))
    return [name for name in wanted if "__MACOSX/" not in name and not name.rpartition("/")[2].startswith("._")]


def _find(entries: list[ArchiveEntry], member: str, where: str) -> ArchiveEntry:
    if leaves_directory(member):
        raise Failure(f"'{member}' is not a path inside an archive", where=where, fix="write it without .., ~, : or \\")
    found = [entry for entry in entries if entry.name == member]
    if not found:
        names = [entry.name for entry in entries]
        similar = nearest_names(member, names, limit=1) or checkpoint_names(names)[:1]
        fix = f"did you mean {similar[0]}?" if similar else "name one of these, or the right archive"
        raise Failure(f"contains no file '{member}', but {_listed(names)}", where=where, fix=fix)
    if member in repeated(entries):
        fix = "which one is meant is unclear: use an archive without repeated names"
        raise Failure(f"contains '{member}' {len(found)} times", where=where, fix=fix)
    if found[0].obstacle:
        fix = "name a regular file, or use the authors' plain archive"
        raise Failure(f"'{member}' {found[0].obstacle}", where=where, fix=fix)
    return found[0]


def _write(copy: IO[bytes], block: bytes) -> int:
    try:
        return copy.write(block)
    except OSError as exc:
        raise Failure(f"cannot be written: {exc.strerror}", where=copy.name, fix="free some space") from exc


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:100] for name in names[:MAX_NAMES]) or "nothing"
    return shown if len(names) <= MAX_NAMES else f"{shown} and {len(names) - MAX_NAMES} more"
