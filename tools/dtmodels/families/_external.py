"""Read an ONNX file, with external weights; only files of its own directory are allowed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from math import prod
from pathlib import Path, PurePosixPath, PureWindowsPath

import onnx
from onnx import TensorProto, helper

from dtbase.system.errors import Failure
from dtbase.system.recognise import file_kind
from dtmodels.families._onnx_reading import reading
from dtmodels.graph.normalise import MAX_BYTES
from dtmodels.graph.walk import tensors

FOUR_BITS = frozenset({TensorProto.INT4, TensorProto.UINT4, TensorProto.FLOAT4E2M1})


def read_onnx(path: PurePosixPath, files: Mapping[PurePosixPath, Path]) -> onnx.ModelProto:
    """Read the graph at `path`, with all its weights. Called by the family `onnx`.

    Args:
        path: path the author published it at.
        files: all verified local files, by the paths the author published them at.

    Raises:
        Failure: it is no ONNX file, or its weights are outside its directory, in a file that the card does not list, or
            beyond the end of a file.
    """
    if (kind := file_kind(files[path])) is not None and kind.name != "onnx":
        raise kind.refusal("an ONNX graph", where=path.name, fix="name the .onnx file of the model")
    _check_size(files[path].stat().st_size, path)
    try:
        model = onnx.load(files[path], load_external_data=False)
    except Exception as exc:
        # protobuf raises its own exception types, which differ between its releases
        what = f"is no ONNX graph, or is truncated or damaged ({exc})"
        raise Failure(what, where=path.name, fix="download it again; it has to be the .onnx file of the model") from exc
    if not model.graph.output:
        fix = "name the .onnx file of the model; networks of TensorFlow or Core ML have to be exported as ONNX first"
        raise Failure("contains no graph with an output", where=path.name, fix=fix)
    with reading(path.name):
        external = [tensor for tensor in tensors(model.graph) if tensor.data_location == TensorProto.EXTERNAL]
        _check_size(sum(map(_bytes, external)) + files[path].stat().st_size, path)
        for tensor in external:
            _embed(tensor, path, files)
    return model


def _check_size(size: int, path: PurePosixPath) -> None:
    if size > MAX_BYTES:
        what = f"holds {size:,} bytes with its weights, more than the {MAX_BYTES:,} that fit in one file"
        raise Failure(what, where=path.name, fix="export it with float16 weights, or take a smaller network")


def _bytes(tensor: onnx.TensorProto) -> int:
    """Size of a tensor's values."""
    count = int(prod(tensor.dims))
    if tensor.data_type in FOUR_BITS:
        return (count + 1) // 2
    return count * int(helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize)


def _embed(tensor: onnx.TensorProto, path: PurePosixPath, files: Mapping[PurePosixPath, Path]) -> None:
    fields = {entry.key: entry.value for entry in tensor.external_data}
    file = _file(fields.get("location", ""), path, files)
    size = file.stat().st_size
    offset = _number(fields.get("offset", "0"), path)
    length = _number(fields.get("length", str(max(size - offset, 0))), path)
    expected = _bytes(tensor)
    if length != expected or offset + length > size:
        if (kind := file_kind(file)) is not None and kind.name in {"lfs", "page", "text", "empty", "annex"}:
            raise kind.refusal(f"the weights of {path.name}", where=fields["location"])
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
