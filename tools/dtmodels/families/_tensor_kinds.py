"""Kinds of tensors that no network here computes with: quantised, sparse, complex, without values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from dtbase.system.errors import Failure

FLOATS = frozenset({torch.float16, torch.bfloat16, torch.float32, torch.float64})
INTEGERS = frozenset({torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64})
FLOAT_FILE = "use the authors' float32, float16 or bfloat16 file of this network"

_STORAGES: tuple[tuple[str, Callable[[Tensor], bool]], ...] = (
    ("is quantised", lambda tensor: tensor.is_quantized),
    ("is nested", lambda tensor: tensor.is_nested),
    ("is sparse", lambda tensor: tensor.layout != torch.strided),
    ("has no values (device meta)", lambda tensor: tensor.device.type == "meta"),
)


def check_storage(tensors: Mapping[str, Tensor], *, limit: int, where: str) -> None:
    """Check that tensors are dense and have values, and are together not larger than `limit` bytes.

    Raises:
        Failure: a tensor is of another kind, or a small file states huge tensors.
    """
    for what, is_kind in _STORAGES:
        if names := [name for name, tensor in tensors.items() if is_kind(tensor)]:
            raise Failure(f"tensor '{names[0]}' {what}{_and_more(len(names) - 1)}", where=where, fix=FLOAT_FILE)
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if size > limit:
        what = f"states tensors of {size:,} bytes, far more than its size explains"
        raise Failure(what, where=where, fix="use the authors' file; this one may be an attack")


def check_numbers(pairs: Mapping[str, tuple[torch.dtype, torch.dtype]], *, where: str) -> None:
    """Check that the file's numbers are of the network's kind: floats of any precision, or integers.

    Args:
        pairs: types in the file and in the network, by name in the file.
        where: the file, for messages.

    Raises:
        Failure: a tensor holds other numbers, such as complex ones, or int8 of quantised weights.
    """
    wrong = [name for name, (found, wanted) in pairs.items() if not _same_kind(found, wanted)]
    if wrong:
        found, wanted = (str(dtype).removeprefix("torch.") for dtype in pairs[wrong[0]])
        fix = "use the authors' file of this network" if found.startswith("complex") else FLOAT_FILE
        more = _and_more(len(wrong) - 1)
        what = f"tensor '{wrong[0]}' is of another kind than the network's: {found}, not {wanted}{more}"
        raise Failure(what, where=where, fix=fix)


def _same_kind(found: torch.dtype, wanted: torch.dtype) -> bool:
    return any(found in kind and wanted in kind for kind in (FLOATS, INTEGERS))


def _and_more(count: int) -> str:
    return f", and so {'are' if count > 1 else 'is'} {count} more" if count else ""
