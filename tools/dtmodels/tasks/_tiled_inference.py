"""Tiled inference: run a graph on a whole image, with tiles cut and joined as in darktable 5.6."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtmodels.graph.runtime import Session
from dtmodels.tasks._tile_contract import Tile, call_tile

MIN_MEAN_RATIO = 1e-6
"""darktable matches no gain if the mean of the output is below this fraction of the input's mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiling:
    """Tiling of one file of a task."""

    session: Session
    tile: Tile
    size: int
    """Side of the tile, in input pixels."""
    blend: bool = False
    """True to blend neighbours across their overlap, False to cut in its middle."""
    match_gain: bool = False
    """True to scale the output of each tile to the mean of its input."""

    def run(self, image: NDArray[Any]) -> NDArray[np.float32]:
        """Run the graph on a whole image, mirrored at its edges.

        Args:
            image: [channels, height, width].

        Returns:
            [3, scale x height, scale x width].

        Raises:
            GraphFailure: ONNX Runtime fails a tile.
        """
        height, width = image.shape[1:]
        wide = [(0, 0), self.margins(height), self.margins(width)]
        return self.run_padded(np.pad(image, wide, mode="reflect"), height, width)

    def margins(self, length: int) -> tuple[int, int]:
        """Pixels to add before and after a side of `length` pixels, so that tiles cover it."""
        overlap = self.tile.overlap
        return overlap, -(-length // self._step) * self._step - length + overlap

    def run_padded(self, image: NDArray[Any], height: int, width: int) -> NDArray[np.float32]:
        """As `run`, for an image with margins; `height` and `width` exclude them."""
        scale = self.tile.scale
        rows, columns = (self._weights(length) for length in (height, width))
        output = np.zeros((3, *(scale * side for side in image.shape[1:])))
        for top, down in rows:
            for left, across in columns:
                tile = np.ascontiguousarray(image[:, top : top + self.size, left : left + self.size], np.float32)
                region = np.s_[:, scale * top : scale * (top + self.size), scale * left : scale * (left + self.size)]
                output[region] += self._tile(tile) * down[:, None] * across
        edge = scale * self.tile.overlap
        return output[:, edge : edge + scale * height, edge : edge + scale * width].astype(np.float32)

    def _tile(self, image: NDArray[np.float32]) -> NDArray[np.float64]:
        output: NDArray[np.float64] = call_tile(self.session, self.tile, image[None])[0][0].astype(np.float64)
        if self.match_gain:
            mean_in, mean_out = float(image.mean(dtype=np.float64)), float(output.mean())
            if abs(mean_out) > MIN_MEAN_RATIO * abs(mean_in):
                output *= mean_in / mean_out
        return output

    def _weights(self, length: int) -> list[tuple[int, NDArray[np.float64]]]:
        """Start of each tile along a side, and the weights of its output pixels.

        The weights sum to 1 if a tile is at least four overlaps wide, which `check_tile` requires.
        """
        starts = range(0, -(-length // self._step) * self._step, self._step)
        return [(start, self._weight(start == starts[0], start == starts[-1])) for start in starts]

    def _weight(self, first: bool, last: bool) -> NDArray[np.float64]:
        scale, overlap = self.tile.scale, self.tile.overlap
        shared = 2 * overlap * scale
        rise = (np.arange(shared) + 0.5) / shared
        if not self.blend:
            rise = np.floor(rise + 0.5)
        weight = np.ones(self.size * scale)
        if not first:
            weight[:shared] *= rise
        if not last:
            weight[-shared:] *= rise[::-1]
        return weight

    @property
    def _step(self) -> int:
        return self.size - 2 * self.tile.overlap
