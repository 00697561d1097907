"""Steps of a pipeline: its modules in darktable's order, with the values of their sliders."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dtbase.system.discovery import plugin_names
from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtproxies import modules
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import Order
from dtproxies.pipeline.request import ModuleRequest, Request
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

    @property
    def module(self) -> Module:
        """Description of the module."""
        return self.definition.module


def proxied_modules(request: Request, skip: Collection[str]) -> list[ModuleRequest]:
    """Return the modules of a request that have proxies.

    Raises:
        Failure: some modules have no proxy and are not skipped; the message lists all of them.
        WrongUsage: a module to skip is not in the pipeline.
        NothingToDo: no module is left.
    """
    names = {one.module for one in request.modules}
    for name in skip:
        if name not in names:
            raise WrongUsage(f"the pipeline has no module {name} to skip", fix=did_you_mean(name, names))
    remaining = [one for one in request.modules if one.module not in skip]
    _reject({one.module: why for one in remaining if (why := _obstacle(one))}, skip)
    if not remaining:
        raise NothingToDo("no module is enabled", fix="enable one")
    return remaining


def ordered_steps(
    requested: Sequence[ModuleRequest], order: Order, layouts: Mapping[str, ModuleLayout]
) -> list[PipelineStep]:
    """Return the modules in darktable's order.

    Args:
        requested: result of `proxied_modules`.
        order: darktable's module order.
        layouts: parameter layouts of the modules, with darktable's defaults.

    Raises:
        Failure: a sidecar sets parameters that proxies do not support; the message lists all of them.
        WrongUsage: an unknown slider or choice, or a value outside the slider's range.
    """
    _reject({one.module: why for one in requested if (why := _unsupported_settings(one, layouts[one.module]))})
    ordered = sorted(requested, key=lambda one: order.position(one.module))
    return [_build_step(one, order, layouts[one.module]) for one in ordered]


def space_at(space: Space, position: float, order: Order) -> Space:
    """Return the RGB space of a module by its position: before the input profile, after the output one, or between."""
    if space in ("lab", "raw"):
        return space
    if position < order.position("colorin"):
        return "input-rgb"
    return "display" if position > order.position("colorout") else "work-rgb"


def _reject(obstacles: Mapping[str, str], skip: Collection[str] = ()) -> None:
    if obstacles:
        reasons = "\n".join(f"  {name}: {why}" for name, why in obstacles.items())
        fix = f"leave them out with --skip {','.join([*skip, *obstacles])}"
        raise Failure(f"proxies cannot replace all modules:\n{reasons}", fix=fix)


def _obstacle(one: ModuleRequest) -> str:
    if one.module not in plugin_names(modules):
        return "it has no proxy"
    module = load_definition(one.module).module
    if module.space == "raw":
        return "it works on sensor data, but a pipeline starts from an image"
    if one.version is not None and one.version != module.version:
        return f"its parameters are of version {one.version}, but its proxy imitates version {module.version}"
    return one.obstacle


def _build_step(one: ModuleRequest, order: Order, layout: ModuleLayout) -> PipelineStep:
    definition = load_definition(one.module)
    module, position = definition.module, order.position(one.module)
    known = {slider.name: slider for slider in module.sliders}
    requested = one.sliders
    if one.params is not None:
        requested = {name: value for name, value in layout.unpack(one.params).items() if name in known}
    for name in [*requested, *(one.free or ())]:
        if name not in known:
            raise WrongUsage(f"the proxy of {module.name} has no slider '{name}'", fix=did_you_mean(name, known))
    values = {name: _value(slider, requested.get(name, slider.default), module) for name, slider in known.items()}
    return PipelineStep(
        definition=definition,
        sliders=values,
        free=tuple(known) if one.free is None else one.free,
        # The input is just before the module, the output just after it.
        space=space_at(module.space, position - 0.5, order),
        result_space=space_at(module.result_space, position + 0.5, order),
    )


def _unsupported_settings(one: ModuleRequest, layout: ModuleLayout) -> str:
    """Return the sidecar's settings that the proxy does not support, as text; empty if there are none."""
    if one.params is None:
        return ""
    module = load_definition(one.module).module
    values, fixed = layout.unpack(one.params), layout.unpack(layout.pack(module.fixed))
    sliders = {slider.name for slider in module.sliders}
    other = [name for name in values if name not in sliders and not _same(values[name], fixed[name])]
    settings = ", ".join(f"{name} at {values[name]:g} (fixed at {fixed[name]:g})" for name in other)
    return f"its proxy does not support {settings}" if settings else ""


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= RELATIVE_TOLERANCE * max(1e-3, abs(one), abs(other))


def _value(slider: Slider, value: float | str, module: Module) -> float:
    choices = dict(slider.choices)
    number = choices.get(value) if isinstance(value, str) else value
    inside = number is not None and slider.low - RELATIVE_TOLERANCE <= number <= slider.high + RELATIVE_TOLERANCE
    if number is None or not inside or (choices and number not in choices.values()):
        allowed = ", ".join(choices) if choices else f"{slider.low:g} to {slider.high:g}"
        raise WrongUsage(f"{slider.name}={value} is outside the range of its proxy: {allowed}", where=module.name)
    return float(number)
