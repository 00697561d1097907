"""Replica of an edit: proxies, and segments of darktable's own pipe between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from dtproxies.darktable.edit_session import EditSession, PipePixels
from dtproxies.images.image import Pixels
from dtproxies.pipeline.chain import Chain, as_pixels, as_tensor
from dtproxies.render.torch_threads import half_the_cores
from dtproxies.replica.plan import PlannedStep, runs_of
from dtproxies.vocabulary.module import Space


@dataclass(frozen=True, slots=True, eq=False)
class Replica:
    """Edit of one photograph, opened in darktable and planned."""

    session: EditSession
    steps: Sequence[PlannedStep]
    models: Path
    """Directory of models with the weights."""

    def run(self) -> Pixels:
        """Return the image that darktable exports, encoded with the output profile: [H, W, 3], 1 is white.

        Raises:
            Failure: darktable crashed.
        """
        pixels: PipePixels | None = None
        for run in runs_of(self.steps):
            if self.steps[run[0]].proxy is None:
                pixels = self.session.run(run[0], run[-1], pixels)
            else:
                pixels = self._run_proxies(run, pixels or self.session.photograph())
        if pixels is None:
            raise RuntimeError("an edit always has modules")
        return pixels.values[..., :3]

    def _run_proxies(self, run: Sequence[int], pixels: PipePixels) -> PipePixels:
        proxies = [proxy for at in run if (proxy := self.steps[at].proxy) is not None]
        chain = Chain.of(proxies, self.models)
        image = as_tensor(pixels.values[..., :3].copy())
        with torch.no_grad(), half_the_cores():
            output = as_pixels(chain(image, chain.positions(image), self._space(pixels, run[0]))[-1])
        values = np.zeros((*output.shape[:2], 4), np.float32)
        values[..., :3] = output
        return PipePixels(values, "lab" if proxies[-1].result_space == "lab" else "rgb")

    def _space(self, pixels: PipePixels, at: int) -> Space:
        """Return the colour space of pixels before a step."""
        if pixels.space == "lab":
            return "lab"
        before = {one.step.module for one in self.steps[:at]}
        return "display" if "colorout" in before else "work-rgb" if "colorin" in before else "input-rgb"
