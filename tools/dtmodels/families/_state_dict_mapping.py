"""Find the tensors of a network in a checkpoint, name by name and shape by shape: none missing, none left over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dtbase.system.errors import Failure

NameMapping = Callable[[str], str | tuple[str, ...]]
"""Published name of a network's tensor; several names mean that their rows stand below each other."""
COUNTER = "num_batches_tracked"
"""Training steps a normalisation has seen; inference does not use it, and old files lack it."""
MAX_NAMES = 6


def same_name(name: str) -> str:
    """The network has the published names itself."""
    return name


def by_rules(rules: Sequence[tuple[str, str]]) -> NameMapping:
    """Names by regular expressions: every rule is applied to each name of the network, in order.

    Args:
        rules: pattern and replacement, as for `re.sub`.
    """
    compiled = [(re.compile(pattern), text) for pattern, text in rules]

    def rename(name: str) -> str:
        for pattern, text in compiled:
            name = pattern.sub(text, name)
        return name

    return rename


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a published file holds the tensors of a network."""

    key: str = ""
    """Entry of the outer dictionary that holds them; empty when the file is that dictionary."""
    prefix: str = ""
    """What the names of this network start with; entries of other networks in the same file are passed over."""
    names: NameMapping = same_name
    """Name in the file, after the prefix, of each tensor of the network."""
    unused: tuple[str, ...] = ()
    """Regular expressions for whole names, with the prefix, of tensors the network can do without."""
    inert: tuple[str, ...] = ()
    """Classes the file mentions beside its tensors; see `_checkpoint.read`."""

    def sources(self, name: str) -> tuple[str, ...]:
        """Full names in the file of what makes the network's tensor `name`."""
        found = self.names(name)
        return tuple(self.prefix + one for one in ((found,) if isinstance(found, str) else found))


class StateDictMismatch(Failure):
    """A checkpoint of another network or variant; holds the complete lists."""

    def __init__(self, where: str, missing: list[str], left_over: list[str], shapes: list[str]) -> None:
        parts = [("missing", missing), ("left over", left_over), ("of another shape", shapes)]
        told = "; ".join(f"{len(names)} {kind}: {_some(names)}" for kind, names in parts if names)
        fix = "the checkpoint is of another variant, or the options of the card do not fit it"
        if prefix := _prefix(missing, left_over):
            fix = f"the names in the file begin with {prefix!r}: give it as `prefix` of the family's layout"
        super().__init__(f"the tensors do not fit the network: {told}", where=where, fix=fix)
        self.missing, self.left_over, self.shapes = missing, left_over, shapes


def _prefix(missing: Sequence[str], left_over: Sequence[str]) -> str:
    """What stands before every missing name in a name left over; empty where that is not so."""
    there = set(left_over)
    guesses = (name.removesuffix(missing[0]) for name in left_over if missing and name.endswith(missing[0]))
    return next((guess for guess in guesses if all(guess + name in there for name in missing)), "")


def map_state_dict(
    wanted: Mapping[str, Tensor], found: Mapping[str, Tensor], layout: Layout, *, where: str = "checkpoint"
) -> dict[str, Tensor]:
    """Give every tensor of a network its published one.

    Args:
        wanted: the network's state dictionary; shapes and types count, values do not.
        found: the file's tensors by full name; those on the meta device have a shape and no values.
        layout: how the file holds them.
        where: the file, for messages.

    Returns:
        The network's state dictionary with the file's values, in the network's types.

    Raises:
        Misfit: a tensor is missing, left over or of another shape; all of them are listed.
        Failure: a tensor holds values that are no numbers.
    """
    sources = {name: layout.sources(name) for name in wanted}
    taken = {source for names in sources.values() for source in names}
    ours = [name for name in found if name.startswith(layout.prefix)]
    unused = [re.compile(pattern) for pattern in layout.unused]
    left_over = [name for name in ours if name not in taken and not any(one.fullmatch(name) for one in unused)]
    missing = [name for name in sorted(taken) if name not in found and not name.endswith(COUNTER)]
    there = {name: names for name, names in sources.items() if all(one in found for one in names)}
    shapes = list(_shapes(wanted, found, there))
    if missing or left_over or shapes:
        raise StateDictMismatch(where, missing, left_over, shapes)
    filled = {name: _joined(found, names).to(wanted[name].dtype) for name, names in there.items()}
    _check_numbers(filled, where)
    return {name: filled.get(name, value) for name, value in wanted.items()}


def _shapes(
    wanted: Mapping[str, Tensor], found: Mapping[str, Tensor], there: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    for name, names in there.items():
        parts = [tuple(found[one].shape) for one in names]
        rows = (sum(shape[0] for shape in parts), *parts[0][1:]) if len(parts) > 1 and parts[0] else parts[0]
        if rows != tuple(wanted[name].shape) or any(shape[1:] != rows[1:] for shape in parts):
            have = " + ".join("x".join(map(str, shape)) or "scalar" for shape in parts)
            yield f"{' + '.join(names)} ({have} for {'x'.join(map(str, wanted[name].shape)) or 'scalar'})"


def _joined(found: Mapping[str, Tensor], names: tuple[str, ...]) -> Tensor:
    return found[names[0]] if len(names) == 1 else torch.cat([found[name] for name in names])


def _check_numbers(tensors: Mapping[str, Tensor], where: str) -> None:
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and tensor.device.type != "meta" and not bool(torch.isfinite(tensor).all()):
            raise Failure(f"tensor '{name}' holds infinite values or values that are no numbers", where=where)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MAX_NAMES])
    return shown if len(names) <= MAX_NAMES else f"{shown} and {len(names) - MAX_NAMES} more"
