"""Interactive segmentation: the loop that darktable's object mask runs after each click or box."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import distance_transform_edt, label

from dtmodels.card.model import Prompt
from dtmodels.tasks._demo import resize
from dtmodels.tasks._segment import Decoder, Point, select_best_mask

ON_OBJECT, OFF_OBJECT, TOP_LEFT, BOTTOM_RIGHT = 1.0, 0.0, 2.0, 3.0
"""Labels of points."""
PASSES = 2
"""Number of decodes per click, darktable's default."""
THRESHOLD = 0.5
"""Probability above which a pixel belongs to the object."""
MIN_OVERLAP = 0.99
"""The loop ends when two masks overlap (IoU) by more than this."""
MIN_DEPTH, MIN_DISTANCE = 4.0, 8.0
"""Minimum distance in pixels of an added point from the mask's edge, and from other points."""
BOX_MARGIN = 0.05
"""Margin of the box around a mask on each side, as a fraction of its size."""
Mask = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Object that clicks selected."""

    mask: Mask
    """Probabilities, height x width of the image; only the clicked part."""
    quality: float
    """Predicted overlap (IoU) with the object; 1 if the network predicts none."""
    decodes: int


@dataclass(slots=True, kw_only=True)
class InteractiveSession:
    """State of a user's clicks on one image. darktable's further refinement of edges is not implemented."""

    decoder: Decoder
    height: int
    width: int
    _memory: NDArray[np.float32] | None = field(default=None, init=False)
    _decodes: int = field(default=0, init=False)

    def select(self, prompt: Prompt) -> Selection:
        """Click the points of a prompt sequentially, starting with its box, if any.

        Raises:
            GraphFailure: ONNX Runtime fails a decode.
        """
        self._memory, self._decodes = None, 0
        box = self._corners(prompt)
        clicks = [(*self._pixel(*position), ON_OBJECT) for position in prompt.points]
        clicks += [(*self._pixel(*position), OFF_OBJECT) for position in prompt.beside]
        turns = [clicks[: count + 1] for count in range(len(clicks))] or [[]]
        selection = [self._refine([*box, *turn], boxed=bool(box)) for turn in turns][-1]
        seed = next((click for click in reversed(clicks) if click[2] == ON_OBJECT), None) or _centre(box)
        return replace(selection, mask=_part(selection.mask, seed), decodes=self._decodes)

    def _refine(self, points: list[Point], *, boxed: bool) -> Selection:
        """Decode, then add a point deep inside the mask and a box around it, and decode again."""
        selection = self._decode(points)
        boxed = boxed or not self.decoder.settings.interface.several
        for _ in range(PASSES - 1):
            inside = selection.mask > THRESHOLD
            added = [*_deepest(inside, points), *([] if boxed else _box_around(inside))]
            if not added:
                break
            points, boxed = [*points, *added], True
            previous, selection = inside, self._decode(points)
            if _overlap(previous, selection.mask > THRESHOLD) > MIN_OVERLAP:
                break
        return selection

    def _decode(self, points: list[Point]) -> Selection:
        scale = self.decoder.settings.side / max(self.height, self.width)
        outputs = self.decoder.decode([(x * scale, y * scale, kind) for x, y, kind in points], self._memory).outputs
        self._decodes += 1
        best = select_best_mask(self.decoder.settings, outputs)
        self._memory = best.memory
        side = best.mask.shape[-1]
        scale *= side / self.decoder.settings.side
        rows, columns = (max(round(length * scale), 1) for length in (self.height, self.width))
        mask = resize(best.mask[:rows, :columns], self.width, self.height, Image.Resampling.BILINEAR)
        if self.decoder.settings.interface.several:
            mask = 1 / (1 + np.exp(-np.clip(mask, -60, 60)))
        return Selection(mask=mask, quality=best.quality, decodes=self._decodes)

    def _pixel(self, across: float, down: float) -> tuple[float, float]:
        return min(across * self.width, self.width - 1), min(down * self.height, self.height - 1)

    def _corners(self, prompt: Prompt) -> list[Point]:
        if prompt.box is None:
            return []
        left, top, right, bottom = prompt.box
        return [(*self._pixel(left, top), TOP_LEFT), (*self._pixel(right, bottom), BOTTOM_RIGHT)]


def _deepest(inside: NDArray[np.bool_], points: list[Point]) -> list[Point]:
    """Pixel farthest from the mask's edge, if it is deep enough and far enough from points on the object."""
    if inside.all():
        return []
    depth = np.asarray(distance_transform_edt(inside))
    rows, columns = np.ogrid[: depth.shape[0], : depth.shape[1]]
    for x, y, kind in points:
        if kind == ON_OBJECT:
            depth = np.where((columns - x) ** 2 + (rows - y) ** 2 < MIN_DISTANCE**2, 0, depth)
    row, column = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return [(float(column), float(row), ON_OBJECT)] if depth[row, column] > MIN_DEPTH else []


def _box_around(inside: NDArray[np.bool_]) -> list[Point]:
    """Two corners of a box around the mask; empty for an empty mask."""
    if not inside.any():
        return []
    ends = []
    for axis in (1, 0):
        indices = np.flatnonzero(inside.any(axis=1 - axis))
        margin = int((indices[-1] - indices[0]) * BOX_MARGIN) + 1
        ends.append((max(int(indices[0]) - margin, 0), min(int(indices[-1]) + margin, inside.shape[axis] - 1)))
    (left, right), (top, bottom) = ends
    return [(float(left), float(top), TOP_LEFT), (float(right), float(bottom), BOTTOM_RIGHT)]


def _overlap(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    union = int(np.count_nonzero(first | second))
    return int(np.count_nonzero(first & second)) / union if union else 0.0


def _part(mask: Mask, seed: Point | None) -> Mask:
    """Connected part of a mask under the last click, or its largest part if the click is outside."""
    parts, count = label(mask > THRESHOLD)
    if not count:
        return mask
    selected = int(parts[int(seed[1]), int(seed[0])]) if seed else 0
    selected = selected or int(np.argmax(np.bincount(parts.ravel())[1:])) + 1
    return np.where((parts == selected) | (mask <= THRESHOLD), mask, 0)


def _centre(box: list[Point]) -> Point | None:
    return ((box[0][0] + box[1][0]) / 2, (box[0][1] + box[1][1]) / 2, ON_OBJECT) if box else None
