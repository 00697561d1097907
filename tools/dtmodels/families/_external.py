"""Read an ONNX file with external weights; only files of its own directory are allowed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

import onnx
from onnx import TensorProto, helper

from dtbase.system.errors import Failure
from dtmodels.graph.inspect import tensors


def read_onnx(path: PurePosixPath, files: Mapping[PurePosixPath, Path]) -> onnx.ModelProto:
    """Read the graph at `path`, with all its weights. Called by the family `onnx`.

    Args:
        path: path the author published it at.
        files: all verified local files, by the paths the author published them at.

    Raises:
        Failure: it is no ONNX file, or its weights are outside its directory, in a file that the card does not list, or
            beyond the end of a file.
    """
    try:
        model = onnx.load(files[path], load_external_data=False)
    except Exception as exc:
        # protobuf raises its own exception types, which differ between its releases
        raise Failure(f"not a readable ONNX file: {exc}", where=path.name) from exc
    if not model.graph.output:
        raise Failure("contains no graph with an output", where=path.name)
    for tensor in tensors(model.graph):
        if tensor.data_location == TensorProto.EXTERNAL:
            _embed(tensor, path, files)
    return model


def _embed(tensor: onnx.TensorProto, path: PurePosixPath, files: Mapping[PurePosixPath, Path]) -> None:
    fields = {entry.key: entry.value for entry in tensor.external_data}
    file = _file(fields.get("location", ""), path, files)
    size = file.stat().st_size
    offset = _number(fields.get("offset", "0"), path)
    length = _number(fields.get("length", str(max(size - offset, 0))), path)
    expected = helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    for side in tensor.dims:
        expected *= side
    if length != expected or offset + length > size:
        what = f"'{tensor.name}' needs {expected:,} bytes from {offset:,} on; {fields['location']} has {size:,} bytes"
        raise Failure(what, where=path.name, fix="the two files do not belong together, or one is truncated")
    with file.open("rb") as source:
        source.seek(offset, os.SEEK_SET)
        tensor.raw_data = source.read(length)
    del tensor.external_data[:]
    tensor.data_location = TensorProto.DEFAULT


def _file(location: str, path: PurePosixPath, files: Mapping[PurePosixPath, Path]) -> Path:
    relative = PurePosixPath(location)
    if (
        not location
        or relative.is_absolute()
        or ".." in relative.parts
        or PureWindowsPath(location).anchor
        or "\\" in location
    ):
        what = f"has weights in '{location}', outside its directory"
        raise Failure(what, where=path.name, fix="save it again with its weights inside, or in one file next to it")
    if (file := files.get(path.parent / relative)) is None:
        what = f"has weights in {location}, which the card does not list as a checkpoint"
        raise Failure(what, where=path.name, fix="list that file as a checkpoint, too")
    return file


def _number(text: str, path: PurePosixPath) -> int:
    if not text.isdecimal():
        raise Failure(
            f"has an invalid offset or length of weights: '{text[:40]}'", where=path.name, fix="save it again"
        )
    return int(text)
