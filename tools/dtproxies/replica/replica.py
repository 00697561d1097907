"""Replica of an edit: proxies, and segments of darktable's own pipe between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from dtbase.system.errors import Failure
from dtproxies.darktable.edit_session import EditSession, PipePixels
from dtproxies.images.image import Pixels
from dtproxies.replica.plan import PlannedStep, runs_of
from dtproxies.replica.proxy_run import Weights, run_proxies, run_tensor, space_before, space_there


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

    @property
    def differentiable(self) -> bool:
        """True if every module runs without darktable."""
        return all(one.runnable for one in self.steps)

    def run_tensor(self, photograph: Tensor) -> Tensor:
        """Run the whole edit with gradients; only if it is `differentiable`.

        Args:
            photograph: pixels as `EditSession.photograph` returns them, [1, C, H, W].

        Returns:
            [1, 3, H, W], encoded with the output profile.

        Raises:
            Failure: darktable has to run a module.
        """
        steps = [runnable for one in self.steps if (runnable := one.runnable) is not None]
        if len(steps) < len(self.steps):
            names = ", ".join(one.step.name for one in self.steps if not one.runnable)
            raise Failure(f"darktable has to run {names}", fix="leave these modules out with --skip")
        space = space_there(self.session.steps, 0, "raw" if photograph.shape[1] == 1 else "rgb")
        return run_tensor(steps, photograph, space, self.weights)

    def _run_proxies(self, run: Sequence[int], pixels: PipePixels) -> PipePixels:
        steps = [runnable for at in run if (runnable := self.steps[at].runnable) is not None]
        space = space_before(self.session.steps, run[0], pixels)
        return run_proxies(steps, pixels, space, self.weights)
