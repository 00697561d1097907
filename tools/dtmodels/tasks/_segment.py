"""Run the two graphs of a mask as darktable 5.6 does: encode an image, decode clicks, feed the mask back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.graph.runtime import GraphFailure, Result, Runtime, Session
from dtmodels.tasks._decoder import (
    ARCHITECTURES,
    FREE_DIMENSION,
    MEMORY_SIDE,
    SIDE,
    AllocatedSizes,
    allocated_sizes,
    check_allocated_sizes,
    check_output_shapes,
    has_unknown_mask_size,
    route_features,
)
from dtmodels.tasks._graph_run import check_finite, run_failure
from dtmodels.tasks._protocol import Call
from dtmodels.tasks._seeded_input import Image, seeded_image

MEAN, STANDARD_DEVIATION = np.array([123.675, 116.28, 103.53]), np.array([58.395, 57.12, 57.375])
"""Of ImageNet, for values of 0..255; what darktable normalises with for `sam2`."""
VALID_ROWS = 768
"""Rows of the sample image; darktable pads the rest with zeros after normalising."""
CLICKS = ((512.0, 384.0, 1.0), (200.0, 600.0, 0.0), (700.0, 300.0, 1.0))
"""Label 1 is on the object, 0 is beside it."""
Point = tuple[float, float, float]
"""x, y and label."""
PADDING = (0.0, 0.0, -1.0)
"""The point darktable appends for `sam2`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """A loaded decoder with the encoder's outputs for one image in the order it takes them."""

    session: Session
    arch: str
    known: AllocatedSizes
    features: tuple[NDArray[Any], ...]

    def decode(self, clicks: Sequence[Point], memory: NDArray[np.float32] | None) -> Result:
        """Decode clicks, in pixels of the encoder's image, with the previous mask where there is one.

        Raises:
            GraphFailure: ONNX Runtime refuses it.
        """
        points = [*clicks, *([PADDING] if self.arch == "sam2" else [])]
        values = np.array(points, np.float32)[None]
        side = self.known.memory
        given = np.zeros((1, 1, side, side), np.float32) if memory is None else memory
        prompts = [values[..., :2], values[..., 2], given, np.array([memory is not None], np.float32)]
        inputs = [*self.features, *prompts[: len(ARCHITECTURES[self.arch].prompts)]]
        types = [tensor.dtype for tensor in self.session.inputs]
        if len(inputs) != len(types):
            raise GraphFailure(f"takes {len(types)} inputs, darktable passes {len(inputs)}", where=self.session.where)
        return self.session.call(*(value.astype(kind) for value, kind in zip(inputs, types, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedMask:
    """The mask darktable takes from a decode."""

    mask: NDArray[np.float32]
    """[height, width]."""
    memory: NDArray[np.float32]
    """What it feeds back into the next decode, [1, 1, height, width]."""
    quality: float
    """The predicted overlap by which it was chosen; 1 where there is no choice."""


def select_best_mask(arch: str, outputs: Mapping[str, NDArray[Any]]) -> SelectedMask:
    """The mask with the highest predicted overlap; there is no lower limit to it."""
    values = [np.asarray(value, np.float32) for value in outputs.values()]
    if arch == "segnext":
        return SelectedMask(mask=values[0][0, 0], memory=values[0], quality=1.0)
    best = int(np.argmax(values[1][0]))
    memory = values[2 if len(values) > 2 else 0][:, best : best + 1]
    return SelectedMask(mask=values[0][0, best], memory=memory, quality=float(values[1][0, best]))


def prepare_image(arch: str, image: Image) -> Image:
    """An image as the encoder gets it: normalised, and padded with zeros below or to the right.

    Args:
        arch: the architecture.
        image: [1, 3, height, width] in 0..1, the longer side 1024.
    """
    if ARCHITECTURES[arch].normalised:
        image = ((image * 255 - MEAN[:, None, None]) / STANDARD_DEVIATION[:, None, None]).astype(np.float32)
    whole = np.zeros((1, 3, SIDE, SIDE), np.float32)
    whole[:, :, : image.shape[2], : image.shape[3]] = image
    return whole


def segment(encoder: Path, decoder: Path, arch: str, runtime: Runtime) -> Iterator[CheckProblem | Call]:
    """Encode the sample image, then decode one click, and three clicks with the mask of the first fed back."""
    try:
        session = runtime.load(encoder)
        encoded = session.call(prepare_image(arch, seeded_image(3, VALID_ROWS, SIDE)).astype(session.inputs[0].dtype))
        session.close()
    except GraphFailure as exc:
        yield run_failure(encoder.name, exc)
        return
    yield Call(name="encoder", file=encoder.name, seconds=encoded.seconds, outputs=encoded.outputs)
    yield from check_finite(encoder.name, encoded.outputs, "a picture")
    try:
        loaded = load_decoder(decoder, arch, encoded.outputs, runtime)
        yield from _decode(loaded)
        loaded.session.close()
    except GraphFailure as exc:
        yield run_failure(decoder.name, exc)


def load_decoder(path: Path, arch: str, encoded: Mapping[str, NDArray[Any]], runtime: Runtime) -> Decoder:
    """Load the decoder as darktable does and give it the encoder's outputs for an image.

    Raises:
        GraphFailure: ONNX Runtime refuses the file.
    """
    session = runtime.load(path, level="none")
    if has_unknown_mask_size(session) and arch == "sam2":
        session.close()
        session = runtime.load(path, level="basic", free={FREE_DIMENSION: 1})
    names = list(encoded)
    order = route_features(names, [tensor.name for tensor in session.inputs[: len(names)]])
    features = tuple(encoded[names[index]] for index in order)
    return Decoder(session=session, arch=arch, known=allocated_sizes(session, arch), features=features)


def _decode(decoder: Decoder) -> Iterator[CheckProblem | Call]:
    where, session = decoder.session.where, decoder.session
    unfit = list(check_allocated_sizes(where, decoder.arch, decoder.known, len(session.outputs)))
    yield from unfit
    if unfit:
        return
    first = decoder.decode(CLICKS[:1], None)
    outputs = {name: np.asarray(value, np.float32) for name, value in first.outputs.items()}
    yield Call(name="decoder", file=where, seconds=first.seconds, outputs=outputs)
    yield from check_finite(where, outputs, "one click")
    misfits = list(check_output_shapes(where, decoder.known, [(name, value.shape) for name, value in outputs.items()]))
    yield from misfits
    if misfits:
        return
    yield from _check_values(where, decoder.arch, outputs)
    memory = _memory(decoder, outputs)
    if isinstance(memory, CheckProblem):
        yield memory
    else:
        again = decoder.decode(CLICKS, memory)
        yield from check_finite(where, again.outputs, "three clicks and a previous mask")


def _memory(decoder: Decoder, outputs: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32] | CheckProblem:
    """The best mask as darktable keeps it for the next decode."""
    kept = select_best_mask(decoder.arch, outputs).memory
    if decoder.arch == "sam2" and len(outputs) == 2 and kept.shape[-2:] != (MEMORY_SIDE, MEMORY_SIDE):
        what = f"masks are {kept.shape[-2]} x {kept.shape[-1]} and there is no third output: darktable keeps 256 x 256"
        return error("mask.memory", decoder.session.where, what, "add the low-resolution masks as third output")
    return kept


def _check_values(where: str, arch: str, outputs: Mapping[str, NDArray[np.float32]]) -> Iterator[CheckProblem]:
    masks = next(iter(outputs.values()))
    within = bool(masks.min() >= 0 and masks.max() <= 1)
    if arch == "segnext" and not within:
        what = f"masks run from {masks.min():.3g} to {masks.max():.3g}, darktable takes them for probabilities"
        yield warning("mask.values", where, what, "apply the sigmoid inside the graph")
    if arch == "sam2" and within and np.ptp(masks) > 0:
        yield warning(
            "mask.values", where, "masks lie within 0..1, darktable takes them for logits", "leave out the sigmoid"
        )
