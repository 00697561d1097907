"""Graph overrides: options of a card that change a ready-made ONNX graph, read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dtbase.system.errors import Failure
from dtbase.system.suggestions import did_you_mean
from dtmodels.card.model import Card

MAX_SIZE = 1 << 20
"""Largest size of a dimension that a card can set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphOverrides:
    """Overrides of one graph."""

    where: str
    """Location in the card, for messages."""
    sizes: Mapping[str, int | list[int]] = field(default_factory=dict)
    """Sizes of free dimensions by name; or the whole shape of an input, by its name."""
    inputs: tuple[str, ...] = ()
    """Names of inputs in the file, in darktable's order; empty if the order is right."""
    outputs: tuple[str, ...] = ()
    """Names of outputs in the file, in darktable's order; outputs not listed are removed."""
    rename: Mapping[str, str] = field(default_factory=dict)

    def renamed(self, name: str) -> str:
        """New name of an input or output."""
        return self.rename.get(name, name)

    def check_names(self, dimensions: Iterable[str], inputs: Iterable[str], outputs: Iterable[str]) -> None:
        """Reject sizes and new names of what no graph of the card has.

        Args:
            dimensions: free dimensions of all graphs.
            inputs: inputs of all graphs.
            outputs: outputs of all graphs.

        Raises:
            Failure: a name is unknown.
        """
        shapes, tensors = set(inputs), {*inputs, *outputs}
        for name, size in self.sizes.items():
            known = shapes if isinstance(size, list) else set(dimensions)
            if name not in known:
                what = f"no graph has {'an input' if isinstance(size, list) else 'a free dimension'} '{name}'"
                fix = did_you_mean(name, known) if known else "remove it: all sizes are fixed"
                raise Failure(what, where=f"{self.where}.sizes", fix=fix)
        for name in self.rename:
            if name not in tensors:
                what = f"no graph has an input or output '{name}'"
                raise Failure(what, where=f"{self.where}.rename", fix=did_you_mean(name, tensors))


def read_graph_overrides(card: Card, graphs: Iterable[str]) -> dict[str, GraphOverrides]:
    """Read the overrides of a card, by graph. Called by the family `onnx`.

    Raises:
        Failure: an option has a wrong type, or names an unknown graph.
    """
    names = list(graphs)
    where = f"models/{card.id}/card.yaml: convert.options"
    sizes = _pairs(card, "sizes", where, "{batch: 1}, or whole shapes: {input: [1, 3, 256, 256]}", _fits_sizes)
    rename = _pairs(card, "rename", where, "{old: new}", _is_text)
    orders = {side: _pairs(card, side, where, "{model: [first, second]}", _is_list) for side in ("inputs", "outputs")}
    for side, order in orders.items():
        for name in order:
            if name not in names:
                raise Failure(f"there is no graph '{name}'", where=f"{where}.{side}", fix=did_you_mean(name, names))
    lists = {name: {side: tuple(order.get(name, ())) for side, order in orders.items()} for name in names}
    return {name: GraphOverrides(where=where, sizes=sizes, rename=rename, **lists[name]) for name in names}


def _pairs(card: Card, name: str, where: str, example: str, fits: Any) -> Mapping[str, Any]:
    value = card.convert.options.get(name, {})
    if not isinstance(value, Mapping) or not all(fits(one) for one in value.values()):
        raise Failure(f"is {value!r}", where=f"{where}.{name}", fix=f"write it like this: {name}: {example}")
    return value


def _fits_sizes(value: object) -> bool:
    return _is_size(value) or (isinstance(value, list) and all(map(_is_size, value)))


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_SIZE


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(map(_is_text, value))
