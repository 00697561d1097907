"""A proxy's graph called with the inputs it has: an image, sliders where there are any, a place in the frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtmodels.graph.runtime import Result, Session

NAMES = ("image", "sliders", "frame")


def call_proxy(session: Session, image: NDArray[Any], sliders: NDArray[Any], frame: tuple[int, ...] = ()) -> Result:
    """Run the graph.

    Args:
        session: of the graph.
        image: [1, C, H, W].
        sliders: [1, P].
        frame: left and top of the image in the frame, then its width and height, in pixels; by default it is the whole.

    Raises:
        GraphFailure: ONNX Runtime refuses, or the graph wants something else.
    """
    height, width = image.shape[-2:]
    place = np.array([frame or (0, 0, width, height)], np.float32)
    values = dict(zip(NAMES, (image, sliders, place), strict=True))
    return session.run({tensor.name: values[tensor.name] for tensor in session.inputs if tensor.name in values})
