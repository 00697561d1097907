"""Call of a proxy's graph with the inputs that it has: image, sliders and position in the frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtmodels.graph.runtime import Result, Session

NAMES = ("image", "sliders", "frame")


def call_proxy(session: Session, image: NDArray[Any], sliders: NDArray[Any], frame: tuple[int, ...] = ()) -> Result:
    """Run the graph of a proxy.

    Args:
        session: session of the graph.
        image: [1, C, H, W].
        sliders: [1, P].
        frame: left and top of the image in the frame, then the frame's width and height, in pixels; by default the
            image
            is the whole frame.

    Raises:
        GraphFailure: ONNX Runtime fails, or the graph has other inputs.
    """
    height, width = image.shape[-2:]
    position = np.array([frame or (0, 0, width, height)], np.float32)
    values = dict(zip(NAMES, (image, sliders, position), strict=True))
    return session.run({tensor.name: values[tensor.name] for tensor in session.inputs if tensor.name in values})
