"""Map the tensors of a checkpoint to a network by name and shape; missing and unexpected tensors are errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dtbase.system.errors import Failure
from dtmodels.families._tensor_kinds import check_numbers

NameMapping = Callable[[str], str | tuple[str, ...]]
"""Published name of a network's tensor; the rows of several names are concatenated."""
COUNTER = "num_batches_tracked"
"""Number of training steps of a normalisation; inference does not use it, and old files lack it."""
MAX_NAMES = 6


def same_name(name: str) -> str:
    """Name mapping of a network that has the published names."""
    return name


def by_rules(rules: Sequence[tuple[str, str]]) -> NameMapping:
    """Name mapping by regular expressions; each rule is applied to each name, in order.

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
    """Layout of a published file: the names of a network's tensors in it."""

    key: str = ""
    """Entry of the outer dictionary that contains them; empty if the file itself is their dictionary."""
    prefix: str = ""
    """Prefix of the names of this network; entries of other networks in the same file are ignored."""
    names: NameMapping = same_name
    """Maps the name of a tensor of the network to its name in the file, without the prefix."""
    unused: tuple[str, ...] = ()
    """Regular expressions of full names, with the prefix, of tensors that the network does not use."""
    graphs: bool = False
    """Whether the file may be an ONNX graph of convolutions as well; see `_graph_weights`."""
    inert: tuple[str, ...] = ()
    """Names of other classes in the file; see `_checkpoint.read_checkpoint`."""

    def sources(self, name: str) -> tuple[str, ...]:
        """Full names of the tensors in the file that form the network's tensor `name`."""
        published = self.names(name)
        return tuple(self.prefix + source for source in ((published,) if isinstance(published, str) else published))


class StateDictMismatch(Failure):
    """The checkpoint is of another network or variant; the attributes contain the complete lists."""

    def __init__(self, where: str, missing: list[str], unexpected: list[str], shapes: list[str]) -> None:
        parts = [("missing", missing), ("unexpected", unexpected), ("of another shape", shapes)]
        summary = "; ".join(f"{len(names)} {kind}: {_shorten(names)}" for kind, names in parts if names)
        fix = "the checkpoint is of another variant, or the options of the card do not fit it"
        if prefix := _prefix(missing, unexpected):
            fix = f"the names in the file start with {prefix!r}: set it as `prefix` of the family's layout"
        super().__init__(f"the tensors do not fit the network: {summary}", where=where, fix=fix)
        self.missing, self.unexpected, self.shapes = missing, unexpected, shapes


def _prefix(missing: Sequence[str], unexpected: Sequence[str]) -> str:
    """Common prefix by which the missing names appear among the unexpected ones; empty if there is none."""
    names = set(unexpected)
    guesses = (name.removesuffix(missing[0]) for name in unexpected if missing and name.endswith(missing[0]))
    return next((guess for guess in guesses if all(guess + name in names for name in missing)), "")


def map_state_dict(
    state: Mapping[str, Tensor], checkpoint: Mapping[str, Tensor], layout: Layout, *, where: str = "checkpoint"
) -> dict[str, Tensor]:
    """Map the tensors of a checkpoint to the state dictionary of a network. Called by `_weights.load_weights`.

    Args:
        state: the network's state dictionary; only names, shapes and types are used.
        checkpoint: the file's tensors by full name; tensors on the meta device have no values.
        layout: layout of the file.
        where: the file, for messages.

    Returns:
        The network's state dictionary with the file's values, in the network's types.

    Raises:
        StateDictMismatch: tensors are missing, unexpected or of another shape; all of them are listed.
        Failure: a tensor is of another kind of numbers than the network's, or contains NaN or infinite values.
    """
    sources = {name: layout.sources(name) for name in state}
    taken = {source for names in sources.values() for source in names}
    in_scope = [name for name in checkpoint if name.startswith(layout.prefix)]
    unused = [re.compile(pattern) for pattern in layout.unused]
    unexpected = [
        name for name in in_scope if name not in taken and not any(pattern.fullmatch(name) for pattern in unused)
    ]
    missing = [name for name in sorted(taken) if name not in checkpoint and not name.endswith(COUNTER)]
    complete = {name: names for name, names in sources.items() if all(source in checkpoint for source in names)}
    shapes = list(_shapes(state, checkpoint, complete))
    if missing or unexpected or shapes:
        raise StateDictMismatch(where, missing, unexpected, shapes)
    used = {source: state[name].dtype for name, names in complete.items() for source in names}
    kinds = {source: (checkpoint[source].dtype, wanted) for source, wanted in used.items() if COUNTER not in source}
    check_numbers(kinds, where=where)
    loaded = {name: _concatenate(checkpoint, names).to(state[name].dtype) for name, names in complete.items()}
    _check_finite(loaded, where)
    return {name: loaded.get(name, value) for name, value in state.items()}


def _shapes(
    state: Mapping[str, Tensor], checkpoint: Mapping[str, Tensor], complete: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    for name, names in complete.items():
        parts = [tuple(checkpoint[source].shape) for source in names]
        rows = (sum(shape[0] for shape in parts), *parts[0][1:]) if len(parts) > 1 and parts[0] else parts[0]
        if rows != tuple(state[name].shape) or any(shape[1:] != rows[1:] for shape in parts):
            actual = " + ".join("x".join(map(str, shape)) or "scalar" for shape in parts)
            yield f"{' + '.join(names)} ({actual} for {'x'.join(map(str, state[name].shape)) or 'scalar'})"


def _concatenate(checkpoint: Mapping[str, Tensor], names: tuple[str, ...]) -> Tensor:
    return checkpoint[names[0]] if len(names) == 1 else torch.cat([checkpoint[name] for name in names])


def _check_finite(tensors: Mapping[str, Tensor], where: str) -> None:
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and tensor.device.type != "meta" and not bool(torch.isfinite(tensor).all()):
            fix = "the file is damaged, or its training failed: use another checkpoint"
            raise Failure(f"tensor '{name}' contains NaN or infinite values", where=where, fix=fix)


def _shorten(names: Sequence[str]) -> str:
    text = ", ".join(names[:MAX_NAMES])
    return text if len(names) <= MAX_NAMES else f"{text} and {len(names) - MAX_NAMES} more"
