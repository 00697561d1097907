"""Ready-made ONNX files: the author's checkpoint is the graph, made compatible with darktable. This needs no torch.

Each checkpoint whose file ends in `.onnx` is one graph; its name is the file name darktable expects, without `.onnx`.
The other checkpoints are files with external weights of those graphs.

Options: `sizes` sets sizes of symbolic dimensions, `{batch: 1}`. `inputs` and `outputs` list the tensors of a file in
darktable's order, `{decoder: [image_embed, points]}`; outputs not listed are removed. `rename` gives tensors new names.
`_onnx_compat` also makes changes without an option, where there is only one correct way.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import onnx
from numpy.typing import NDArray

from dtbase.system.errors import Failure, NothingToDo
from dtmodels.card.model import Checkpoint
from dtmodels.families import Job
from dtmodels.families._external import read_onnx
from dtmodels.families._graph_overrides import GraphOverrides, read_graph_overrides
from dtmodels.families._onnx_compat import CompatibleGraph, make_compatible
from dtmodels.graph.operators import check_operators
from dtmodels.graph.parity import save_reference_output
from dtmodels.graph.runtime import Runtime

OPTIONS = ("sizes", "inputs", "outputs", "rename")
ONNX_SUFFIX = ".onnx"
FREE_SIZE = 3
"""Size of a symbolic dimension in the parity check."""


def convert(job: Job) -> Mapping[str, Any]:
    """Write each graph with its weights inside, made compatible, and save the outputs of the original file.

    Raises:
        Failure: a file is no ONNX graph, has weights in a file that is not allowed, or needs operators or shapes that
            darktable does not support; or an option names an unknown tensor.
        NothingToDo: the job has a seed.
    """
    if job.seed is not None:
        what = "comes as a finished graph: there is no network to give seeded weights to"
        raise NothingToDo(what, where=job.card.id, fix="build it from its files, without --seed")
    published = {_published(checkpoint): job.checkpoints[checkpoint.name] for checkpoint in job.card.checkpoints}
    graphs = {
        checkpoint.name: _published(checkpoint)
        for checkpoint in job.card.checkpoints
        if _published(checkpoint).suffix == ONNX_SUFFIX
    }
    if not graphs:
        where, fix = f"models/{job.card.id}/card.yaml: checkpoints", "name the .onnx files of the model"
        raise Failure(f"none of them is a {ONNX_SUFFIX} file", where=where, fix=fix)
    overrides = read_graph_overrides(job.card, graphs)
    with Runtime() as runtime, tempfile.TemporaryDirectory(prefix="dtmodels-") as scratch:
        for name, path in graphs.items():
            original = read_onnx(path, published)
            check_operators(original, path.name)
            unchanged = Path(scratch) / f"{name}{ONNX_SUFFIX}"
            onnx.save(original, unchanged)
            _write(
                make_compatible(original, path.name, overrides[name]), overrides[name], unchanged, job.output, runtime
            )
    return {}


def _published(checkpoint: Checkpoint) -> PurePosixPath:
    """Path of a file at its author's, used for the relative paths between files."""
    url_path = unquote(urlsplit(checkpoint.url).path) if checkpoint.url else ""
    return PurePosixPath(checkpoint.hub.path if checkpoint.hub else url_path or checkpoint.file or checkpoint.name)


def _write(
    compatible: CompatibleGraph, overrides: GraphOverrides, original: Path, directory: Path, runtime: Runtime
) -> None:
    target = directory / original.name
    onnx.save(compatible.model, target)
    session = runtime.load(original, free=overrides.sizes)
    values = {
        tensor.name: _example(compatible.inputs[overrides.renamed(tensor.name)], tensor.dtype)
        for tensor in session.inputs
    }
    outputs = session.run(values).outputs
    session.close()
    inputs = {overrides.renamed(name): value.astype(np.float32) for name, value in values.items()}
    expected = {new: outputs[old].astype(np.float32) for old, new in compatible.outputs.items()}
    for name, value in expected.items():
        _check_shape(name, value.shape, compatible.shapes[name], original.name)
    save_reference_output(target, inputs, expected)


def _check_shape(name: str, shape: tuple[int, ...], declared: tuple[int, ...], where: str) -> None:
    if shape != declared:
        what = f"output '{name}' has the shape {list(shape)}, not {list(declared)} as declared"
        raise Failure(what, where=where, fix="set other sizes in convert.options.sizes, or export it with fixed shapes")


def _example(shape: tuple[int | str, ...], kind: str) -> NDArray[Any]:
    """Uniform noise within 0..1; zeros and ones if the file expects integers."""
    sizes = [size if isinstance(size, int) else FREE_SIZE for size in shape]
    values, dtype = np.random.default_rng(0).random(sizes, np.float32), np.dtype(kind)
    return values.astype(dtype) if dtype.kind == "f" else np.rint(values).astype(dtype)
