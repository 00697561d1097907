"""Read the tensors of a checkpoint file without ever running what else the file may hold."""

from __future__ import annotations

import pickle
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from dtbase.system.errors import Failure

ZIP, PICKLE = b"PK\x03\x04", b"\x80"
SAFETENSORS = b"\0\0\0\0{"
"""After the low half of a header's length: its high half, and the first letter of the header."""
FIX_FORMAT = "a checkpoint holds tensors only; take the author's plain file of weights"


def read_checkpoint(path: Path, *, key: str = "", inert: Sequence[str] = ()) -> dict[str, Tensor]:
    """Read a checkpoint: a file of `torch.save`, old or new format, or a safetensors file; the content decides.

    Args:
        path: the file; its name says nothing, downloads are kept under their digest.
        key: entry of the outer dictionary that holds the tensors; empty when the file is that dictionary.
        inert: full names of classes that the file mentions beside its tensors, such as a trainer's own; they are
            read as empty shells and never imported.

    Returns:
        Tensors by the name the file gives them, on the CPU, in the file's order.

    Raises:
        Failure: the file is cut off, no checkpoint at all, holds more than plain data, or has no such entry.
    """
    with path.open("rb") as file:
        head = file.read(64)
    if head[4:9] == SAFETENSORS:
        return _safetensors(path)
    _refuse_other_files(path, head)
    loaded = _torch(path, inert, mapped=head.startswith(ZIP))
    inside = _entry(loaded, key, path) if key else loaded
    if not isinstance(inside, Mapping) or not inside:
        raise Failure(f"holds {_kind(inside)} instead of a dictionary of tensors", where=str(path))
    for name, value in inside.items():
        if not isinstance(value, Tensor):
            what = f"entry '{name}' is {_kind(value)}, not a tensor"
            raise Failure(what, where=str(path), fix="the weights may lie in an entry of it, or this is another file")
    return {str(name): value.detach() for name, value in inside.items()}


def _safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return dict(load_file(path))
    except (SafetensorError, OSError, ValueError) as exc:
        raise Failure(f"is a broken or cut off safetensors file: {exc}", where=str(path)) from exc


def _refuse_other_files(path: Path, head: bytes) -> None:
    if not head:
        raise Failure("is empty", where=str(path), fix="download it again")
    if head.lstrip().startswith(b"<"):
        fix = "the host answered with a page; download it again, or from another place"
        raise Failure("is a web page, not a checkpoint", where=str(path), fix=fix)
    if head.startswith(ZIP):
        if not zipfile.is_zipfile(path):
            raise Failure("is cut off: the end of the file is missing", where=str(path), fix="download it again")
        with zipfile.ZipFile(path) as archive:
            if any(name.endswith("/constants.pkl") for name in archive.namelist()):
                raise Failure("is a TorchScript program, not a file of weights", where=str(path), fix=FIX_FORMAT)
    elif not head.startswith(PICKLE):
        raise Failure(f"is no checkpoint: it starts with {head[:8]!r}", where=str(path), fix="download it again")


def _torch(path: Path, inert: Sequence[str], *, mapped: bool) -> Any:
    shells: list[Any] = [(type(name.rsplit(".", 1)[-1], (_InertClass,), {}), name) for name in inert]
    try:
        with torch.serialization.safe_globals(shells), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as exc:
        raise Failure(f"holds more than tensors: {_reason(exc)}", where=str(path), fix=FIX_FORMAT) from exc
    except Exception as exc:
        # what torch raises for a damaged file depends on where the damage lies
        raise Failure(f"is damaged or cut off: {_reason(exc)}", where=str(path), fix="download it again") from exc


class _InertClass(dict[Any, Any]):
    """What stands for a class that a file mentions: takes any content, does nothing with it."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()


def _entry(loaded: Any, key: str, path: Path) -> Any:
    if isinstance(loaded, Mapping) and key in loaded:
        return loaded[key]
    there = ", ".join(str(name) for name in list(loaded)[:5]) if isinstance(loaded, Mapping) else _kind(loaded)
    raise Failure(f"has no entry '{key}' with the weights; it holds {there}", where=str(path))


def _reason(wrong: Exception) -> str:
    """The line of torch's long message that names the fact."""
    lines = [line.strip() for line in str(wrong).splitlines() if line.strip()] or [type(wrong).__name__]
    told = next((line for line in lines if "GLOBAL" in line or "Unsupported" in line), lines[0])
    return told.split("WeightsUnpickler error: ")[-1].split(". ")[0]


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"
