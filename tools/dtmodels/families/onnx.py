"""Ready-made ONNX files: the author's checkpoint is the graph itself, brought to what darktable passes. Needs no torch.

Each checkpoint whose file ends in `.onnx` is one graph; its name is the file name darktable wants, without `.onnx`.
The other checkpoints are files those graphs keep their weights in.

Options: `sizes` gives symbolic dimensions a number, `{batch: 1}`; `inputs` and `outputs` list, for a file, its tensors
in darktable's order, `{decoder: [image_embed, points]}`, and outputs left out go; `rename` gives tensors new names.
What `_repair` does without being asked it does because nothing else could be meant.
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
"""Made-up size of a dimension that stays symbolic."""


def convert(job: Job) -> Mapping[str, Any]:
    """Write each graph with its weights inside, repaired, and what the file as it came computes.

    Raises:
        Failure: a file is no ONNX graph, keeps weights where it must not, needs operators or shapes that darktable
            cannot rely on, or an option names what is not there.
        NothingToDo: the job has a seed.
    """
    if job.seed is not None:
        what = "comes as a finished graph: there is no network to give seeded weights to"
        raise NothingToDo(what, where=job.card.id, fix="build it from its files, without --seed")
    published = {_published(checkpoint): job.checkpoints[checkpoint.name] for checkpoint in job.card.checkpoints}
    graphs = {one.name: _published(one) for one in job.card.checkpoints if _published(one).suffix == ONNX_SUFFIX}
    if not graphs:
        where, fix = f"models/{job.card.id}/card.yaml: checkpoints", "name the .onnx files of the model"
        raise Failure(f"none of them is a {ONNX_SUFFIX} file", where=where, fix=fix)
    asked = read_graph_overrides(job.card, graphs)
    with Runtime() as runtime, tempfile.TemporaryDirectory(prefix="dtmodels-") as scratch:
        for name, place in graphs.items():
            original = read_onnx(place, published)
            check_operators(original, place.name)
            as_it_came = Path(scratch) / f"{name}{ONNX_SUFFIX}"
            onnx.save(original, as_it_came)
            _write(make_compatible(original, place.name, asked[name]), asked[name], as_it_came, job.output, runtime)
    return {}


def _published(checkpoint: Checkpoint) -> PurePosixPath:
    """Where the author put a file, as far as it says how files lie beside each other."""
    address = unquote(urlsplit(checkpoint.url).path) if checkpoint.url else ""
    return PurePosixPath(checkpoint.hub.path if checkpoint.hub else address or checkpoint.file or checkpoint.name)


def _write(repaired: CompatibleGraph, asked: GraphOverrides, original: Path, directory: Path, runtime: Runtime) -> None:
    target = directory / original.name
    onnx.save(repaired.model, target)
    session = runtime.load(original, free=asked.sizes)
    values = {one.name: _made_up(repaired.inputs[asked.renamed(one.name)], one.dtype) for one in session.inputs}
    found = session.run(values).outputs
    session.close()
    given = {asked.renamed(name): value.astype(np.float32) for name, value in values.items()}
    wanted = {new: found[old].astype(np.float32) for old, new in repaired.outputs.items()}
    for name, value in wanted.items():
        _check_shape(name, value.shape, repaired.shapes[name], original.name)
    save_reference_output(target, given, wanted)


def _check_shape(name: str, found: tuple[int, ...], declared: tuple[int, ...], where: str) -> None:
    if found != declared:
        what = f"output '{name}' has the shape {list(found)}, not {list(declared)} as declared"
        raise Failure(
            what, where=where, fix="give other numbers in convert.options.sizes, or export it with fixed shapes"
        )


def _made_up(shape: tuple[int | str, ...], kind: str) -> NDArray[Any]:
    """Even noise within 0..1; zeros and ones where the file wants integers."""
    sizes = [size if isinstance(size, int) else FREE_SIZE for size in shape]
    values, wanted = np.random.default_rng(0).random(sizes, np.float32), np.dtype(kind)
    return values.astype(wanted) if wanted.kind == "f" else np.rint(values).astype(wanted)
