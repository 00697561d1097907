"""Parameters of a sidecar or a style, as the proxies take them.

darktable converts parameters of earlier versions. A parameter that a proxy holds at another value is accepted if
darktable renders the image the same with both values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dtbase.system.errors import Failure
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import Order
from dtproxies.images.image import Pixels
from dtproxies.images.module_spaces import convert
from dtproxies.pipeline.obstacles import reject
from dtproxies.pipeline.request import ModuleRequest
from dtproxies.pipeline.steps import LINEAR, RELATIVE_TOLERANCE, space_at
from dtproxies.proxy.definition import load_definition
from dtproxies.vocabulary.module import Module

BRIGHTER = 8
"""Factor of the second image that both values are rendered on: it has highlights above white."""


class ParameterRenderer(Protocol):
    """What is needed of `dtproxies.darktable.renderer.Renderer`."""

    layouts: Mapping[str, ModuleLayout]

    def upgrade(self, module: str, params: bytes, version: int) -> bytes:
        """Convert parameters of an earlier version."""
        ...

    def render_parameters(self, module: str, image: NDArray[np.float32], params: bytes) -> NDArray[np.float32]:
        """Render one image with a parameter struct."""
        ...


def supported_parameters(
    requested: Sequence[ModuleRequest],
    order: Order,
    renderer: ParameterRenderer,
    light: Pixels,
    skip: Collection[str] = (),
) -> list[ModuleRequest]:
    """Return the modules with their parameters in the version of the installed darktable.

    Args:
        requested: result of `proxied_modules`.
        order: darktable's module order.
        renderer: darktable, opened for these modules.
        light: image that the modules will get, H x W x 3, linear Rec709.
        skip: modules that are left out already, for the message.

    Raises:
        Failure: darktable cannot convert parameters, or proxies do not support them; the message lists all of them.
    """
    converted, obstacles = [], {}
    for one in requested:
        try:
            converted.append(_current(one, renderer))
            obstacles[one.module] = _unsupported(converted[-1], order, renderer, light)
        except Failure as exc:
            obstacles[one.module] = exc.what
    reject({name: why for name, why in obstacles.items() if why}, skip)
    return converted


def _current(one: ModuleRequest, renderer: ParameterRenderer) -> ModuleRequest:
    layout = renderer.layouts[one.module]
    if one.params is None or one.version in (None, layout.version):
        return replace(one, params=layout.defaults) if one.params == b"" else one
    return replace(one, params=renderer.upgrade(one.module, one.params, one.version), version=layout.version)


def _unsupported(one: ModuleRequest, order: Order, renderer: ParameterRenderer, light: Pixels) -> str:
    """Return the settings that the proxy does not support, as text; empty if there are none."""
    if one.params is None:
        return ""
    module, layout = load_definition(one.module).module, renderer.layouts[one.module]
    others = other_settings(one.params, module, layout)
    if not others:
        return ""
    space = space_at(module.space, order.position(module.name) - 0.5, order)
    supported = layout.pack(others, one.params)
    if all(
        _equal_renders(
            renderer, module.name, np.asarray(convert(image, LINEAR, space), np.float32), one.params, supported
        )
        for image in (light.astype(np.float64), light.astype(np.float64) * BRIGHTER)
    ):
        return ""
    return unsupported_text(one.params, others, layout)


def other_settings(params: bytes, module: Module, layout: ModuleLayout) -> Mapping[str, float]:
    """Return the parameters that the proxy holds at another value than `params`, with the proxy's value."""
    values, fixed = layout.unpack(params), layout.unpack(layout.pack(module.fixed))
    sliders = {slider.name for slider in module.sliders}
    return {name: fixed[name] for name in values if name not in sliders and not _same(values[name], fixed[name])}


def unsupported_text(params: bytes, others: Mapping[str, float], layout: ModuleLayout) -> str:
    """Name parameters that the proxy does not support, with both values."""
    values = layout.unpack(params)
    settings = ", ".join(f"{name} at {values[name]:g} (fixed at {fixed:g})" for name, fixed in others.items())
    return f"its proxy does not support {settings}"


def _equal_renders(renderer: ParameterRenderer, module: str, image: Pixels, *params: bytes) -> bool:
    first, second = (renderer.render_parameters(module, image, each) for each in params)
    return np.array_equal(first, second, equal_nan=True)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= RELATIVE_TOLERANCE * max(1e-3, abs(one), abs(other))
