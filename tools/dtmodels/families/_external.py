"""Read an ONNX file that keeps weights in other files: those of its own directory, and no others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

import onnx
from onnx import TensorProto, helper

from dtbase.system.errors import Failure
from dtmodels.graph.inspect import tensors


def read_onnx(place: PurePosixPath, files: Mapping[PurePosixPath, Path]) -> onnx.ModelProto:
    """The graph at `place`, with all its weights.

    Args:
        place: where its author published it.
        files: all verified files, by where their author published them; they lie under other names here.

    Raises:
        Failure: it is no ONNX file, or keeps weights outside its directory, in no file of the card, or beyond its end.
    """
    try:
        model = onnx.load(files[place], load_external_data=False)
    except Exception as exc:
        # protobuf raises its own kinds of errors, which differ between its releases
        raise Failure(f"not a readable ONNX file: {exc}", where=place.name) from exc
    if not model.graph.output:
        raise Failure("holds no graph with an output", where=place.name)
    for tensor in tensors(model.graph):
        if tensor.data_location == TensorProto.EXTERNAL:
            _bring_in(tensor, place, files)
    return model


def _bring_in(tensor: onnx.TensorProto, place: PurePosixPath, files: Mapping[PurePosixPath, Path]) -> None:
    said = {entry.key: entry.value for entry in tensor.external_data}
    file = _file(said.get("location", ""), place, files)
    size = file.stat().st_size
    offset = _number(said.get("offset", "0"), place)
    length = _number(said.get("length", str(max(size - offset, 0))), place)
    wanted = helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    for side in tensor.dims:
        wanted *= side
    if length != wanted or offset + length > size:
        what = f"'{tensor.name}' needs {wanted:,} bytes from {offset:,} on; {said['location']} has {size:,} bytes"
        raise Failure(what, where=place.name, fix="the two files do not belong together, or one is cut off")
    with file.open("rb") as source:
        source.seek(offset, os.SEEK_SET)
        tensor.raw_data = source.read(length)
    del tensor.external_data[:]
    tensor.data_location = TensorProto.DEFAULT


def _file(location: str, place: PurePosixPath, files: Mapping[PurePosixPath, Path]) -> Path:
    beside = PurePosixPath(location)
    if (
        not location
        or beside.is_absolute()
        or ".." in beside.parts
        or PureWindowsPath(location).anchor
        or "\\" in location
    ):
        what = f"keeps weights in '{location}', outside its directory"
        raise Failure(what, where=place.name, fix="save it again with its weights inside, or in one file beside it")
    if (found := files.get(place.parent / beside)) is None:
        what = f"keeps weights in {location}, which is no checkpoint of the card"
        raise Failure(what, where=place.name, fix="name that file as a checkpoint, too")
    return found


def _number(text: str, place: PurePosixPath) -> int:
    if not text.isdecimal():
        raise Failure(f"says that weights begin or end at '{text[:40]}'", where=place.name, fix="save it again")
    return int(text)
