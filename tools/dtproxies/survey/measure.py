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
"""Side of the images in pixels; radii up to half of it are measured."""
LARGE_SIDE = 1024
"""Side of the image that distinguishes a large receptive field from the whole image."""
MAX_SLIDERS = 400
"""Maximum number of tested sliders; modules with more have long arrays of them."""
SLIDER_SIDE = 64
"""Side of the images on which sliders are tested."""
PATCH = 4
"""Side of the square that is changed to measure the receptive-field radius."""
BASES = 5
"""Number of positions of the other sliders at which a slider is tested: the defaults, and random ones."""
THRESHOLD = 1e-4
"""Minimum change that counts, as a fraction of white."""
LINEARITY = 1e-5
"""Maximum error of a linear module, as a fraction of the maximum value."""
LOCAL_RADIUS = 16
"""Maximum receptive-field radius of kind local, in pixels."""
TIMEOUT = 60.0
"""Maximum duration of a render in seconds."""
INTEGER_STEP = 4
"""Distance from the default at which integer sliders are tested: thousands of iterations would take hours."""

Values = dict[str, float | str]


@dataclass(frozen=True, kw_only=True)
class MeasuredModule:
    """Measured properties of a module."""

    input: str
    output: str
    kind: Kind
    reach: int | None
    """Receptive-field radius in pixels, at the defaults and at random sliders. Random ones are measured up to 126
    pixels, so that 126 means 126 or more; the defaults up to 510. None for the whole image."""
    acts: tuple[str, ...]
    """Sliders that change a pixel at some position of the other sliders."""
    idle: tuple[str, ...]
    """Sliders that changed no pixel at any tested position."""
    untried: int
    """Number of sliders after the first 400, which were not tested."""


def measure(darktable: Darktable, module: str) -> MeasuredModule:
    """Measure `module` by rendering it.

    Raises:
        WrongUsage: darktable has no such module.
        Failure: the module cannot be rendered alone.
    """
    with _open(darktable, module, SLIDER_SIDE) as renderer:
        space, fields = renderer.spaces[module], renderer.layouts[module].sliders
        bench = _Bench(renderer, module, _test_image(space, SLIDER_SIDE), WHITE[space.output])
        bases = [base for base in _bases(fields) if bench.works(base)]
        if not bases:
            raise Failure("every render of the module fails")
        acts = bench.acting(fields, bases)
    with _open(darktable, module, SIDE) as renderer:
        bench = _Bench(renderer, module, _test_image(space, SIDE), WHITE[space.output])
        bases = [base for base in bases if bench.works(base)]
        radius = bench.radius(bases)
        kind = bench.kind(bases, radius) if space.input != "raw" else "raw"
        if kind == "global":
            large = _Bench(renderer, module, _test_image(space, LARGE_SIDE), WHITE[space.output])
            radius = max(radius, large.radius(bases[:1]))
            kind = "multi-scale" if radius < LARGE_SIDE // 2 - PATCH else kind
    return MeasuredModule(
        input=space.input,
        output=space.output,
        kind=kind,
        reach=None if kind == "global" else radius,
        acts=tuple(acts),
        idle=tuple(name for name in list(fields)[:MAX_SLIDERS] if name not in acts),
        untried=max(0, len(fields) - MAX_SLIDERS),
    )


def _open(darktable: Darktable, module: str, side: int) -> Renderer:
    """Return a renderer of sensor data if the module works on it, else of images."""
    renderer = Renderer(darktable, [module], height=side, width=side, mosaic=True, timeout=TIMEOUT)
    if renderer.spaces[module].input == "raw":
        return renderer
    renderer.close()
    return Renderer(darktable, [module], height=side, width=side, timeout=TIMEOUT)


def _test_image(space: Spaces, side: int) -> Pixels:
    return np.asarray(to_space(chart(side, 5).pixels.astype(np.float64), space.input), np.float32)


def _bases(fields: Mapping[str, Field]) -> list[Values]:
    rng = np.random.default_rng(7)
    random: list[Values] = [
        {name: values[int(rng.integers(len(values)))] for name, field in fields.items() if (values := _values(field))}
        for _ in range(BASES - 1)
    ]
    return [{}, *random]


def _values(field: Field) -> list[float]:
    """Return values at which a slider is tested."""
    if field.choices:
        return list(map(float, field.choices.values()))
    if field.type == "bool":
        return [0.0, 1.0]
    if field.type != "float":
        low, high = (
            (field.min if field.min is not None else -INTEGER_STEP),
            (field.max if field.max is not None else INTEGER_STEP),
        )
        return [max(low, field.default - INTEGER_STEP), min(high, field.default + INTEGER_STEP)]
    low = field.min if field.min is not None else field.default - 1
    high = field.max if field.max is not None else field.default + 1
    return [low + (high - low) * fraction for fraction in (0.1, 0.45, 0.9)]


@dataclass(frozen=True, eq=False)
class _Bench:
    """Module, renderer and test image of a measurement."""

    renderer: Renderer
    module: str
    image: Pixels
    peak: float
    """Value of white in the module's output."""

    def render(self, image: Pixels, sliders: Values) -> Pixels:
        return self.renderer.render(self.module, image, sliders)

    def works(self, base: Values) -> bool:
        try:
            return bool(np.isfinite(self.render(self.image, base)).any())
        except Failure:
            return False

    def acting(self, fields: Mapping[str, Field], bases: Sequence[Values]) -> list[str]:
        remaining, acting = list(fields)[:MAX_SLIDERS], set()
        for base in bases:
            if not self.works(base):
                continue  # darktable sometimes crashes at this position
            reference = self.render(self.image, base)
            acting |= {name for name in remaining if self._acts(reference, base, fields[name])}
            remaining = [name for name in remaining if name not in acting]
        return [name for name in fields if name in acting]

    def _acts(self, reference: Pixels, base: Values, field: Field) -> bool:
        for value in _values(field):
            try:
                if not np.array_equal(self.render(self.image, {**base, field.name: value}), reference, equal_nan=True):
                    return True
            except Failure:
                continue  # the module rejects this value at this position
        return False

    def radius(self, bases: Sequence[Values]) -> int:
        """Return the largest distance from a changed square at which the output differs, in pixels."""
        low = len(self.image) // 2 - PATCH // 2
        changed = self.image.copy()
        changed[low : low + PATCH, low : low + PATCH] *= 0.25
        radius = 0
        for base in bases:
            try:
                outputs = [self.render(image, base) for image in (changed, self.image)]
            except Failure:
                continue
            with np.errstate(invalid="ignore"):
                difference = np.abs(outputs[0] - outputs[1]).max(axis=2)
            for indices in np.nonzero(difference > THRESHOLD * self.peak):
                outside = np.maximum(low - indices, indices - (low + PATCH - 1))
                radius = max(radius, int(outside.max(initial=0)))
        return radius

    def kind(self, bases: Sequence[Values], radius: int) -> Kind:
        if any(self._depends_on_position(base) for base in bases):
            return "position"
        if radius >= SIDE // 2 - PATCH:
            return "global"
        if radius:
            return "local" if radius <= LOCAL_RADIUS else "multi-scale"
        if all(self._is_linear(base) for base in bases):
            return "exact"
        return "curve" if all(self._channels_are_independent(base) for base in bases) else "colour"

    def _depends_on_position(self, base: Values) -> bool:
        """Return whether the output of an image of one colour has several colours."""
        colour = np.median(self.image, axis=(0, 1))
        output = self.render(np.broadcast_to(colour, self.image.shape).astype(np.float32), base)
        return bool(np.nan_to_num(np.ptp(output, axis=(0, 1))).max() > 10 * THRESHOLD * self.peak)

    def _is_linear(self, base: Values) -> bool:
        """Return whether the output for the mean of two images is the mean of their outputs."""
        flipped = np.ascontiguousarray(self.image[::-1])
        outputs = [self.render(image, base).astype(np.float64) for image in (self.image, flipped)]
        middle = self.render(((self.image + flipped) / 2).astype(np.float32), base)
        error = np.abs(middle - (outputs[0] + outputs[1]) / 2).max()
        return bool(error <= LINEARITY * max(1e-9, np.abs(outputs[0]).max()))

    def _channels_are_independent(self, base: Values) -> bool:
        """Return whether each output channel depends on the same input channel only."""
        reference = self.render(self.image, base)
        for channel in range(self.image.shape[2]):
            changed = self.image.copy()
            changed[..., channel] *= 0.5
            others = [one for one in range(self.image.shape[2]) if one != channel]
            if np.abs(self.render(changed, base) - reference)[..., others].max() > THRESHOLD * self.peak:
                return False
        return True
