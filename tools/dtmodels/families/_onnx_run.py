"""Run a finished graph on example inputs, and say in one sentence why ONNX Runtime fails if it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.system.errors import Failure
from dtmodels.graph.failures import GraphCrash, GraphFailure, LimitReached
from dtmodels.graph.runtime import Runtime, Session

Arrays = Mapping[str, NDArray[Any]]
FREE_SIZE = 3
"""Size of a free dimension in the example."""
MAX_ELEMENTS = 1 << 28
"""Largest example of an input: 1 GiB of float32."""
NUMPY = frozenset(
    {"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"}
)
"""Element types that Python can pass to ONNX Runtime."""
FIX = "export it again, with standard operators, float32 tensors and an opset from 7 to 20; or ask its author to"
REASONS = (
    (r"Could not find an implementation for (\w+)\((\d+)\)", r"has no kernel for \1 of opset \2 with these types"),
    (r"No Op registered for (\w+) with domain_version of (\d+)", r"knows no operator \1 in opset \2"),
    (r"(?:Fatal error: )?(\S+?):(\w+)\(-?\d+\) is not a registered", r"knows no operator \1::\2"),
    (r"Unrecognized attribute: (\w+) for operator (\w+)", r"knows no attribute \1 of \2"),
    (r"(\w+) is deprecated", r"no longer has \1 in this opset"),
    (r"not a graph input, initializer, or output of a previous node|does not exist in any graph", "misses a tensor"),
    (r"(?i)Type Error|type inference|Unexpected input data type", "finds tensors of wrong types"),
    (r"(?i)shape inference|Incompatible dimensions|Mismatch", "finds shapes that do not fit"),
)
"""Patterns of ONNX Runtime's messages, and what each means after "ONNX Runtime"."""


class NotOpened(Failure):
    """ONNX Runtime does not open a graph, or Python cannot pass its tensors; a changed form of it may work."""


def load(path: Path, runtime: Runtime, where: str) -> Session:
    """Load a graph.

    Raises:
        NotOpened: ONNX Runtime cannot open it.
        LimitReached: it takes more time or memory than its size explains.
    """
    try:
        return runtime.load(path)
    except LimitReached as exc:
        raise _beyond_limit(exc, where) from exc
    except GraphFailure as exc:
        raise NotOpened(_explained(exc, "cannot be opened by ONNX Runtime"), where=where, fix=FIX) from exc


def run_example(
    path: Path, shapes: Mapping[str, tuple[int | str, ...]], runtime: Runtime, where: str
) -> tuple[Arrays, Arrays]:
    """Run a graph on the first example that gives finite outputs: noise within 0..1, ones, zeros.

    Args:
        path: the graph.
        shapes: shapes of its inputs.
        runtime: the process that runs it.
        where: the author's file, for messages.

    Returns:
        Inputs and outputs by name; not finite, if no example gives finite outputs.

    Raises:
        NotOpened: as `load`, or its tensors have a type that NumPy lacks.
        LimitReached: as `load`.
        Failure: an input is too large, or no example runs.
    """
    results: list[tuple[Arrays, Arrays]] = []
    failures: list[GraphFailure] = []
    session = load(path, runtime, where)
    if lacking := {tensor.dtype for tensor in (*session.inputs, *session.outputs)} - NUMPY:
        raise NotOpened(f"has tensors of {', '.join(sorted(lacking))}, which NumPy lacks", where=where, fix=FIX)
    only_floats = all(tensor.dtype.startswith("float") for tensor in session.inputs)
    for example in _examples(shapes, where):
        try:
            inputs = {tensor.name: example(tensor.name, tensor.dtype) for tensor in session.inputs}
            results.append((inputs, session.run(inputs).outputs))
        except LimitReached as exc:
            raise _beyond_limit(exc, where) from exc
        except GraphCrash as exc:
            failures.append(exc)
            session = load(path, runtime, where)
            continue
        except GraphFailure as exc:
            failures.append(exc)
            if only_floats:  # then the sizes are wrong, not the values
                break
            continue
        if all(np.isfinite(value.astype(np.float32)).all() for value in results[-1][1].values()):
            break
    session.close()
    if not results:
        what = _explained(failures[0], "cannot be run by ONNX Runtime on inputs of these sizes")
        fix = f"set other sizes in convert.options.sizes, or {FIX}"
        raise Failure(what, where=where, fix=fix) from failures[0]
    return results[-1]


def _examples(shapes: Mapping[str, tuple[int | str, ...]], where: str) -> Iterator[Callable[[str, str], NDArray[Any]]]:
    sizes = {name: [size if isinstance(size, int) else FREE_SIZE for size in shape] for name, shape in shapes.items()}
    for name, size in sizes.items():
        if prod(size) > MAX_ELEMENTS:
            what = f"input '{name}' has {prod(size):,} values: too many to run it once"
            raise Failure(what, where=where, fix="set smaller numbers in convert.options.sizes")
    rng = np.random.default_rng(0)
    noise = {name: rng.random(size, np.float32) for name, size in sizes.items()}
    yield lambda name, kind: _converted(noise[name], kind)
    yield lambda name, kind: _converted(np.ones(sizes[name], np.float32), kind)
    yield lambda name, kind: _converted(np.zeros(sizes[name], np.float32), kind)


def _converted(values: NDArray[np.float32], kind: str) -> NDArray[Any]:
    """The values as NumPy's type `kind`; zeros and ones if the graph takes integers."""
    dtype = np.dtype(kind)
    return values.astype(dtype) if dtype.kind == "f" else np.rint(values).astype(dtype)


def _explained(exc: GraphFailure, what: str) -> str:
    """One sentence with ONNX Runtime's own words at its end."""
    raw = exc.what
    reason = next((match.expand(text) for pattern, text in REASONS if (match := re.search(pattern, raw))), "")
    own = f": it {reason}" if reason else ""
    return f"{what}{own} ({_short(raw)})"


def _beyond_limit(exc: LimitReached, where: str) -> LimitReached:
    fix = "find the loop, the constant or the output without a bound; or set smaller numbers in convert.options.sizes"
    return LimitReached(exc.what, where=where, fix=fix)


def _short(raw: str) -> str:
    """ONNX Runtime's words without code numbers and paths of its own source."""
    text = re.split(r"\d+ : [A-Z_]+ : ", raw)[-1]
    text = re.sub(r"Load model from \S+ failed:|\S+\.(?:cc|h):\d+ |\S*onnxruntime::\S+\(.*?\) (?=\S* )", "", text)
    return text if len(text) <= 300 else f"{text[:300]} ..."
