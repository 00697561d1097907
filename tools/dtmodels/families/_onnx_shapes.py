"""Shapes of a finished graph's outputs. They have to be numbers: darktable copies dynamic outputs unchecked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from dtbase.system.errors import Failure
from dtmodels.families._onnx_sizes import Shape

PLAIN = re.compile(r"[A-Za-z_][\w.]*")
"""Names that YAML needs no quotes for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputShapes:
    """What is known of the shapes of a graph's outputs."""

    inferred: Mapping[str, Shape]
    """By ONNX Runtime, with all constants folded."""
    declared: Mapping[str, Shape]
    """By the author."""
    free: tuple[str, ...]
    """Dimensions of inputs without a size."""
    causes: Mapping[str, tuple[str, ...]]
    """Operators through which the size of an output depends on values."""

    def check(self, where: str) -> None:
        """Reject outputs that are known to be dynamic before any run.

        Raises:
            Failure: the size of an output depends on values, or on a free dimension.
        """
        for name, shape in self.inferred.items():
            if not (_is_static(shape) or _is_static(self.declared[name])):
                self._reject(name, where)

    def settle(self, name: str, measured: tuple[int, ...], where: str) -> tuple[int, ...]:
        """The shape to declare for the output `name`, which a run returned as `measured`.

        Raises:
            Failure: it is dynamic or empty.
        """
        if measured not in (self.inferred[name], self.declared[name]) or 0 in measured:
            self._reject(name, where)
        if 0 in measured:
            raise Failure(f"output '{name}' is empty, {list(measured)}", where=where, fix="export it with other sizes")
        return measured

    def better_reason(self, failure: Failure, where: str) -> Failure:
        """Why a run failed: sizes that depend on values, or that the card does not set; else `failure`."""
        try:
            for name in self.causes:
                self._reject(name, where)
        except Failure as exc:
            return exc if any(self.causes.values()) else Failure(failure.what, where=where, fix=exc.fix)
        return failure

    def _reject(self, name: str, where: str) -> None:
        if causes := self.causes[name]:
            what = f"output '{name}' has a size that depends on values of the input: {', '.join(causes)}"
            fix = "list the other outputs in convert.options.outputs, or export the network up to that operator"
            raise Failure(what, where=where, fix=fix)
        if self.free:
            text = " x ".join(map(str, self.inferred[name]))
            what = f"output '{name}' is dynamic, {text}: darktable would copy it without checking its size"
            names = ", ".join(name if PLAIN.fullmatch(name) else json.dumps(name) for name in self.free)
            fix = f"set numbers in convert.options.sizes for {names}, or export it with fixed shapes"
            raise Failure(what, where=where, fix=fix)


def _is_static(shape: Shape) -> bool:
    return all(isinstance(size, int) and size > 0 for size in shape)
