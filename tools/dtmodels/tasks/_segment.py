"""Run the two graphs of a mask model as darktable does: encode an image, decode clicks, feed the mask back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.graph.failures import GraphFailure
from dtmodels.graph.runtime import Result, Runtime, Session
from dtmodels.tasks._decoder import (
    FREE_DIMENSION,
    AllocatedSizes,
    allocated_sizes,
    check_allocated_sizes,
    check_output_shapes,
    has_unknown_mask_size,
    route_features,
)
from dtmodels.tasks._graph_run import check_finite, check_repeatable, run_failure
from dtmodels.tasks._mask_settings import MaskSettings, mask_settings
from dtmodels.tasks._protocol import Call, Model
from dtmodels.tasks._seeded_input import Image, seeded_image

MEAN, STANDARD_DEVIATION = np.array([123.675, 116.28, 103.53]), np.array([58.395, 57.12, 57.375])
"""ImageNet mean and standard deviation for 0..255, with which darktable normalises for `sam2`."""
VALID_ROWS = 0.75
"""Height of the sample image, as a fraction of its width; darktable pads the rest with zeros after normalising."""
CLICKS = ((0.5, 0.375, 1.0), (0.2, 0.6, 0.0), (0.7, 0.3, 1.0))
"""Points as x, y, both as fractions of the width, and label: 1 is on the object, 0 is off it."""
Point = tuple[float, float, float]
"""x, y and label."""
PADDING = (0.0, 0.0, -1.0)
"""Padding point that darktable appends for `sam2`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """A loaded decoder, and the encoder's outputs for one image in the order of its inputs."""

    session: Session
    settings: MaskSettings
    sizes: AllocatedSizes
    features: tuple[NDArray[Any], ...]

    def decode(self, clicks: Sequence[Point], memory: NDArray[np.float32] | None) -> Result:
        """Decode clicks, in pixels of the encoder's image, with the previous mask, if any.

        Raises:
            GraphFailure: ONNX Runtime fails.
        """
        interface = self.settings.interface
        points = [*clicks, *([PADDING] if interface.several else [])]
        values = np.array(points, np.float32)[None]
        side = self.sizes.memory
        previous = np.zeros((1, 1, side, side), np.float32) if memory is None else memory
        prompts = [values[..., :2], values[..., 2], previous, np.array([memory is not None], np.float32)]
        inputs = [*self.features, *prompts[: len(interface.prompts)]]
        types = [tensor.dtype for tensor in self.session.inputs]
        if len(inputs) != len(types):
            raise GraphFailure(f"takes {len(types)} inputs, darktable passes {len(inputs)}", where=self.session.where)
        return self.session.call(*(value.astype(kind) for value, kind in zip(inputs, types, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedMask:
    """The mask that darktable selects from a decode."""

    mask: NDArray[np.float32]
    """[height, width]."""
    memory: NDArray[np.float32]
    """Mask to feed back into the next decode, [1, 1, height, width]."""
    quality: float
    """Predicted overlap (IoU) of this mask; 1 if the decoder returns a single mask."""


def select_best_mask(settings: MaskSettings, outputs: Mapping[str, NDArray[Any]]) -> SelectedMask:
    """The mask with the highest predicted overlap, without a lower limit."""
    values = [np.asarray(value, np.float32) for value in outputs.values()]
    if not settings.interface.several:
        return SelectedMask(mask=values[0][0, 0], memory=values[0], quality=1.0)
    best = int(np.argmax(values[1][0]))
    memory = values[2 if len(values) > 2 else 0][:, best : best + 1]
    return SelectedMask(mask=values[0][0, best], memory=memory, quality=float(values[1][0, best]))


def prepare_image(settings: MaskSettings, image: Image) -> Image:
    """Prepare an image for the encoder: normalise it, and pad it with zeros below or on the right.

    Args:
        settings: those of the mask.
        image: [1, 3, height, width] in 0..1, the longer side as in the settings.
    """
    if settings.interface.several:
        image = ((image * 255 - MEAN[:, None, None]) / STANDARD_DEVIATION[:, None, None]).astype(np.float32)
    padded = np.zeros((1, 3, settings.side, settings.side), np.float32)
    padded[:, :, : image.shape[2], : image.shape[3]] = image
    return padded


def segment(model: Model, encoder: str, decoder: str, runtime: Runtime) -> Iterator[CheckProblem | Call]:
    """Encode the sample image, decode one click, then three clicks with the first mask fed back."""
    settings = mask_settings(model.config)
    try:
        session = model.open(runtime, encoder)
        sample = seeded_image(3, max(round(VALID_ROWS * settings.side), 1), settings.side)
        image = prepare_image(settings, sample).astype(session.inputs[0].dtype)
        encoded = session.call(image)
        again = session.call(image)
        session.close()
    except GraphFailure as exc:
        yield run_failure(encoder, exc)
        return
    yield Call(name="encoder", file=encoder, seconds=encoded.seconds, outputs=encoded.outputs, opening=session.opening)
    yield from check_finite(encoder, encoded.outputs, "an image")
    yield from check_repeatable(encoder, encoded.outputs, again.outputs)
    try:
        loaded = load_decoder(model.directory / decoder, settings, encoded.outputs, runtime)
        yield from _decode(loaded)
        loaded.session.close()
    except GraphFailure as exc:
        yield run_failure(decoder, exc)


def load_decoder(path: Path, settings: MaskSettings, encoded: Mapping[str, NDArray[Any]], runtime: Runtime) -> Decoder:
    """Load the decoder as darktable does, with the encoder's outputs for an image.

    Raises:
        GraphFailure: ONNX Runtime fails to load the file.
    """
    session = runtime.load(path, level="none")
    if has_unknown_mask_size(session) and settings.interface.several:
        session.close()
        session = runtime.load(path, level="basic", free={FREE_DIMENSION: 1})
    names = list(encoded)
    order = route_features(names, [tensor.name for tensor in session.inputs[: len(names)]])
    features = tuple(encoded[names[index]] for index in order)
    sizes = allocated_sizes(session, settings)
    return Decoder(session=session, settings=settings, sizes=sizes, features=features)


def _decode(decoder: Decoder) -> Iterator[CheckProblem | Call]:
    where, session = decoder.session.where, decoder.session
    size_problems = list(check_allocated_sizes(where, decoder.settings, decoder.sizes, len(session.outputs)))
    yield from size_problems
    if size_problems:
        return
    clicks = [(x * decoder.settings.side, y * decoder.settings.side, label) for x, y, label in CLICKS]
    first = decoder.decode(clicks[:1], None)
    outputs = {name: np.asarray(value, np.float32) for name, value in first.outputs.items()}
    yield Call(name="decoder", file=where, seconds=first.seconds, outputs=outputs, opening=session.opening)
    yield from check_finite(where, outputs, "one click")
    shape_problems = list(
        check_output_shapes(where, decoder.sizes, [(name, value.shape) for name, value in outputs.items()])
    )
    yield from shape_problems
    if shape_problems:
        return
    yield from check_repeatable(where, first.outputs, decoder.decode(clicks[:1], None).outputs)
    yield from _check_values(where, decoder.settings, outputs)
    memory = _memory(decoder, outputs)
    if isinstance(memory, CheckProblem):
        yield memory
    else:
        again = decoder.decode(clicks, memory)
        yield from check_finite(where, again.outputs, "three clicks and a previous mask")


def _memory(decoder: Decoder, outputs: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32] | CheckProblem:
    """The best mask, as darktable stores it for the next decode."""
    memory, side = select_best_mask(decoder.settings, outputs).memory, decoder.sizes.memory
    if decoder.settings.interface.several and len(outputs) == 2 and memory.shape[-2:] != (side, side):
        height, width = memory.shape[-2:]
        what = f"masks are {height} x {width} and there is no third output: darktable stores {side} x {side}"
        return error("mask.memory", decoder.session.where, what, "add the low-resolution masks as third output")
    return memory


def _check_values(
    where: str, settings: MaskSettings, outputs: Mapping[str, NDArray[np.float32]]
) -> Iterator[CheckProblem]:
    masks = next(iter(outputs.values()))
    within = bool(masks.min() >= 0 and masks.max() <= 1)
    if not settings.interface.several and not within:
        what = f"masks run from {masks.min():.3g} to {masks.max():.3g}, darktable reads them as probabilities"
        yield warning("mask.values", where, what, "apply the sigmoid inside the graph")
    if settings.interface.several and within and np.ptp(masks) > 0:
        yield warning(
            "mask.values", where, "masks are within 0..1, darktable reads them as logits", "remove the sigmoid"
        )
