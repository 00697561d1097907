"""Measure a darktable module by rendering: sliders with an effect, receptive-field radius, and kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dtbase.system.errors import Failure
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import Field
from dtproxies.darktable.renderer import Renderer, Spaces
from dtproxies.images.image import Pixels, chart
from dtproxies.images.module_spaces import WHITE, to_space
from dtproxies.vocabulary.module import Kind

SIDE = 256
"""Of the images, in pixels; reach is seen up to half of it."""
LARGE = 1024
"""Of the image that tells a far reach from one that has no end."""
MOST = 400
"""Sliders that are tried; a module that has more has them in long lists."""
SMALL = 64
"""Of those on which sliders are tried."""
PATCH = 4
"""Side of the square that is changed to see how far that is felt."""
BASES = 5
"""Positions of the other sliders at which each slider is tried: the defaults, and random ones."""
FELT = 1e-4
"""Smallest change that counts, as a share of white."""
EXACT = 1e-5
"""Largest error, as a share of the largest value, of what counts as a straight line."""
LOCAL = 16
"""Largest reach in pixels that is called local."""
PATIENCE = 60.0
"""Seconds that a render may take."""
FEW = 4
"""Counts are tried this far from their default: thousands of iterations would take hours."""

Values = dict[str, float | str]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Measured properties of a module."""

    input: str
    output: str
    kind: Kind
    reach: int | None
    """In pixels, at the defaults and at random sliders. Random ones are followed for 126 pixels, so that 126 stands for
    that or more; the defaults for 510. None when all of the image is felt everywhere."""
    acts: tuple[str, ...]
    """Sliders that move some pixel of some image at some position of the others."""
    idle: tuple[str, ...]
    """Sliders that were never seen to move one."""
    untried: int
    """Sliders beyond the first 400, which were not tried."""


def measure(darktable: Darktable, module: str) -> Measured:
    """Render through `module` and measure it.

    Raises:
        WrongUsage: no such module.
        Failure: it cannot be rendered alone.
    """
    with _open(darktable, module, SMALL) as renderer:
        space, fields = renderer.spaces[module], renderer.layouts[module].sliders
        bench = _Bench(renderer, module, _picture(space, SMALL), WHITE[space.output])
        bases = [base for base in _bases(fields) if bench.works(base)]
        if not bases:
            raise Failure("every render of it fails")
        acts = bench.acting(fields, bases)
    with _open(darktable, module, SIDE) as renderer:
        bench = _Bench(renderer, module, _picture(space, SIDE), WHITE[space.output])
        bases = [base for base in bases if bench.works(base)]
        reach = bench.reach(bases)
        kind = bench.kind(bases, reach) if space.input != "raw" else "raw"
        if kind == "global":
            far = _Bench(renderer, module, _picture(space, LARGE), WHITE[space.output])
            reach = max(reach, far.reach(bases[:1]))
            kind = "multi-scale" if reach < LARGE // 2 - PATCH else kind
    return Measured(
        input=space.input,
        output=space.output,
        kind=kind,
        reach=None if kind == "global" else reach,
        acts=tuple(acts),
        idle=tuple(name for name in list(fields)[:MOST] if name not in acts),
        untried=max(0, len(fields) - MOST),
    )


def _open(darktable: Darktable, module: str, side: int) -> Renderer:
    """Return a renderer on sensor data, if the module works on it, or else on images."""
    renderer = Renderer(darktable, [module], height=side, width=side, mosaic=True, timeout=PATIENCE)
    if renderer.spaces[module].input == "raw":
        return renderer
    renderer.close()
    return Renderer(darktable, [module], height=side, width=side, timeout=PATIENCE)


def _picture(space: Spaces, side: int) -> Pixels:
    return np.asarray(to_space(chart(side, 5).pixels.astype(np.float64), space.input), np.float32)


def _bases(fields: Mapping[str, Field]) -> list[Values]:
    rng = np.random.default_rng(7)
    drawn: list[Values] = [
        {name: values[int(rng.integers(len(values)))] for name, field in fields.items() if (values := _values(field))}
        for _ in range(BASES - 1)
    ]
    return [{}, *drawn]


def _values(field: Field) -> list[float]:
    """Return values at which a slider is tried."""
    if field.choices:
        return list(map(float, field.choices.values()))
    if field.type == "bool":
        return [0.0, 1.0]
    if field.type != "float":
        low, high = (field.min if field.min is not None else -FEW), (field.max if field.max is not None else FEW)
        return [max(low, field.default - FEW), min(high, field.default + FEW)]
    low = field.min if field.min is not None else field.default - 1
    high = field.max if field.max is not None else field.default + 1
    return [low + (high - low) * share for share in (0.1, 0.45, 0.9)]


@dataclass(frozen=True, eq=False)
class _Bench:
    """A module and a test image."""

    renderer: Renderer
    module: str
    image: Pixels
    peak: float
    """White, in the module's output."""

    def render(self, image: Pixels, sliders: Values) -> Pixels:
        return self.renderer.render(self.module, image, sliders)

    def works(self, base: Values) -> bool:
        try:
            return bool(np.isfinite(self.render(self.image, base)).any())
        except Failure:
            return False

    def acting(self, fields: Mapping[str, Field], bases: Sequence[Values]) -> list[str]:
        left, acting = list(fields)[:MOST], set()
        for base in bases:
            if not self.works(base):
                continue  # darktable crashes at some positions now and then
            plain = self.render(self.image, base)
            acting |= {name for name in left if self._acts(plain, base, fields[name])}
            left = [name for name in left if name not in acting]
        return [name for name in fields if name in acting]

    def _acts(self, plain: Pixels, base: Values, field: Field) -> bool:
        for value in _values(field):
            try:
                if not np.array_equal(self.render(self.image, {**base, field.name: value}), plain, equal_nan=True):
                    return True
            except Failure:
                continue  # no value for this module in this state
        return False

    def reach(self, bases: Sequence[Values]) -> int:
        """Return the largest distance from a changed square at which the output differs, in pixels."""
        low = len(self.image) // 2 - PATCH // 2
        changed = self.image.copy()
        changed[low : low + PATCH, low : low + PATCH] *= 0.25
        farthest = 0
        for base in bases:
            try:
                ends = [self.render(image, base) for image in (changed, self.image)]
            except Failure:
                continue
            with np.errstate(invalid="ignore"):
                apart = np.abs(ends[0] - ends[1]).max(axis=2)
            for felt in np.nonzero(apart > FELT * self.peak):
                outside = np.maximum(low - felt, felt - (low + PATCH - 1))
                farthest = max(farthest, int(outside.max(initial=0)))
        return farthest

    def kind(self, bases: Sequence[Values], reach: int) -> Kind:
        if any(self._depends_on_place(base) for base in bases):
            return "position"
        if reach >= SIDE // 2 - PATCH:
            return "global"
        if reach:
            return "local" if reach <= LOCAL else "multi-scale"
        if all(self._straight(base) for base in bases):
            return "exact"
        return "curve" if all(self._channels_apart(base) for base in bases) else "colour"

    def _depends_on_place(self, base: Values) -> bool:
        """Return whether an image of one colour gets several colours."""
        colour = np.median(self.image, axis=(0, 1))
        made = self.render(np.broadcast_to(colour, self.image.shape).astype(np.float32), base)
        return bool(np.nan_to_num(np.ptp(made, axis=(0, 1))).max() > 10 * FELT * self.peak)

    def _straight(self, base: Values) -> bool:
        """Return whether the output for the mean of two images is the mean of their outputs."""
        other = np.ascontiguousarray(self.image[::-1])
        ends = [self.render(one, base).astype(np.float64) for one in (self.image, other)]
        middle = self.render(((self.image + other) / 2).astype(np.float32), base)
        apart = np.abs(middle - (ends[0] + ends[1]) / 2).max()
        return bool(apart <= EXACT * max(1e-9, np.abs(ends[0]).max()))

    def _channels_apart(self, base: Values) -> bool:
        """Return whether each output channel depends on the same input channel only."""
        plain = self.render(self.image, base)
        for channel in range(self.image.shape[2]):
            changed = self.image.copy()
            changed[..., channel] *= 0.5
            others = [one for one in range(self.image.shape[2]) if one != channel]
            if np.abs(self.render(changed, base) - plain)[..., others].max() > FELT * self.peak:
                return False
        return True
