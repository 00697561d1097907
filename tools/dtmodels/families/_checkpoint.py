"""Read the tensors of a checkpoint file, without executing code that the file may contain.

All families read their checkpoints here, so each kind of file that people bring is one failure that says what it is.
"""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from dtbase.system.errors import Failure
from dtbase.system.file_kind import DOWNLOAD_AGAIN
from dtbase.system.recognise import file_kind
from dtmodels.build.archive_member import check_content
from dtmodels.build.archives import content_limit
from dtmodels.families._checkpoint_entry import tensors_of
from dtmodels.families._tensor_kinds import check_storage

MIN_TENSORS = 1 << 30
"""Size in bytes that the tensors of a small file may have; those that repeat one value take no space in a file."""
WANTED = "a checkpoint of PyTorch or safetensors"
FIX_FORMAT = (
    "use the authors' file of weights alone; or, where you trust this one, load it with their code and save its"
    " state_dict() as safetensors"
)


def read_checkpoint(path: Path, *, key: str = "", entry: str = "", inert: Sequence[str] = ()) -> dict[str, Tensor]:
    """Read a checkpoint: a `torch.save` file, old or new format, or a safetensors file. The content decides.

    Args:
        path: the file; its name is not used, because downloads are cached under their digest.
        key: entry of the outer dictionary that contains the tensors in the published file; see
            `_checkpoint_entry.tensors_of` for files without it.
        entry: the entry that the card names, which has to exist; empty if it names none.
        inert: full names of other classes in the file, such as those of a trainer; empty placeholder classes replace
            them, and they are never imported.

    Returns:
        Tensors by their names in the file, on the CPU, in the file's order. Each is dense and has its values.

    Raises:
        Failure: the file is truncated, is no checkpoint, contains more than plain data, lacks the entry, or its tensors
            are quantised, sparse or without values.
    """
    where = str(path)
    kind = file_kind(path)
    match kind and kind.name:
        case "safetensors":
            loaded = _safetensors(path)
        case "torch" | "torch-legacy":
            loaded = _torch(path, inert, mapped=kind is not None and kind.name == "torch" and _is_stored(path))
        case _:
            check_content(path, where=where)  # an archive names its member
            if kind:
                raise kind.refusal(WANTED, where=where, fix=DOWNLOAD_AGAIN)
            start = path.read_bytes()[:8]
            raise Failure(f"is not {WANTED}: it starts with {start!r}", where=where, fix=DOWNLOAD_AGAIN)
    tensors = tensors_of(loaded, key=key, entry=entry, where=where)
    check_storage(tensors, limit=max(content_limit(path), MIN_TENSORS), where=where)
    return {name: value.detach() for name, value in tensors.items()}


def _safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return dict(load_file(path))
    except Exception as exc:
        # the library raises several types, also KeyError for element types that torch does not have
        damage = isinstance(exc, SafetensorError | OSError | ValueError)
        what = "is a damaged or truncated safetensors file" if damage else "has tensors of a type that torch lacks"
        raise Failure(f"{what}: {_line(exc)}", where=str(path), fix=DOWNLOAD_AGAIN if damage else FIX_FORMAT) from exc


def _is_stored(path: Path) -> bool:
    """Whether the tensors of a zip file are stored without compression, as torch does, so that they can be mapped.

    Raises:
        Failure: it would be larger in memory than its size explains, or is encrypted.
    """
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise Failure("is encrypted", where=str(path), fix="use the authors' plain file")
    if (size := sum(entry.file_size for entry in entries)) > content_limit(path):
        raise Failure(f"contains {size:,} bytes, far more than its size explains", where=str(path), fix=DOWNLOAD_AGAIN)
    return all(entry.compress_type == zipfile.ZIP_STORED for entry in entries)


def _torch(path: Path, inert: Sequence[str], *, mapped: bool) -> Any:
    placeholders: list[Any] = [(type(name.rsplit(".", 1)[-1], (_InertClass,), {}), name) for name in inert]
    try:
        with torch.serialization.safe_globals(placeholders), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as exc:
        raise _unsafe(str(exc), path) from exc
    except Exception as exc:
        # the exception type that torch raises for a damaged file depends on the position of the damage
        raise Failure(f"is damaged or truncated: {_line(exc)}", where=str(path), fix=DOWNLOAD_AGAIN) from exc


class _InertClass(dict[Any, Any]):
    """Placeholder for a class that a file names: accepts any content and ignores it."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()


def _unsafe(message: str, path: Path) -> Failure:
    """The failure for a pickle that torch's safe reader refuses; its message is long and advises against safety."""
    where = str(path)
    if found := re.search(r"GLOBAL (\S+)", message):
        name = found[1]
        if name.startswith("numpy"):
            fix = "ask the authors for a file whose weights are tensors, not NumPy arrays"
            return Failure(f"contains more than tensors: a NumPy object, {name}", where=where, fix=fix)
        return Failure(f"contains more than tensors: {name}, which is code", where=where, fix=FIX_FORMAT)
    if re.search(r"Unsupported operand (14[0-9]|15[01])\b", message):
        fix = "ask the authors to save it without `pickle_protocol`, or as safetensors"
        return Failure("is pickled with protocol 4 or 5, which torch reads unsafely only", where=where, fix=fix)
    reason = message.rsplit("WeightsUnpickler error: ", maxsplit=1)[-1].strip() or "no reason is given"
    what = f"is damaged, or contains more than tensors: {reason.splitlines()[0][:100]}"
    return Failure(what, where=where, fix=f"{DOWNLOAD_AGAIN}; {FIX_FORMAT}")


def _line(error: Exception) -> str:
    """The first line of an error of torch, shortened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].split(". ")[0][:120] if lines else type(error).__name__
