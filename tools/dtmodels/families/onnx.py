"""Ready-made ONNX files: the author's checkpoint is the graph, made compatible with darktable. This needs no torch.

Each checkpoint whose file ends in `.onnx` is one graph; its name is the file name darktable expects, without `.onnx`.
The other checkpoints are files with external weights of those graphs.

Options: `sizes` sets sizes of free dimensions, `{batch: 1, input.2: 256}`, or whole shapes, `{input: [1, 3, 256,
256]}`. `inputs` and `outputs` list the tensors of a file in darktable's order, `{decoder: [image_embed, points]}`;
outputs not listed are removed. `rename` gives tensors new names. `_onnx_repair` and `_onnx_boundary` also make changes
without an option, where there is only one correct way. docs/finished-graphs.md lists what is converted and refused.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import onnx

from dtbase.system.errors import Failure, NothingToDo
from dtmodels.card.model import Checkpoint
from dtmodels.families import Job
from dtmodels.families._external import read_onnx
from dtmodels.families._graph_overrides import read_graph_overrides
from dtmodels.families._onnx_graph import convert_graph
from dtmodels.families._onnx_sizes import free_dimensions
from dtmodels.graph.runtime import Runtime

OPTIONS = ("sizes", "inputs", "outputs", "rename")
FINISHED_GRAPHS = True
ONNX_SUFFIX = ".onnx"


def convert(job: Job) -> Mapping[str, Any]:
    """Write each graph with its weights inside, made compatible, and save the outputs of the original file.

    Raises:
        Failure: a file is no ONNX graph, has weights in a file that is not allowed, or needs what darktable or ONNX
            Runtime does not support; or an option names an unknown tensor or dimension.
        NothingToDo: the job has a seed.
    """
    if job.seed is not None:
        what = "comes as a finished graph: there is no network to give seeded weights to"
        raise NothingToDo(what, where=job.card.id, fix="build it from its files, without --seed")
    published = {_published(checkpoint): job.checkpoints[checkpoint.name] for checkpoint in job.card.checkpoints}
    graphs = {
        checkpoint.name: _published(checkpoint)
        for checkpoint in job.card.checkpoints
        if _published(checkpoint).suffix.lower() == ONNX_SUFFIX
    }
    if not graphs:
        where, fix = f"models/{job.card.id}/card.yaml: checkpoints", "name the .onnx files of the model"
        raise Failure(f"none of them is a {ONNX_SUFFIX} file", where=where, fix=fix)
    overrides = read_graph_overrides(job.card, graphs)
    originals = {name: read_onnx(path, published) for name, path in graphs.items()}
    for one in overrides.values():
        one.check_names(*_names(originals))
    with Runtime() as runtime, tempfile.TemporaryDirectory(prefix="dtmodels-") as scratch:
        for name, path in graphs.items():
            target = job.output / f"{name}{ONNX_SUFFIX}"
            original = originals.pop(name)
            convert_graph(original, path.name, overrides[name], target, scratch=Path(scratch), runtime=runtime)
    return {}


def _published(checkpoint: Checkpoint) -> PurePosixPath:
    """Path of a file at its author's, in an archive if it is there, used for the relative paths between files."""
    if checkpoint.member:
        return PurePosixPath(checkpoint.member.path)
    url_path = unquote(urlsplit(checkpoint.url).path) if checkpoint.url else ""
    return PurePosixPath(checkpoint.hub.path if checkpoint.hub else url_path or checkpoint.file or checkpoint.name)


def _names(models: Mapping[str, onnx.ModelProto]) -> tuple[list[str], list[str], list[str]]:
    """Free dimensions, inputs and outputs of all graphs."""
    graphs = [model.graph for model in models.values()]
    return (
        [name for graph in graphs for name in free_dimensions(graph)],
        [value.name for graph in graphs for value in graph.input],
        [value.name for graph in graphs for value in graph.output],
    )
