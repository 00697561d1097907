"""Find the dictionary of tensors in a checkpoint, which may lie in an entry, and beside others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from dtbase.system.errors import Failure
from dtbase.system.suggestions import nearest_names

AVERAGED = "params_ema"
"""Entry of BasicSR with the weights averaged over training; the authors' inference takes it where a file has it."""
WRAPPERS = ("module.", "_orig_mod.")
"""Prefixes that `torch.nn.DataParallel` and `torch.compile` put before all names."""
MAX_DEPTH = 3
MAX_NAMES = 6

Tensors = dict[str, Tensor]


def tensors_of(loaded: Any, *, key: str, entry: str, where: str) -> Tensors:
    """The tensors of a loaded checkpoint, by name.

    The entry `entry` counts, else `key` if there is one, else the only dictionary of weights in the file, wherever it
    lies, else `params_ema`.

    Args:
        loaded: what the file contains.
        key: entry of the published file.
        entry: entry that the card names.
        where: the file, for messages.

    Raises:
        Failure: no dictionary of tensors is found, or several, or it contains something else.
    """
    found = dict(_dictionaries(loaded, ""))
    if entry:
        if entry not in found:
            names = f"did you mean {near[0]}?" if (near := nearest_names(entry, found)) else _listed(found)
            raise Failure(f"has no entry '{entry}' of tensors", where=where, fix=names)
        return found[entry]
    weights = {name: tensors for name, tensors in found.items() if any(one.ndim > 1 for one in tensors.values())}
    if key in found:
        return found[key]
    if len(weights or found) == 1:
        return next(iter((weights or found).values()))
    if AVERAGED in weights:
        return weights[AVERAGED]
    if not found:
        raise _no_tensors(loaded, key, where)
    fix = f"name one in the card: `convert.options.entry: {next(iter(weights or found))}`"
    raise Failure(f"has several dictionaries of tensors: {_listed(weights or found)}", where=where, fix=fix)


def without_wrapper(tensors: Mapping[str, Tensor], prefix: str) -> Tensors:
    """The tensors without the prefix of a wrapper that all names share, unless the names have to start with it.

    Args:
        tensors: the file's tensors by name.
        prefix: prefix of the names in the published file.
    """
    for wrapper in WRAPPERS * 2:  # one may be in the other
        if tensors and not prefix.startswith(wrapper) and all(name.startswith(wrapper) for name in tensors):
            tensors = {name.removeprefix(wrapper): tensor for name, tensor in tensors.items()}
    return dict(tensors)


def _dictionaries(value: Any, path: str, depth: int = 0) -> Iterator[tuple[str, Tensors]]:
    """All dictionaries that contain tensors only, by their path in the file; keys other than text are not followed."""
    if not isinstance(value, Mapping) or depth > MAX_DEPTH:
        return
    if value and all(isinstance(one, Tensor) for one in value.values()):
        yield path, {str(name): tensor for name, tensor in value.items()}
        return
    for name, inner in value.items():
        if isinstance(name, str):
            yield from _dictionaries(inner, f"{path}.{name}" if path else name, depth + 1)


def _no_tensors(loaded: Any, key: str, where: str) -> Failure:
    state = loaded[key] if isinstance(loaded, Mapping) and key in loaded else loaded
    if isinstance(state, Mapping) and any(isinstance(value, Tensor) for value in state.values()):
        name, other = next((name, value) for name, value in state.items() if not isinstance(value, Tensor))
        what = f"contains more than tensors: entry '{str(name)[:100]}' is {_kind(other)}"
        return Failure(what, where=where, fix="use a file of weights alone; a quantised network cannot be converted")
    if isinstance(state, Mapping) and state:
        names = ", ".join(str(name)[:60] for name in list(state)[:MAX_NAMES])
        return Failure(f"contains no tensors, but entries {names}", where=where, fix="use the authors' file of weights")
    what = f"contains {_kind(state)} instead of a dictionary of tensors"
    return Failure(what, where=where, fix="use the authors' file of weights")


def _listed(found: Mapping[str, Tensors]) -> str:
    return ", ".join(
        f"{name or 'the file itself'} ({len(tensors)})" for name, tensors in list(found.items())[:MAX_NAMES]
    )


def _kind(value: object) -> str:
    empty = "an empty " if isinstance(value, Mapping) else "a "
    return f"{empty}{type(value).__name__}"
