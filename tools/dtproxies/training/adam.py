"""Train a network by stochastic gradient descent (Adam) on pairs that darktable renders during training."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtproxies.images.training_images import ImageSequence
from dtproxies.networks.frame import call
from dtproxies.proxy.definition import ProxyDefinition
from dtproxies.render.pairs import Pair, SupportsRendering, endless_pairs
from dtproxies.training import checkpoint
from dtproxies.training.batches import Batch, Pool, as_batch
from dtproxies.training.interrupt import between_steps
from dtproxies.training.log import write_log
from dtproxies.training.training_loss import loss, to_srgb_clipped
from dtproxies.vocabulary.recipe import Recipe

LOG_LINES = 200
"""Approximate number of log lines."""
LOGGED_CHECKS = 20
"""Approximate number of log lines with a check on pairs that the network is not trained on."""
CHECK_PAIRS = 24
CHECK_SEED = 4_000_037
SAVE_INTERVAL = 30.0
"""Seconds between two writes of checkpoint, log and plot."""
WARM_UP = 0.1
"""Fraction of the steps in which the learning rate rises."""


def train_with_adam(
    definition: ProxyDefinition,
    renderer: SupportsRendering,
    images: ImageSequence,
    directory: Path,
    *,
    recipe: Recipe,
    console: Console,
) -> tuple[nn.Module, list[dict[str, Any]]]:
    """Train the network of a module; resume an interrupted run in `directory`.

    Args:
        definition: definition of the module.
        renderer: renderer of the module and the upstream ones, for images of the recipe's size.
        images: images to train on.
        directory: directory for checkpoint, log and plot.
        recipe: training settings.
        console: console for progress.

    Returns:
        The averaged network on the CPU, and the log.

    Raises:
        Failure: the loss is no longer finite, or `directory` has a checkpoint of another training.
        KeyboardInterrupt: the training was interrupted, after its checkpoint was written.
    """
    run = _Run(definition, recipe)
    run.resume(directory)
    if run.step:
        console.note(f"resuming after step {run.step} of {recipe.steps}")
    run.checks = _check_pairs(definition, renderer, images, recipe, console)
    pool = Pool(definition.module, recipe, run.device, step=run.step + 1)
    pairs = endless_pairs(definition, renderer, images, recipe, start=pool.taken)
    with console.progress(f"rendering {recipe.pairs} pairs of {definition.module.name}", recipe.pairs) as advance:
        for _ in pool.take(pairs, run.step + 1):
            advance(1)
    with console.progress(f"training {definition.module.name}", recipe.steps) as advance, between_steps() as stop:
        advance(run.step)
        saved = time.monotonic()
        for _ in run.steps(pool, pairs):
            advance(1)
            if stop() or time.monotonic() - saved > SAVE_INTERVAL:
                run.save(directory)
                saved = time.monotonic()
            if stop():
                raise KeyboardInterrupt
    write_log(directory, run.log, definition.module.name)
    return run.average.cpu(), run.log


def learning_rate_at(step: int, recipe: Recipe) -> float:
    """Return the learning rate of a step, counted from 1: linear warm-up, then cosine decay."""
    progress = step / recipe.steps
    if progress < WARM_UP:
        return recipe.learning_rate * progress / WARM_UP
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP)))


class _Run:
    """Training in progress: network, averaged network, optimiser and log."""

    def __init__(self, definition: ProxyDefinition, recipe: Recipe) -> None:
        self._definition, self._recipe = definition, recipe
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(recipe.seed)
        self._network = definition.network().to(self.device).train()
        self.average = copy.deepcopy(self._network)
        self._optimiser = torch.optim.AdamW(
            self._network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self.step = 0
        """Number of finished steps."""
        self._seconds = 0.0
        self.log: list[dict[str, Any]] = []
        self.checks: Sequence[Pair] = ()

    def resume(self, directory: Path) -> None:
        """Restore the state of an interrupted run."""
        state = checkpoint.load(directory, self._definition.module, self._recipe)
        if state is not None:
            self._network.load_state_dict(state.network)
            self.average.load_state_dict(state.average)
            self._optimiser.load_state_dict(state.optimiser)
            self.step, self._seconds, self.log = state.step, state.seconds, state.log

    def save(self, directory: Path) -> None:
        """Save the state of this run."""
        state = checkpoint.TrainingState(
            step=self.step,
            seconds=self._seconds,
            network=self._network.state_dict(),
            average=self.average.state_dict(),
            optimiser=self._optimiser.state_dict(),
            log=self.log,
        )
        checkpoint.save(directory, state, self._definition.module, self._recipe)
        write_log(directory, self.log, self._definition.module.name)

    def steps(self, pool: Pool, pairs: Iterator[Pair]) -> Iterator[None]:
        """Run the remaining steps; yield after each."""
        started = time.monotonic() - self._seconds
        while self.step < self._recipe.steps:
            for _ in pool.take(pairs, self.step + 1):
                pass
            value = self._advance(pool.sample(self.step + 1))
            self._seconds = time.monotonic() - started
            if self._due(LOG_LINES):
                self.log.append(self._line(value))
            yield

    def _advance(self, batch: Batch) -> float:
        step = self.step + 1
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate_at(step, self._recipe)
        self._optimiser.zero_grad()
        value = loss(self._network, batch, self._definition.module, self._recipe)
        if not math.isfinite(value.item()):
            raise Failure(f"step {step}: the loss is {value.item()}", fix="lower learning_rate in the module's recipe")
        value.backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()
        # The decay is smaller in the first steps, so that the initial weights fade out.
        decay = min(self._recipe.weight_average, (1 + step) / (10 + step))
        with torch.no_grad():
            for average, new in zip(self.average.parameters(), self._network.parameters(), strict=True):
                average.lerp_(new, 1 - decay)
        self.step = step
        return value.item()

    def _line(self, value: float) -> dict[str, Any]:
        line = {"step": self.step, "loss": value, "rate": learning_rate_at(self.step, self._recipe)}
        if self._due(LOGGED_CHECKS):
            line["check_psnr"] = self._check()
        return {**line, "seconds": round(self._seconds, 1)}

    def _due(self, times: int) -> bool:
        """Return whether this step is one of a number of evenly spread steps, the last step included."""
        return self.step % max(1, self._recipe.steps // times) == 0 or self.step == self._recipe.steps

    def _check(self) -> float:
        """Return the mean PSNR in dB over pairs that the network is not trained on."""
        module, psnrs = self._definition.module, []
        with torch.no_grad():
            for pair in self.checks:
                batch = as_batch([pair], self.device)
                output = call(self.average, module, batch.image, batch.sliders)
                psnrs.append(_psnr(to_srgb_clipped(output, module), to_srgb_clipped(batch.after, module)))
        return sum(psnrs) / len(psnrs)


def _check_pairs(
    definition: ProxyDefinition, renderer: SupportsRendering, images: ImageSequence, recipe: Recipe, console: Console
) -> list[Pair]:
    check_images = ImageSequence.of(recipe, images.photographs, seed=CHECK_SEED)
    pairs = endless_pairs(definition, renderer, check_images, recipe.seeded(CHECK_SEED))
    checks = []
    with console.progress(f"rendering {CHECK_PAIRS} pairs for checks", CHECK_PAIRS) as advance:
        for _ in range(CHECK_PAIRS):
            checks.append(next(pairs))
            advance(1)
    if all(np.array_equal(pair.before, pair.after) for pair in checks):
        raise Failure(f"module {definition.module.name} changed none of {CHECK_PAIRS} images: it did not run")
    return checks


def _psnr(one: Tensor, other: Tensor) -> float:
    mean_square = float(torch.mean((one - other) ** 2))
    return -10 * math.log10(max(mean_square, 1e-15))
