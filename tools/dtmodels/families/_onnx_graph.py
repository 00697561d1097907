"""Convert one finished graph: repair it, convert its boundary, run it, and declare the shapes of its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import onnx_ir as ir

from dtbase.system.errors import Failure
from dtmodels.families._graph_overrides import GraphOverrides
from dtmodels.families._onnx_boundary import choose_tensors, convert_boundary
from dtmodels.families._onnx_repair import reading, repair, tidy
from dtmodels.families._onnx_run import Arrays, load, run_example
from dtmodels.families._onnx_shapes import OutputShapes, Shape, data_dependent, input_shapes
from dtmodels.graph.failures import LimitReached
from dtmodels.graph.parity import save_reference_output
from dtmodels.graph.runtime import Runtime


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
    with reading(where):
        onnx.save(original, unchanged)
        choose_tensors(original.graph, overrides, where)
        model = repair(original, where, overrides.sizes)
        old_shapes = input_shapes(model.graph, where)
        onnx.save(model, repaired)
        graph = ir.from_proto(model)
        outputs = convert_boundary(graph, overrides, where)
        tidy(graph)
        causes, model = data_dependent(graph), ir.to_proto(graph)
        declared = {value.name: _clear_shape(value) for value in model.graph.output}
        onnx.save(model, target)
    session = load(target, runtime, where)
    inferred = {tensor.name: tensor.shape for tensor in session.outputs}
    session.close()
    sizes = {name: size for name, size in overrides.sizes.items() if isinstance(size, int)}
    names = {name: overrides.renamed(name) for name in old_shapes} | dict(outputs)
    candidates = {unchanged: {}, repaired: {}, target: names}
    inputs, results = _reference(candidates, old_shapes, sizes, runtime, where)
    free = tuple(dict.fromkeys(size for shape in old_shapes.values() for size in shape if isinstance(size, str)))
    shapes = OutputShapes(inferred=inferred, declared=declared, free=free, causes=causes)
    for value, (old, _) in zip(model.graph.output, outputs, strict=True):
        _declare(value, shapes.settle(value.name, results[old].shape, where))
    onnx.save(model, target)
    save_reference_output(
        target,
        {overrides.renamed(name): value.astype(np.float32) for name, value in inputs.items()},
        {new: results[old].astype(np.float32) for old, new in outputs},
    )


def _reference(
    candidates: Mapping[Path, Mapping[str, str]],
    shapes: Mapping[str, Shape],
    sizes: Mapping[str, int],
    runtime: Runtime,
    where: str,
) -> tuple[Arrays, Arrays]:
    """Inputs and outputs, under the author's names, of the first candidate that runs.

    Args:
        candidates: paths of graphs, with the author's name for each tensor that has another one.
        shapes: shapes of the inputs by the author's names.
        sizes: sizes of free dimensions.
        runtime: the process that runs them.
        where: the author's file.
    """
    failure = Failure("there is no graph")
    for path, names in candidates.items():
        renamed = {new: old for old, new in names.items()}
        own = {names.get(name, name): shape for name, shape in shapes.items()}
        try:
            inputs, outputs = run_example(path, own, sizes, runtime, where)
        except LimitReached:
            raise
        except Failure as exc:
            failure = exc
            continue
        back = [{renamed.get(name, name): value for name, value in arrays.items()} for arrays in (inputs, outputs)]
        return back[0], back[1]
    raise failure


def _clear_shape(value: onnx.ValueInfoProto) -> Shape:
    """Remove the declared shape of an output, so that ONNX Runtime infers it."""
    kind = value.type.tensor_type
    shape = tuple(dim.dim_value or "free" for dim in kind.shape.dim) if kind.HasField("shape") else ("free",)
    kind.ClearField("shape")
    return shape


def _declare(value: onnx.ValueInfoProto, shape: tuple[int, ...]) -> None:
    value.type.tensor_type.shape.SetInParent()
    value.type.tensor_type.shape.dim.extend(onnx.TensorShapeProto.Dimension(dim_value=size) for size in shape)
