"""Plan of a replica: which modules of an edit run as proxies, and why the others do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dtbase.imaging.psnr import psnr
from dtbase.system.discovery import load_plugin, plugin_names
from dtbase.system.errors import Failure
from dtproxies.darktable.blending import blends
from dtproxies.darktable.edit_session import CURRENT_BLENDING, EditSession, PipePixels, PipeStep
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import LISTED, Order
from dtproxies.darktable.renderer import Renderer
from dtproxies.images.metrics import CAP
from dtproxies.images.module_spaces import WHITE
from dtproxies.pipeline.edit_parameters import other_settings, unsupported_text
from dtproxies.pipeline.request import ModuleRequest
from dtproxies.pipeline.steps import build_step
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.weight_files import modules_with_weights
from dtproxies.replica import technical
from dtproxies.replica.proxy_run import (
    ProxyStep,
    Runnable,
    TechnicalStep,
    Weights,
    run_proxies,
    space_before,
    space_there,
)
from dtproxies.replica.technical._place import NoFunction, Place
from dtproxies.vocabulary.module import Module, Space

ACCURATE = 60.0
"""PSNR in dB against darktable from which a proxy runs a module of an edit."""
SIDE = 32
"""Size in pixels of the image that darktable opens to state its defaults."""
WORKING_PROFILE = ("type_work", "DT_COLORSPACE_LIN_REC2020")
"""Parameter of colorin, and its value for the working space that proxies know."""

ProxyLayouts = Mapping[str, ModuleLayout]
"""Parameter layouts of modules with proxies, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One module of an edit, and what runs it."""

    step: PipeStep
    proxy: ProxyStep | None = None
    """Proxy with its slider values; None if something else runs the module."""
    technical: TechnicalStep | None = None
    """Function of a technical module; None if something else runs it."""
    reason: str = ""
    """Reason why darktable runs it; empty otherwise."""

    @property
    def runnable(self) -> Runnable | None:
        """What runs it without darktable; None if darktable runs it."""
        return self.proxy or self.technical

    @property
    def run_by(self) -> str:
        """What runs the module: proxy, function or darktable."""
        return "proxy" if self.proxy else "function" if self.technical else "darktable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """What is needed to decide about the modules of one edit."""

    session: EditSession
    layouts: ProxyLayouts
    """Parameter layouts of the modules with proxies, as `proxy_layouts` returns them."""
    all_layouts: ProxyLayouts
    """Parameter layouts of all modules."""
    models: Path
    """Directory of models with the weights."""
    _outputs: dict[int, PipePixels] = field(default_factory=dict, init=False, repr=False)
    """Outputs of the last modules in darktable's own pipe; a proxy needs that of its module and of the one before."""

    def plan(self) -> list[PlannedStep]:
        """Decide about every enabled module of the edit.

        Raises:
            Failure: darktable crashed.
        """
        return [self._planned(at, step) for at, step in enumerate(self.session.steps)]

    def _planned(self, at: int, step: PipeStep) -> PlannedStep:
        planned = self._proxied(at, step)
        if planned.reason and step.module in plugin_names(technical):
            planned = self._technical(at, step, planned.reason)
        return planned

    def _technical(self, at: int, step: PipeStep, no_proxy: str) -> PlannedStep:
        """Decide about a technical module that no proxy runs."""
        if step.module not in self.all_layouts or blends(step.blending, CURRENT_BLENDING):
            return PlannedStep(step=step, reason=no_proxy)
        place = Place(session=self.session, at=at, layout=self.all_layouts[step.module])
        before = self._before(at)
        plugin = load_plugin(technical, step.module)
        try:
            run = plugin.build(place)
        except NoFunction as exc:
            return PlannedStep(step=step, reason=str(exc))
        finally:
            self._outputs.clear()  # the probes overwrote what the pipe holds
        theirs = self._output(at)
        steps, kind = self.session.steps, getattr(plugin, "INPUT", theirs.space)
        found = TechnicalStep(run, space_there(steps, at, kind), space_before(steps, at + 1, theirs))
        ours = run_proxies([found], before, space_before(self.session.steps, at, before), self.weights)
        accuracy = self._compared(ours, theirs, found.result_space)
        if accuracy < ACCURATE:
            return PlannedStep(step=step, reason=f"its function differs from darktable here: {accuracy:.0f} dB PSNR")
        return PlannedStep(step=step, technical=found)

    def _proxied(self, at: int, step: PipeStep) -> PlannedStep:
        if step.module not in self.layouts:
            return PlannedStep(step=step, reason="it has no proxy")
        module = load_definition(step.module).module
        if reason := self._obstacle(at, step, module):
            return PlannedStep(step=step, reason=reason)
        request = ModuleRequest(module=step.module, params=step.params)
        try:
            # Each proxy is compared with darktable in its place, so that it may leave the range it was fitted on.
            proxy = build_step(request, at, self._order, self.layouts[step.module], beyond=True)
        except Failure as exc:
            return PlannedStep(step=step, reason=exc.what)
        placed = ProxyStep(proxy=proxy, part=_part(step))
        accuracy = self._accuracy(at, placed)
        if accuracy >= ACCURATE:
            return PlannedStep(step=step, proxy=placed)
        reason = self._unsupported(at, step, module)
        return PlannedStep(step=step, reason=reason or f"its proxy differs from darktable here: {accuracy:.0f} dB PSNR")

    @property
    def _order(self) -> Order:
        return Order(version=LISTED, names=[step.module for step in self.session.steps])

    def _obstacle(self, at: int, step: PipeStep, module: Module) -> str:
        if self.layouts[step.module].version != module.version:
            return f"its proxy imitates version {module.version} of its parameters"
        if blends(step.blending, CURRENT_BLENDING):
            return "it is blended, by opacity, a blend mode or a mask"
        resized = step.part is None and step.input_shape[:2] != step.output_shape[:2]
        if resized or (module.frame and any(one.moved for one in self.session.steps)):
            return "the size or the position of the image changes"
        if "lab" in (module.space, module.result_space) and module.name != "colorin" and not self._working_space(at):
            return "the working space is not linear Rec2020 there"
        return ""

    def _working_space(self, at: int) -> bool:
        """Return whether pixels in Lab are converted from and to linear Rec2020 at this place."""
        names = [step.module for step in self.session.steps]
        if "colorin" not in names or names.index("colorin") > at:
            return False
        name, value = WORKING_PROFILE
        layout = self.layouts["colorin"]
        params = self.session.steps[names.index("colorin")].params
        return layout.unpack(params)[name] == layout.sliders[name].choices[value]

    def _accuracy(self, at: int, proxy: ProxyStep) -> float:
        """Return the PSNR in dB of the proxy against darktable, on the pixels that darktable has in this place.

        It tells what parameters do not: some modules also read the output profile or the metadata of the photograph.
        """
        before, theirs = self._before(at), self._output(at)
        ours = run_proxies([proxy], before, space_before(self.session.steps, at, before), self.weights)
        return self._compared(ours, theirs, proxy.result_space)

    def _compared(self, ours: PipePixels, theirs: PipePixels, space: Space) -> float:
        """Return the PSNR in dB of two results; 0 if they differ in size."""
        first, second = (one.values[..., :3].astype(np.float64) / WHITE[space] for one in (ours, theirs))
        return psnr(first, second, cap=CAP) if first.shape == second.shape else 0.0

    def _before(self, at: int) -> PipePixels:
        return self._output(at - 1) if at else self.session.photograph()

    @property
    def weights(self) -> Weights:
        """The weights of the proxies, with the white balance of the photograph."""
        balance = next((step for step in self.session.steps if step.module == "temperature"), None)
        if balance is None or "temperature" not in self.all_layouts:
            return Weights(models=self.models)
        values = self.all_layouts["temperature"].unpack(balance.params)
        return Weights(models=self.models, balance=(values["red"], values["green"], values["blue"]))

    def _output(self, at: int) -> PipePixels:
        for earlier in [one for one in self._outputs if one < at - 1]:
            del self._outputs[earlier]
        if at not in self._outputs:
            self._outputs[at] = self.session.run(at, at)
        return self._outputs[at]

    def _unsupported(self, at: int, step: PipeStep, module: Module) -> str:
        """Name the parameters that the proxy cannot have and that change the image in this place."""
        layout = self.layouts[step.module]
        others = other_settings(step.params, module, layout)
        if not others:
            return ""
        supported = self.session.run(at, at, params={at: layout.pack(others, step.params)})
        given = self._outputs[at] = self.session.run(at, at, params={at: step.params})
        equal = np.array_equal(given.values[..., :3], supported.values[..., :3], equal_nan=True)
        return "" if equal else unsupported_text(step.params, others, layout)


def _part(step: PipeStep) -> tuple[int, int, int, int] | None:
    height, width, _ = step.output_shape
    return (*step.part, height, width) if step.moved and step.part else None


def proxy_layouts(darktable: Darktable, models: Path) -> ProxyLayouts:
    """Return the parameter layouts of all modules with weights, with the defaults that their proxies were fitted at.

    These are the defaults that darktable sets for a linear image, or for sensor data.

    Raises:
        Failure: darktable does not start.
    """
    names = modules_with_weights(models)
    raw = [name for name in names if load_definition(name).module.space == "raw"]
    layouts: dict[str, ModuleLayout] = {}
    for some, mosaic in ((sorted({*names} - {*raw}), False), (raw, True)):
        if some:
            with Renderer(darktable, some, height=SIDE, width=SIDE, mosaic=mosaic) as renderer:
                layouts |= renderer.layouts
    return layouts


def runs_of(steps: Sequence[PlannedStep]) -> list[list[int]]:
    """Group the indices of consecutive steps that darktable runs, or that it does not."""
    runs: list[list[int]] = []
    for at, one in enumerate(steps):
        if runs and (steps[runs[-1][-1]].runnable is None) == (one.runnable is None):
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs
