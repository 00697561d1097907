"""Run a proxy on one image: its weights with torch, or its released graph with ONNX Runtime."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.system.errors import Failure
from dtproxies.images.image import Pixels
from dtproxies.proxy.definition import ProxyDefinition

Run = Callable[[Pixels, Sequence[float] | NDArray[np.float64]], Pixels]
"""From H x W x 3 in the module's colour space, and sliders in its order, to H x W x 3."""

INPUTS = ("image", "sliders", "frame")
"""The last where the network has to know where the image lies in the frame; here it is the whole."""
OUTPUT = "output"
FACTORS = "factors"
"""Name of the tensor in which a network keeps the white balance of its images: factors of red, green and blue."""


def torch_runner(definition: ProxyDefinition, weights: Path, *, balance: Sequence[float] | None = None) -> Run:
    """Run the network with the weights in a safetensors file, in float32.

    Args:
        definition: the module.
        weights: of its network.
        balance: factors of white balance of the image, for networks that hold such; by default those in the file.

    Raises:
        Failure: the weights do not belong to this module.
    """
    import torch

    from dtproxies.networks.frame import call
    from dtproxies.proxy.weights import load

    network = load(weights, definition.module, definition.network)
    if balance is not None:
        network.load_state_dict({**network.state_dict(), FACTORS: torch.tensor(balance)})

    def run(image: Pixels, sliders: Sequence[float] | NDArray[np.float64]) -> Pixels:
        with torch.no_grad():
            made = call(network, definition.module, torch.from_numpy(_planes(image)), torch.from_numpy(_row(sliders)))
        return _pixels(made.numpy())

    return run


def onnx_runner(definition: ProxyDefinition, graph: Path) -> Run:
    """Run a released graph on one core, in the thread that calls.

    Raises:
        Failure: not a graph of this module.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as exc:
        raise Failure(f"ONNX Runtime cannot load it: {exc}", where=str(graph)) from exc
    wants = [tensor.name for tensor in session.get_inputs()]
    facts = session.get_modelmeta().custom_metadata_map
    found, wanted = (facts.get("module"), facts.get("module_version")), definition.module
    if found != (wanted.name, str(wanted.version)):
        what = f"made for {found[0]} version {found[1]}, and this is {wanted.name} version {wanted.version}"
        raise Failure(what, where=str(graph))

    def run(image: Pixels, sliders: Sequence[float] | NDArray[np.float64]) -> Pixels:
        height, width = image.shape[:2]
        whole = np.array([[0, 0, width, height]], np.float32)
        given = dict(zip(INPUTS, (_planes(image), _row(sliders), whole), strict=True))
        made: list[Any] = session.run([OUTPUT], {name: given[name] for name in wants})
        return _pixels(made[0])

    return run


def _planes(image: Pixels) -> Pixels:
    return np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32)


def _row(sliders: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(sliders, np.float32)[None]


def _pixels(planes: Pixels) -> Pixels:
    return np.ascontiguousarray(planes[0].transpose(1, 2, 0))
