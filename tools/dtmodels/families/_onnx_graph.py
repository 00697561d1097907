"""Convert one finished graph: repair it, convert its boundary, run it, and declare the shapes of its outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnx_ir as ir

from dtbase.system.errors import Failure
from dtmodels.families._graph_overrides import GraphOverrides
from dtmodels.families._onnx_boundary import choose_tensors, convert_boundary
from dtmodels.families._onnx_reading import reading
from dtmodels.families._onnx_repair import repair, tidy
from dtmodels.families._onnx_run import Arrays, NotOpened, load, run_example
from dtmodels.families._onnx_shapes import OutputShapes
from dtmodels.families._onnx_sizes import Shape, input_shapes, set_sizes
from dtmodels.families._onnx_values import sized_by_values
from dtmodels.graph.failures import LimitReached
from dtmodels.graph.parity import save_reference_output
from dtmodels.graph.runtime import Runtime

Names = tuple[Mapping[str, str], Mapping[str, str]]
UNKNOWN: Shape = ("of unknown shape",)


def convert_graph(
    original: onnx.ModelProto, where: str, overrides: GraphOverrides, target: Path, *, scratch: Path, runtime: Runtime
) -> None:
    """Write `original`, made compatible with darktable, as `target`, and save its outputs for the parity check.

    The outputs are those of the author's file if ONNX Runtime opens it, else those of the repaired graph.

    Args:
        original: the author's graph with all its weights; it is changed.
        where: its file, for messages.
        overrides: options of the card.
        target: file to write.
        scratch: directory for temporary files.
        runtime: the process that runs the graphs.

    Raises:
        Failure: the graph cannot be made compatible.
    """
    unchanged, repaired = scratch / f"original-{target.name}", scratch / f"repaired-{target.name}"
    prepared = _prepare(original, where, overrides, (unchanged, repaired, target))
    session = load(target, runtime, where)
    shapes = prepared.output_shapes({tensor.name: tensor.shape for tensor in session.outputs})
    session.close()
    shapes.check(where)
    names = {name: overrides.renamed(name) for name in prepared.inputs}
    candidates: Mapping[Path, Names] = {
        unchanged: ({}, {}),
        repaired: ({}, {}),
        target: (names, dict(prepared.outputs)),
    }
    try:
        inputs, results = _reference(candidates, prepared.inputs, runtime, where)
    except (NotOpened, LimitReached):
        raise
    except Failure as exc:
        raise shapes.better_reason(exc, where) from exc
    for value, (old, _) in zip(prepared.model.graph.output, prepared.outputs, strict=True):
        _declare(value, shapes.settle(value.name, results[old].shape, where))
    onnx.save(prepared.model, target)
    with np.errstate(over="ignore"):
        passed = {value.name for value in prepared.model.graph.input}
        given = {names[name]: value.astype(np.float32) for name, value in inputs.items() if names[name] in passed}
        wanted = {new: results[old].astype(np.float32) for old, new in prepared.outputs}
    save_reference_output(target, given, wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A graph that only lacks the shapes of its outputs."""

    model: onnx.ModelProto
    inputs: Mapping[str, Shape]
    """Shapes by the author's names."""
    outputs: Sequence[tuple[str, str]]
    """The author's name and the new name of each output, in order."""
    declared: Mapping[str, Shape]
    causes: Mapping[str, tuple[str, ...]]

    def output_shapes(self, inferred: Mapping[str, Shape]) -> OutputShapes:
        """What is known of the shapes of the outputs, with those that ONNX Runtime inferred."""
        free = (size for shape in self.inputs.values() for size in shape if isinstance(size, str))
        names = tuple(dict.fromkeys(free))
        # ONNX Runtime gives an unknown number of dimensions as none
        known = {name: shape if shape or not self.declared[name] else UNKNOWN for name, shape in inferred.items()}
        return OutputShapes(inferred=known, declared=self.declared, free=names, causes=self.causes)


def _prepare(
    original: onnx.ModelProto, where: str, overrides: GraphOverrides, files: tuple[Path, Path, Path]
) -> _Prepared:
    """Write the author's graph with the card's sizes, repaired, and with darktable's inputs and outputs to `files`."""
    unchanged, repaired, target = files
    with reading(where):
        set_sizes(original.graph, overrides.sizes)
        onnx.save(original, unchanged)
        choose_tensors(original.graph, overrides, where)
        model = repair(original, where)
        inputs = input_shapes(model.graph, where)
        onnx.save(model, repaired)
        graph = ir.from_proto(model)
        outputs = convert_boundary(graph, overrides, where)
        tidy(graph)
        causes, model = sized_by_values(graph), ir.to_proto(graph)
        declared = {value.name: _clear_shape(value) for value in model.graph.output}
        onnx.save(model, target)
    return _Prepared(model=model, inputs=inputs, outputs=outputs, declared=declared, causes=causes)


def _reference(
    candidates: Mapping[Path, Names],
    shapes: Mapping[str, Shape],
    runtime: Runtime,
    where: str,
) -> tuple[Arrays, Arrays]:
    """Inputs and outputs, under the author's names, of the first candidate that runs.

    Args:
        candidates: paths of graphs, with the new names of inputs and outputs by the author's names.
        shapes: shapes of the inputs by the author's names.
        runtime: the process that runs them.
        where: the author's file.
    """
    failure = NotOpened("there is no graph")
    for path, (new_inputs, new_outputs) in candidates.items():
        own = {new_inputs.get(name, name): shape for name, shape in shapes.items()}
        try:
            inputs, outputs = run_example(path, own, runtime, where)
        except NotOpened as exc:
            failure = exc
            continue
        return _renamed(inputs, new_inputs), _renamed(outputs, new_outputs)
    raise failure


def _renamed(arrays: Arrays, names: Mapping[str, str]) -> Arrays:
    """The arrays under the author's names."""
    back = {new: old for old, new in names.items()}
    return {back.get(name, name): value for name, value in arrays.items()}


def _clear_shape(value: onnx.ValueInfoProto) -> Shape:
    """Remove the declared shape of an output, so that ONNX Runtime infers it."""
    kind = value.type.tensor_type
    shape = tuple(dim.dim_value or "free" for dim in kind.shape.dim) if kind.HasField("shape") else ("free",)
    kind.ClearField("shape")
    return shape


def _declare(value: onnx.ValueInfoProto, shape: tuple[int, ...]) -> None:
    value.type.tensor_type.shape.SetInParent()
    value.type.tensor_type.shape.dim.extend(onnx.TensorShapeProto.Dimension(dim_value=size) for size in shape)
