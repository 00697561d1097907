"""Plan of a replica: which modules of an edit run as proxies, and why the others do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dtbase.imaging.psnr import psnr
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
from dtproxies.pipeline.steps import PipelineStep, build_step
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.weight_files import modules_with_weights
from dtproxies.replica.proxy_run import run_proxies, space_before
from dtproxies.vocabulary.module import Module

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
    proxy: PipelineStep | None = None
    """Proxy with its slider values; None if darktable runs the module."""
    reason: str = ""
    """Reason why no proxy runs it; empty for a proxy."""

    @property
    def run_by(self) -> str:
        """What runs the module: proxy or darktable."""
        return "proxy" if self.proxy else "darktable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """What is needed to decide about the modules of one edit."""

    session: EditSession
    layouts: ProxyLayouts
    """Parameter layouts of the modules with proxies, as `proxy_layouts` returns them."""
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
        if step.module not in self.layouts:
            return PlannedStep(step=step, reason="it has no proxy")
        module = load_definition(step.module).module
        reason = self._obstacle(at, step, module) or self._unsupported(at, step, module)
        if reason:
            return PlannedStep(step=step, reason=reason)
        request = ModuleRequest(module=step.module, params=step.params)
        try:
            proxy = build_step(request, at, self._order, self.layouts[step.module])
        except Failure as exc:
            return PlannedStep(step=step, reason=exc.what)
        accuracy = self._accuracy(at, proxy)
        if accuracy < ACCURATE:
            return PlannedStep(step=step, reason=f"its proxy differs from darktable here: {accuracy:.0f} dB PSNR")
        return PlannedStep(step=step, proxy=proxy)

    @property
    def _order(self) -> Order:
        return Order(version=LISTED, names=[step.module for step in self.session.steps])

    def _obstacle(self, at: int, step: PipeStep, module: Module) -> str:
        if self.layouts[step.module].version != module.version:
            return f"its proxy imitates version {module.version} of its parameters"
        if module.space == "raw":
            return "its proxy holds the white balance of another photograph"
        if blends(step.blending, CURRENT_BLENDING):
            return "it is blended, by opacity, a blend mode or a mask"
        if step.moved or (module.frame and any(one.moved for one in self.session.steps)):
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

    def _accuracy(self, at: int, proxy: PipelineStep) -> float:
        """Return the PSNR in dB of the proxy against darktable, on the pixels that darktable has in this place.

        It tells what parameters do not: some modules also read the output profile or the metadata of the photograph.
        """
        before = self._output(at - 1) if at else self.session.photograph()
        theirs = self._output(at)
        ours = run_proxies([proxy], before, space_before(self.session.steps, at, before), self.models)
        white = WHITE[proxy.result_space]
        return psnr(*(one.values[..., :3].astype(np.float64) / white for one in (ours, theirs)), cap=CAP)

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
    """Group the indices of consecutive steps that proxies run, or that darktable runs."""
    runs: list[list[int]] = []
    for at, one in enumerate(steps):
        if runs and (steps[runs[-1][-1]].proxy is None) == (one.proxy is None):
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs
