"""Steps of a pipeline: its modules in darktable's order, with the values of their sliders."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import Order
from dtproxies.pipeline.request import ModuleRequest
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.vocabulary.module import Module, Slider, Space

LINEAR: Space = "input-rgb"
"""Colour space of an image before the first module: linear Rec709."""
RELATIVE_TOLERANCE = 1e-6
"""Values with a smaller relative difference count as equal, because darktable stores float32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineStep:
    """One module of a pipeline."""

    definition: ProxyDefinition
    sliders: Mapping[str, float]
    """Values of all sliders of the proxy, in its order."""
    free: tuple[str, ...]
    """Names of the sliders that a search may change."""
    space: Space
    """Colour space of the input pixels, which depends on the position in the pipe."""
    result_space: Space
    """Colour space of the output pixels."""
    params: bytes | None = None
    """Parameter struct of an edit, whose values beyond the sliders stay; None for the proxy's own."""

    def encoded(self, layout: ModuleLayout) -> bytes:
        """Return the parameter struct for darktable."""
        if self.params is None:
            return layout.pack(self.module.parameters(self.sliders))
        return layout.pack(self.sliders, self.params)

    @property
    def module(self) -> Module:
        """Description of the module."""
        return self.definition.module


def ordered_steps(
    requested: Sequence[ModuleRequest], order: Order, layouts: Mapping[str, ModuleLayout]
) -> list[PipelineStep]:
    """Return the modules in darktable's order.

    Args:
        requested: modules with proxies; parameters of an edit as `supported_parameters` returns them.
        order: darktable's module order.
        layouts: parameter layouts of the modules, with darktable's defaults.

    Raises:
        WrongUsage: an unknown slider or choice, or a value outside the slider's range.
    """
    ordered = sorted(requested, key=lambda one: order.position(one.module))
    return [build_step(one, order.position(one.module), order, layouts[one.module]) for one in ordered]


def space_at(space: Space, position: float, order: Order) -> Space:
    """Return the RGB space of a module by its position: before the input profile, after the output one, or between."""
    if space in ("lab", "raw"):
        return space
    if position < order.position("colorin"):
        return "input-rgb"
    return "display" if position > order.position("colorout") else "work-rgb"


def build_step(
    one: ModuleRequest, position: float, order: Order, layout: ModuleLayout, *, beyond: bool = False
) -> PipelineStep:
    """Return the step of one module at a position in the order.

    Args:
        one: module with its slider values or its parameters.
        position: position of the module in the order.
        order: darktable's module order.
        layout: parameter layout of the module, with darktable's defaults.
        beyond: accept values outside the range that the proxy was fitted and evaluated on.

    Raises:
        WrongUsage: as `ordered_steps`.
    """
    definition = load_definition(one.module)
    module = definition.module
    known = {slider.name: slider for slider in module.sliders}
    requested = one.sliders
    if one.params is not None:
        requested = {name: value for name, value in layout.unpack(one.params).items() if name in known}
    for name in [*requested, *(one.free or ())]:
        if name not in known:
            raise WrongUsage(f"the proxy of {module.name} has no slider '{name}'", fix=did_you_mean(name, known))
    values = {
        name: _value(slider, requested.get(name, slider.default), module, beyond=beyond)
        for name, slider in known.items()
    }
    return PipelineStep(
        definition=definition,
        sliders=values,
        free=tuple(known) if one.free is None else one.free,
        # The input is just before the module, the output just after it.
        space=space_at(module.space, position - 0.5, order),
        result_space=space_at(module.result_space, position + 0.5, order),
        params=one.params,
    )


def _value(slider: Slider, value: float | str, module: Module, *, beyond: bool) -> float:
    choices = dict(slider.choices)
    number = choices.get(value) if isinstance(value, str) else value
    low, high = slider.low - RELATIVE_TOLERANCE, slider.high + RELATIVE_TOLERANCE
    inside = number is not None and (low <= number <= high or (beyond and math.isfinite(number)))
    if number is None or not inside or (choices and number not in choices.values()):
        allowed = ", ".join(choices) if choices else f"{slider.low:g} to {slider.high:g}"
        raise WrongUsage(f"{slider.name}={value} is outside the range of its proxy: {allowed}", where=module.name)
    return float(number)
