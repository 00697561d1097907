"""Replica of an edit: proxies, and segments of darktable's own pipe between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dtproxies.darktable.edit_session import EditSession, PipePixels
from dtproxies.images.image import Pixels
from dtproxies.replica.plan import PlannedStep, runs_of
from dtproxies.replica.proxy_run import Weights, run_proxies, space_before


@dataclass(frozen=True, slots=True, eq=False)
class Replica:
    """Edit of one photograph, opened in darktable and planned."""

    session: EditSession
    steps: Sequence[PlannedStep]
    weights: Weights
    """The weights of the proxies."""

    def run(self) -> Pixels:
        """Return the image that darktable exports, encoded with the output profile: [H, W, 3], 1 is white.

        Raises:
            Failure: darktable crashed.
        """
        pixels: PipePixels | None = None
        for run in runs_of(self.steps):
            if self.steps[run[0]].runnable is None:
                pixels = self.session.run(run[0], run[-1], pixels)
            else:
                pixels = self._run_proxies(run, pixels or self.session.photograph())
        if pixels is None:
            raise RuntimeError("an edit always has modules")
        return pixels.values[..., :3]

    def _run_proxies(self, run: Sequence[int], pixels: PipePixels) -> PipePixels:
        steps = [runnable for at in run if (runnable := self.steps[at].runnable) is not None]
        space = space_before(self.session.steps, run[0], pixels)
        return run_proxies(steps, pixels, space, self.weights)
