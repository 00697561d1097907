"""An object from clicks or a box, by the loop that darktable's object mask runs after each click."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import distance_transform_edt, label

from dtmodels.card.model import Prompt
from dtmodels.tasks._decoder import SIDE
from dtmodels.tasks._demo import resize
from dtmodels.tasks._segment import Decoder, Point, select_best_mask

ON_OBJECT, OFF_OBJECT, TOP_LEFT, BOTTOM_RIGHT = 1.0, 0.0, 2.0, 3.0
"""Labels of points."""
PASSES = 2
"""Decodes for one click, darktable's default."""
THRESHOLD = 0.5
"""Probability from which a pixel belongs to the object."""
MIN_OVERLAP = 0.99
"""Masks that overlap more than this end the loop."""
MIN_DEPTH, MIN_DISTANCE = 4.0, 8.0
"""Pixels: how deep inside the mask an added point must lie, and how far from the others."""
BOX_MARGIN = 0.05
"""What is added around the mask on each side to make a box of it."""
Mask = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The object that clicks selected."""

    mask: Mask
    """height x width of the image, probabilities; only the part that was clicked."""
    quality: float
    """The network's own guess of its overlap with the object; 1 where it makes none."""
    decodes: int


@dataclass(slots=True, kw_only=True)
class InteractiveSession:
    """A user at one image. darktable refines edges further, by a bilateral filter and a random field; not so here."""

    decoder: Decoder
    height: int
    width: int
    _memory: NDArray[np.float32] | None = field(default=None, init=False)
    _decodes: int = field(default=0, init=False)

    def select(self, prompt: Prompt) -> Selection:
        """Click what the prompt says, one after the other; start with its box where it has one.

        Raises:
            GraphFailure: ONNX Runtime refuses a decode.
        """
        self._memory, self._decodes = None, 0
        box = self._corners(prompt)
        clicks = [(*self._pixel(*place), ON_OBJECT) for place in prompt.points]
        clicks += [(*self._pixel(*place), OFF_OBJECT) for place in prompt.beside]
        turns = [clicks[: count + 1] for count in range(len(clicks))] or [[]]
        found = [self._refined([*box, *turn], boxed=bool(box)) for turn in turns][-1]
        seed = next((click for click in reversed(clicks) if click[2] == ON_OBJECT), None) or _centre(box)
        return replace(found, mask=_part(found.mask, seed), decodes=self._decodes)

    def _refined(self, points: list[Point], *, boxed: bool) -> Selection:
        """Decode; then add a point deep inside what came out, and a box around it, and decode again."""
        found = self._decode(points)
        boxed = boxed or self.decoder.arch != "sam2"
        for _ in range(PASSES - 1):
            inside = found.mask > THRESHOLD
            more = [*_deepest(inside, points), *([] if boxed else _around(inside))]
            if not more:
                break
            points, boxed = [*points, *more], True
            previous, found = inside, self._decode(points)
            if _overlap(previous, found.mask > THRESHOLD) > MIN_OVERLAP:
                break
        return found

    def _decode(self, points: list[Point]) -> Selection:
        scale = SIDE / max(self.height, self.width)
        outputs = self.decoder.decode([(x * scale, y * scale, kind) for x, y, kind in points], self._memory).outputs
        self._decodes += 1
        chosen = select_best_mask(self.decoder.arch, outputs)
        self._memory = chosen.memory
        side = chosen.mask.shape[-1]
        rows, columns = (max(round(length * scale * side / SIDE), 1) for length in (self.height, self.width))
        mask = resize(chosen.mask[:rows, :columns], self.width, self.height, Image.Resampling.BILINEAR)
        if self.decoder.arch == "sam2":
            mask = 1 / (1 + np.exp(-np.clip(mask, -60, 60)))
        return Selection(mask=mask, quality=chosen.quality, decodes=self._decodes)

    def _pixel(self, across: float, down: float) -> tuple[float, float]:
        return min(across * self.width, self.width - 1), min(down * self.height, self.height - 1)

    def _corners(self, prompt: Prompt) -> list[Point]:
        if prompt.box is None:
            return []
        left, top, right, bottom = prompt.box
        return [(*self._pixel(left, top), TOP_LEFT), (*self._pixel(right, bottom), BOTTOM_RIGHT)]


def _deepest(inside: NDArray[np.bool_], points: list[Point]) -> list[Point]:
    """The pixel farthest from the mask's edge, where that is deep enough and not near a point on the object."""
    if inside.all():
        return []
    depth = np.asarray(distance_transform_edt(inside))
    rows, columns = np.ogrid[: depth.shape[0], : depth.shape[1]]
    for x, y, kind in points:
        if kind == ON_OBJECT:
            depth = np.where((columns - x) ** 2 + (rows - y) ** 2 < MIN_DISTANCE**2, 0, depth)
    row, column = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return [(float(column), float(row), ON_OBJECT)] if depth[row, column] > MIN_DEPTH else []


def _around(inside: NDArray[np.bool_]) -> list[Point]:
    """Two corners of a box around the mask; none around an empty one."""
    if not inside.any():
        return []
    ends = []
    for axis in (1, 0):
        places = np.flatnonzero(inside.any(axis=1 - axis))
        more = int((places[-1] - places[0]) * BOX_MARGIN) + 1
        ends.append((max(int(places[0]) - more, 0), min(int(places[-1]) + more, inside.shape[axis] - 1)))
    (left, right), (top, bottom) = ends
    return [(float(left), float(top), TOP_LEFT), (float(right), float(bottom), BOTTOM_RIGHT)]


def _overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    both = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / both if both else 0.0


def _part(mask: Mask, seed: Point | None) -> Mask:
    """The connected part of a mask that was clicked last, or its largest where the click is outside."""
    parts, count = label(mask > THRESHOLD)
    if not count:
        return mask
    kept = int(parts[int(seed[1]), int(seed[0])]) if seed else 0
    kept = kept or int(np.argmax(np.bincount(parts.ravel())[1:])) + 1
    return np.where((parts == kept) | (mask <= THRESHOLD), mask, 0)


def _centre(box: list[Point]) -> Point | None:
    return ((box[0][0] + box[1][0]) / 2, (box[0][1] + box[1][1]) / 2, ON_OBJECT) if box else None
