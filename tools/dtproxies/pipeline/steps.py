"""The modules of a pipeline in darktable's order, with the values of their sliders."""

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
"""Of an image before the first module: linear Rec709."""
CLOSE = 1e-6
"""Values that differ less, as a share, are the same number in single precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineStep:
    """One module of a pipeline."""

    definition: ProxyDefinition
    sliders: Mapping[str, float]
    """All of the proxy's, in its order."""
    free: tuple[str, ...]
    """Those that may be searched for."""
    space: Space
    """Of the pixels it gets at its place in the pipe."""
    result_space: Space

    @property
    def module(self) -> Module:
        """Description of the module."""
        return self.definition.module


def usable(request: Request, skip: Collection[str]) -> list[ModuleRequest]:
    """Return the modules of a request that have proxies.

    Raises:
        Failure: some have none, and are not among those to be skipped; all of them are named.
        WrongUsage: something is to be skipped that is not there.
        NothingToDo: no module is left.
    """
    asked = {one.module for one in request.modules}
    for name in skip:
        if name not in asked:
            raise WrongUsage(f"the pipeline has no module {name} to skip", fix=did_you_mean(name, asked))
    left = [one for one in request.modules if one.module not in skip]
    _refuse({one.module: why for one in left if (why := _obstacle(one))}, skip)
    if not left:
        raise NothingToDo("no module is enabled", fix="enable one")
    return left


def links(wanted: Sequence[ModuleRequest], order: Order, layouts: Mapping[str, ModuleLayout]) -> list[PipelineStep]:
    """Return the modules in darktable's order.

    Args:
        wanted: as `usable` returns them.
        order: of the modules.
        layouts: of their parameters, with the defaults that darktable sets.

    Raises:
        Failure: a sidecar holds something at values that proxies cannot have; all of those are named.
        WrongUsage: an unknown slider or choice, or a value outside the slider's range.
    """
    _refuse({one.module: why for one in wanted if (why := _held_elsewhere(one, layouts[one.module]))})
    placed = sorted(wanted, key=lambda one: order.position(one.module))
    return [_link(one, order, layouts[one.module]) for one in placed]


def placed_space(space: Space, place: float, order: Order) -> Space:
    """Return the RGB space of a module by its position: before the input profile, after the output one, or between."""
    if space in ("lab", "raw"):
        return space
    if place < order.position("colorin"):
        return "input-rgb"
    return "display" if place > order.position("colorout") else "work-rgb"


def _refuse(obstacles: Mapping[str, str], skip: Collection[str] = ()) -> None:
    if obstacles:
        told = "\n".join(f"  {name}: {why}" for name, why in obstacles.items())
        fix = f"leave them out with --skip {','.join([*skip, *obstacles])}"
        raise Failure(f"proxies cannot replace all modules:\n{told}", fix=fix)


def _obstacle(one: ModuleRequest) -> str:
    if one.module not in plugin_names(modules):
        return "it has no proxy"
    module = load_definition(one.module).module
    if module.space == "raw":
        return "it works on sensor data, and a pipeline starts from an image"
    if one.version is not None and one.version != module.version:
        return f"its parameters are of version {one.version}, and its proxy is for version {module.version}"
    return one.obstacle


def _link(one: ModuleRequest, order: Order, layout: ModuleLayout) -> PipelineStep:
    found = load_definition(one.module)
    module, place = found.module, order.position(one.module)
    known = {slider.name: slider for slider in module.sliders}
    given = one.sliders
    if one.params is not None:
        given = {name: value for name, value in layout.unpack(one.params).items() if name in known}
    for name in [*given, *(one.free or ())]:
        if name not in known:
            raise WrongUsage(f"the proxy of {module.name} has no slider '{name}'", fix=did_you_mean(name, known))
    values = {name: _value(slider, given.get(name, slider.default), module) for name, slider in known.items()}
    return PipelineStep(
        definition=found,
        sliders=values,
        free=tuple(known) if one.free is None else one.free,
        # The module's input lies just before it, its output just after.
        space=placed_space(module.space, place - 0.5, order),
        result_space=placed_space(module.result_space, place + 0.5, order),
    )


def _held_elsewhere(one: ModuleRequest, layout: ModuleLayout) -> str:
    """Return the sidecar's settings that the proxy cannot have, as text; empty if all fit."""
    if one.params is None:
        return ""
    module = load_definition(one.module).module
    values, held = layout.unpack(one.params), layout.unpack(layout.pack(module.fixed))
    sliders = {slider.name for slider in module.sliders}
    other = [name for name in values if name not in sliders and not _same(values[name], held[name])]
    told = ", ".join(f"{name} at {values[name]:g} (held at {held[name]:g})" for name in other)
    return f"its proxy cannot have {told}" if told else ""


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= CLOSE * max(1e-3, abs(one), abs(other))


def _value(slider: Slider, value: float | str, module: Module) -> float:
    choices = dict(slider.choices)
    number = choices.get(value) if isinstance(value, str) else value
    inside = number is not None and slider.low - CLOSE <= number <= slider.high + CLOSE
    if number is None or not inside or (choices and number not in choices.values()):
        allowed = ", ".join(choices) if choices else f"{slider.low:g} to {slider.high:g}"
        raise WrongUsage(f"{slider.name}={value} is outside what its proxy knows: {allowed}", where=module.name)
    return float(number)
