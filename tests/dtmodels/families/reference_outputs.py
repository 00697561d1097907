"""What the authors' own code was given for seeded weights of seed 0, and what it returned."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[Any]
TOLERANCE = 1e-4
"""Of the output's standard deviation: more than twice the rounding noise of float32, far below any real difference."""
MEAN = np.array([0.485, 0.456, 0.406])[:, None, None]
DEVIATION = np.array([0.229, 0.224, 0.225])[:, None, None]
"""Of the images of ImageNet, by channel."""
PAD = (0, 0, -1)
PROMPTS = {
    "point": ((512, 400, 1), PAD),
    "points": ((300, 400, 1), (700, 650, 0), (20, 30, 1), PAD),
    "points_pad": ((300, 400, 1), (700, 650, 0), (20, 30, 1), PAD, PAD),
    "box": ((200, 150, 2), (800, 900, 3), PAD),
    "box_nopad": ((200, 150, 2), (800, 900, 3)),
    "point_mask": ((512, 400, 1), PAD),
}
"""Points as x, y and label; the authors' code appends what is padding here."""


@dataclass(frozen=True)
class Reference:
    """What the authors' code returned for seeded weights of seed 0."""

    values: Mapping[str, Array] = field(repr=False)

    def off(self, name: str, found: Tensor | Array) -> float:
        """Largest difference of an output from the stored samples and statistics, over the output's deviation."""
        mine = np.asarray(found, np.float32)
        assert mine.shape == tuple(self.values[f"{name}.shape"]), f"{name}: {mine.shape}"
        index = np.linspace(0, mine.size - 1, min(mine.size, 4096)).astype(np.int64)
        stats = [mine.mean(dtype=np.float64), mine.std(dtype=np.float64), mine.min(), mine.max()]
        samples = np.abs(mine.reshape(-1)[index] - self.values[f"{name}.values"]).max()
        known = self.values[f"{name}.stats"]
        return float(max(samples, np.abs(np.array(stats) - known).max()) / max(known[1], 0.1))

    def hold(self, name: str, found: Tensor | Array) -> None:
        """Hold an output against what the authors' code returned."""
        off = self.off(name, found)
        assert off <= TOLERANCE, f"{name}: {off:.2e} > {TOLERANCE:.0e}"

    def input(self, name: str, made: Array) -> Array:
        """The input as float32, after making sure that it is the one the authors' code was given."""
        image = np.ascontiguousarray(made, "<f4")
        assert hashlib.sha256(image.tobytes()).hexdigest() == str(self.values[f"input/{name}.sha256"])
        return image

    def hold_weights(self, tensors: Mapping[str, Tensor]) -> None:
        """Hold seeded weights, in the published order, against the digest of those the authors' code was given."""
        digest = hashlib.sha256()
        for tensor in tensors.values():
            if tensor.is_floating_point():
                digest.update(np.ascontiguousarray(tensor.numpy(), "<f4").tobytes())
        assert digest.hexdigest() == str(self.values["weights.sha256"])


def drawing() -> np.random.Generator:
    """Where the inputs come from; drawn in the order the references name them."""
    return np.random.default_rng([0, 12345])


def picture(rng: np.random.Generator, channels: int, height: int, width: int, block: int) -> Array:
    """`[1, C, H, W]` in 0..1, half coarse blocks, half noise."""
    coarse = rng.random((1, channels, -(-height // block), -(-width // block)))
    fine = rng.random((1, channels, height, width))
    blocks = np.kron(coarse, np.ones((block, block)))[..., :height, :width]
    made: Array = 0.5 * blocks + 0.5 * fine
    return made


def hole(rng: np.random.Generator, height: int, width: int) -> Array:
    """`[1, 1, H, W]`: 1 inside four rectangles."""
    mask = np.zeros((1, 1, height, width), np.float32)
    for _ in range(4):
        y, x = int(rng.integers(0, height)), int(rng.integers(0, width))
        h, w = int(rng.integers(height // 8, height // 3)), int(rng.integers(width // 8, width // 3))
        mask[:, :, y : y + h, x : x + w] = 1
    return mask


def prompts(name: str, mask: Array) -> tuple[Array, ...]:
    """What a decoder gets after the features, for one of `PROMPTS`."""
    points = np.array([PROMPTS[name]], np.float32)
    present = np.float32(name == "point_mask")
    return points[..., :2], points[..., 2], mask * present, present.reshape(1)
