"""Read the weights of convolutions out of an ONNX graph, for networks that are published in no other form."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from google.protobuf.message import DecodeError
from onnx import numpy_helper
from onnx.checker import ValidationError
from torch import Tensor

from dtbase.system.errors import Failure
from dtbase.system.file_kind import DOWNLOAD_AGAIN

_LAYERS = ("Conv", "ConvTranspose")


def convolution_weights(path: Path) -> dict[str, Tensor]:
    """Return kernels and biases of all convolutions of a graph by their names, which exporters keep from the network.

    Raises:
        Failure: the file is no complete graph, or has a kernel in another file.
    """
    try:
        graph = onnx.load(path, load_external_data=False).graph
        stored = {tensor.name: tensor for tensor in graph.initializer}
        used = [name for node in graph.node if node.op_type in _LAYERS for name in node.input[1:] if name in stored]
        return {name: torch.from_numpy(numpy_helper.to_array(stored[name]).copy()) for name in used}
    except (DecodeError, ValidationError, ValueError, TypeError, OSError) as exc:
        line = str(exc).strip().partition("\n")[0]
        raise Failure(f"is no complete ONNX graph: {line}", where=str(path), fix=DOWNLOAD_AGAIN) from exc
