"""Reference outputs: inputs and outputs of the authors' own code with seeded weights of seed 0."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[Any]
TOLERANCE = 1e-4
"""Tolerance relative to the output's standard deviation: more than twice float32 rounding, far below real errors."""
MEAN = np.array([0.485, 0.456, 0.406])[:, None, None]
STANDARD_DEVIATION = np.array([0.229, 0.224, 0.225])[:, None, None]
"""Mean and standard deviation of ImageNet, by channel."""
PAD = (0, 0, -1)
PROMPTS = {
    "point": ((512, 400, 1), PAD),
    "points": ((300, 400, 1), (700, 650, 0), (20, 30, 1), PAD),
    "points_pad": ((300, 400, 1), (700, 650, 0), (20, 30, 1), PAD, PAD),
    "box": ((200, 150, 2), (800, 900, 3), PAD),
    "box_nopad": ((200, 150, 2), (800, 900, 3)),
    "point_mask": ((512, 400, 1), PAD),
}
"""Points as x, y and label; the authors' code appends the padding points itself."""

SEVERAL = ((300, 400, 1), (700, 650, 1), (20, 30, 0))
SEGNEXT_PROMPTS: Mapping[str, Sequence[tuple[float, float, int]]] = {
    "point": ((512, 400, 1),),
    "points": SEVERAL,
    "points_mask": SEVERAL,
    "point_border": ((1021, 3, 1),),
    "point_fraction": ((300.5, 400.25, 1),),
    "again": ((512, 400, 1), (700, 650, 0)),
}
"""Clicks of SegNext, which has no padding points; `again` gets the mask of `point` as previous mask."""


@dataclass(frozen=True)
class Reference:
    """Stored samples and statistics of the authors' outputs, for seeded weights of seed 0."""

    values: Mapping[str, Array] = field(repr=False)

    def relative_error(self, name: str, output: Tensor | Array) -> float:
        """Maximum absolute error of an output, divided by the standard deviation of the stored output."""
        computed = np.asarray(output, np.float32)
        assert computed.shape == tuple(self.values[f"{name}.shape"]), f"{name}: {computed.shape}"
        index = np.linspace(0, computed.size - 1, min(computed.size, 4096)).astype(np.int64)
        stats = [computed.mean(dtype=np.float64), computed.std(dtype=np.float64), computed.min(), computed.max()]
        samples = np.abs(computed.reshape(-1)[index] - self.values[f"{name}.values"]).max()
        known = self.values[f"{name}.stats"]
        return float(max(samples, np.abs(np.array(stats) - known).max()) / max(known[1], 0.1))

    def check(self, name: str, output: Tensor | Array) -> None:
        """Compare an output with the authors' output."""
        error = self.relative_error(name, output)
        assert error <= TOLERANCE, f"{name}: {error:.2e} > {TOLERANCE:.0e}"

    def input(self, name: str, values: Array) -> Array:
        """The input as float32, after a check of its digest against the authors' input."""
        image = np.ascontiguousarray(values, "<f4")
        assert hashlib.sha256(image.tobytes()).hexdigest() == str(self.values[f"input/{name}.sha256"])
        return image

    def check_weights(self, tensors: Mapping[str, Tensor]) -> None:
        """Check seeded weights, in the published order, against the digest of the authors' weights."""
        digest = hashlib.sha256()
        for tensor in tensors.values():
            if tensor.is_floating_point():
                digest.update(np.ascontiguousarray(tensor.numpy(), "<f4").tobytes())
        assert digest.hexdigest() == str(self.values["weights.sha256"])


def seeded_rng() -> np.random.Generator:
    """Random generator of the inputs; sample them in the order of the references."""
    return np.random.default_rng([0, 12345])


def seeded_image(rng: np.random.Generator, channels: int, height: int, width: int, block: int) -> Array:
    """`[1, C, H, W]` in 0..1, half coarse blocks, half noise."""
    coarse = rng.random((1, channels, -(-height // block), -(-width // block)))
    fine = rng.random((1, channels, height, width))
    blocks = np.kron(coarse, np.ones((block, block)))[..., :height, :width]
    image: Array = 0.5 * blocks + 0.5 * fine
    return image


def seeded_mask(rng: np.random.Generator, height: int, width: int) -> Array:
    """`[1, 1, H, W]`: 1 inside four rectangles."""
    mask = np.zeros((1, 1, height, width), np.float32)
    for _ in range(4):
        y, x = int(rng.integers(0, height)), int(rng.integers(0, width))
        h, w = int(rng.integers(height // 8, height // 3)), int(rng.integers(width // 8, width // 3))
        mask[:, :, y : y + h, x : x + w] = 1
    return mask


def prompt_inputs(name: str, mask: Array) -> tuple[Array, ...]:
    """Inputs of a decoder after the features, for one of `PROMPTS`."""
    points = np.array([PROMPTS[name]], np.float32)
    present = np.float32(name == "point_mask")
    return points[..., :2], points[..., 2], mask * present, present.reshape(1)


def segnext_inputs(name: str, mask: Array, masks: Mapping[str, Array]) -> tuple[Array, ...]:
    """Inputs of SegNext's decoder after the features, for one of `SEGNEXT_PROMPTS`; `masks` are those found before."""
    points = np.array([SEGNEXT_PROMPTS[name]], np.float32)
    before = {"points_mask": mask, "again": masks.get("point", mask)}.get(name, np.zeros_like(mask))
    return points[..., :2], points[..., 2], before
