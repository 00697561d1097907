"""Read the tensors of a checkpoint file, without executing code that the file may contain."""

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
"""Bytes 4 to 8 of a safetensors file: the high half of the header's length, and the first byte of the header."""
FIX_FORMAT = "use a file of the author that contains nothing but weights"


def read_checkpoint(path: Path, *, key: str = "", inert: Sequence[str] = ()) -> dict[str, Tensor]:
    """Read a checkpoint: a `torch.save` file, old or new format, or a safetensors file. The content decides.

    Args:
        path: the file; its name is not used, because downloads are cached under their digest.
        key: entry of the outer dictionary that contains the tensors; empty if the file itself is their dictionary.
        inert: full names of other classes in the file, such as those of a trainer; empty placeholder classes replace
            them, and they are never imported.

    Returns:
        Tensors by their names in the file, on the CPU, in the file's order.

    Raises:
        Failure: the file is truncated, is no checkpoint, contains more than plain data, or lacks the entry.
    """
    with path.open("rb") as file:
        head = file.read(64)
    if head[4:9] == SAFETENSORS:
        return _safetensors(path)
    _reject_other_files(path, head)
    loaded = _torch(path, inert, mapped=head.startswith(ZIP))
    state = _entry(loaded, key, path) if key else loaded
    if not isinstance(state, Mapping) or not state:
        raise Failure(f"contains {_kind(state)} instead of a dictionary of tensors", where=str(path))
    for name, value in state.items():
        if not isinstance(value, Tensor):
            what = f"entry '{name}' is {_kind(value)}, not a tensor"
            raise Failure(what, where=str(path), fix="name the entry that contains the weights, or use another file")
    return {str(name): value.detach() for name, value in state.items()}


def _safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return dict(load_file(path))
    except (SafetensorError, OSError, ValueError) as exc:
        raise Failure(f"is a damaged or truncated safetensors file: {exc}", where=str(path)) from exc


def _reject_other_files(path: Path, head: bytes) -> None:
    if not head:
        raise Failure("is empty", where=str(path), fix="download it again")
    if head.lstrip().startswith(b"<"):
        fix = "the host returned a web page; download it again, or from another URL"
        raise Failure("is a web page, not a checkpoint", where=str(path), fix=fix)
    if head.startswith(ZIP):
        if not zipfile.is_zipfile(path):
            raise Failure("is truncated: the end of the file is missing", where=str(path), fix="download it again")
        with zipfile.ZipFile(path) as archive:
            if any(name.endswith("/constants.pkl") for name in archive.namelist()):
                raise Failure("is a TorchScript program, not a file of weights", where=str(path), fix=FIX_FORMAT)
    elif not head.startswith(PICKLE):
        raise Failure(f"is not a checkpoint: it starts with {head[:8]!r}", where=str(path), fix="download it again")


def _torch(path: Path, inert: Sequence[str], *, mapped: bool) -> Any:
    placeholders: list[Any] = [(type(name.rsplit(".", 1)[-1], (_InertClass,), {}), name) for name in inert]
    try:
        with torch.serialization.safe_globals(placeholders), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as exc:
        raise Failure(f"contains more than tensors: {_reason(exc)}", where=str(path), fix=FIX_FORMAT) from exc
    except Exception as exc:
        # the exception type that torch raises for a damaged file depends on the position of the damage
        raise Failure(f"is damaged or truncated: {_reason(exc)}", where=str(path), fix="download it again") from exc


class _InertClass(dict[Any, Any]):
    """Placeholder for a class that a file names: accepts any content and ignores it."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()


def _entry(loaded: Any, key: str, path: Path) -> Any:
    if isinstance(loaded, Mapping) and key in loaded:
        return loaded[key]
    entries = ", ".join(str(name) for name in list(loaded)[:5]) if isinstance(loaded, Mapping) else _kind(loaded)
    raise Failure(f"has no entry '{key}' with the weights; it contains {entries}", where=str(path))


def _reason(error: Exception) -> str:
    """The line of torch's long message that states the cause."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    cause = next((line for line in lines if "GLOBAL" in line or "Unsupported" in line), lines[0])
    return cause.split("WeightsUnpickler error: ")[-1].split(". ")[0]


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"
