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

Runner = Callable[[Pixels, Sequence[float] | NDArray[np.float64]], Pixels]
"""Function from an image, H x W x C in the module's input space, and slider values in its order to the output image."""

INPUTS = ("image", "sliders", "frame")
"""Graph inputs. `frame` exists only if the network needs the position in the frame; here it is the whole image."""
OUTPUT = "output"
FACTORS = "factors"
"""Name of the buffer that holds the white-balance factors of red, green and blue in some networks."""


def torch_runner(definition: ProxyDefinition, weights: Path, *, balance: Sequence[float] | None = None) -> Runner:
    """Run the network with the weights in a safetensors file, in float32.

    Args:
        definition: definition of the module.
        weights: weight file of its network.
        balance: white-balance factors of the image, for networks with such a buffer; by default those in the file.

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
            output = call(network, definition.module, torch.from_numpy(_planes(image)), torch.from_numpy(_row(sliders)))
        return _pixels(output.numpy())

    return run


def onnx_runner(definition: ProxyDefinition, graph: Path) -> Runner:
    """Run a released graph on one core, in the calling thread.

    Raises:
        Failure: the file is not a graph of this module.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as exc:
        raise Failure(f"ONNX Runtime cannot load the graph: {exc}", where=str(graph)) from exc
    names = [tensor.name for tensor in session.get_inputs()]
    facts = session.get_modelmeta().custom_metadata_map
    stored, module = (facts.get("module"), facts.get("module_version")), definition.module
    if stored != (module.name, str(module.version)):
        what = f"the graph is for {stored[0]} version {stored[1]}, not for {module.name} version {module.version}"
        raise Failure(what, where=str(graph))

    def run(image: Pixels, sliders: Sequence[float] | NDArray[np.float64]) -> Pixels:
        height, width = image.shape[:2]
        frame = np.array([[0, 0, width, height]], np.float32)
        inputs = dict(zip(INPUTS, (_planes(image), _row(sliders), frame), strict=True))
        outputs: list[Any] = session.run([OUTPUT], {name: inputs[name] for name in names})
        return _pixels(outputs[0])

    return run


def _planes(image: Pixels) -> Pixels:
    return np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32)


def _row(sliders: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(sliders, np.float32)[None]


def _pixels(planes: Pixels) -> Pixels:
    return np.ascontiguousarray(planes[0].transpose(1, 2, 0))
