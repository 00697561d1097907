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
from dtproxies.render.pairs import Pair, Renders, endless_pairs
from dtproxies.training import checkpoint
from dtproxies.training.batches import Batch, Pool, as_batch
from dtproxies.training.interrupt import between_steps
from dtproxies.training.log import write_log
from dtproxies.training.training_loss import loss, on_screen
from dtproxies.vocabulary.recipe import Recipe

LINES = 200
"""Of the log, about."""
CHECKS = 20
"""Of these hold the network against pairs that it is not trained on."""
CHECK_PAIRS = 24
CHECK_SEED = 4_000_037
KEEP_EVERY = 30.0
"""Seconds between two writings of state, log and curve."""
WARM = 0.1
"""Share of the steps in which the learning rate rises."""


def descend(
    given: ProxyDefinition,
    renderer: Renders,
    scenes: ImageSequence,
    directory: Path,
    *,
    recipe: Recipe,
    console: Console,
) -> tuple[nn.Module, list[dict[str, Any]]]:
    """Train the network of a module; resume an interrupted run in `directory`.

    Args:
        given: the module and its network.
        renderer: set up for the module, those upstream, and images of the recipe's size.
        scenes: images to train on.
        directory: for the state, the log and its curve.
        recipe: how.
        console: where progress goes.

    Returns:
        The averaged network on the processor, and the log.

    Raises:
        Failure: the loss is no longer finite, or `directory` holds the state of another training.
        KeyboardInterrupt: asked to stop; the state was written.
    """
    run = _Run(given, recipe)
    run.resume(directory)
    if run.step:
        console.note(f"going on after step {run.step} of {recipe.steps}")
    run.checks = _check_pairs(given, renderer, scenes, recipe, console)
    pool = Pool(given.module, recipe, run.device, step=run.step + 1)
    pairs = endless_pairs(given, renderer, scenes, recipe, start=pool.taken)
    with console.progress(f"rendering {recipe.pairs} pairs of {given.module.name}", recipe.pairs) as advance:
        for _ in pool.take(pairs, run.step + 1):
            advance(1)
    with console.progress(f"training {given.module.name}", recipe.steps) as advance, between_steps() as stop:
        advance(run.step)
        kept = time.monotonic()
        for _ in run.steps(pool, pairs):
            advance(1)
            if stop() or time.monotonic() - kept > KEEP_EVERY:
                run.keep(directory)
                kept = time.monotonic()
            if stop():
                raise KeyboardInterrupt
    write_log(directory, run.log, given.module.name)
    return run.average.cpu(), run.log


def rate(step: int, recipe: Recipe) -> float:
    """Return the learning rate of a step, counted from 1: linear warm-up, then cosine decay."""
    share = step / recipe.steps
    if share < WARM:
        return recipe.learning_rate * share / WARM
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * (share - WARM) / (1 - WARM)))


class _Run:
    """A training in progress."""

    def __init__(self, given: ProxyDefinition, recipe: Recipe) -> None:
        self._given, self._recipe = given, recipe
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(recipe.seed)
        self._network = given.network().to(self.device).train()
        self.average = copy.deepcopy(self._network)
        self._optimiser = torch.optim.AdamW(
            self._network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self.step = 0
        """Done."""
        self._seconds = 0.0
        self.log: list[dict[str, Any]] = []
        self.checks: Sequence[Pair] = ()

    def resume(self, directory: Path) -> None:
        """Restore the state of an interrupted run."""
        found = checkpoint.load(directory, self._given.module, self._recipe)
        if found is not None:
            self._network.load_state_dict(found.network)
            self.average.load_state_dict(found.average)
            self._optimiser.load_state_dict(found.optimiser)
            self.step, self._seconds, self.log = found.step, found.seconds, found.log

    def keep(self, directory: Path) -> None:
        """Save the state of this run."""
        kept = checkpoint.State(
            step=self.step,
            seconds=self._seconds,
            network=self._network.state_dict(),
            average=self.average.state_dict(),
            optimiser=self._optimiser.state_dict(),
            log=self.log,
        )
        checkpoint.save(directory, kept, self._given.module, self._recipe)
        write_log(directory, self.log, self._given.module.name)

    def steps(self, pool: Pool, pairs: Iterator[Pair]) -> Iterator[None]:
        """Run the remaining steps; yield after each."""
        started = time.monotonic() - self._seconds
        while self.step < self._recipe.steps:
            for _ in pool.take(pairs, self.step + 1):
                pass
            value = self._advance(pool.draw(self.step + 1))
            self._seconds = time.monotonic() - started
            if self._due(LINES):
                self.log.append(self._line(value))
            yield

    def _advance(self, batch: Batch) -> float:
        step = self.step + 1
        for group in self._optimiser.param_groups:
            group["lr"] = rate(step, self._recipe)
        self._optimiser.zero_grad()
        value = loss(self._network, batch, self._given.module, self._recipe)
        if not math.isfinite(value.item()):
            raise Failure(f"step {step}: the loss is {value.item()}", fix="lower the rate in the module's recipe")
        value.backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()
        # Young averages forget faster, so that the start does not linger.
        share = min(self._recipe.weight_average, (1 + step) / (10 + step))
        with torch.no_grad():
            for kept, new in zip(self.average.parameters(), self._network.parameters(), strict=True):
                kept.lerp_(new, 1 - share)
        self.step = step
        return value.item()

    def _line(self, value: float) -> dict[str, Any]:
        line = {"step": self.step, "loss": value, "rate": rate(self.step, self._recipe)}
        if self._due(CHECKS):
            line["check_psnr"] = self._check()
        return {**line, "seconds": round(self._seconds, 1)}

    def _due(self, times: int) -> bool:
        """Return whether this step is one of a number of evenly spread steps, the last step included."""
        return self.step % max(1, self._recipe.steps // times) == 0 or self.step == self._recipe.steps

    def _check(self) -> float:
        """Return the mean PSNR in dB over pairs that the network is not trained on."""
        module, figures = self._given.module, []
        with torch.no_grad():
            for pair in self.checks:
                batch = as_batch([pair], self.device)
                made = call(self.average, module, batch.image, batch.sliders)
                figures.append(_psnr(on_screen(made, module), on_screen(batch.after, module)))
        return sum(figures) / len(figures)


def _check_pairs(
    given: ProxyDefinition, renderer: Renders, scenes: ImageSequence, recipe: Recipe, console: Console
) -> list[Pair]:
    other = ImageSequence.of(recipe, scenes.photographs, seed=CHECK_SEED)
    pairs = endless_pairs(given, renderer, other, recipe.seeded(CHECK_SEED))
    found = []
    with console.progress(f"rendering {CHECK_PAIRS} pairs to check by", CHECK_PAIRS) as advance:
        for _ in range(CHECK_PAIRS):
            found.append(next(pairs))
            advance(1)
    if all(np.array_equal(pair.before, pair.after) for pair in found):
        raise Failure(f"module {given.module.name} changed none of {CHECK_PAIRS} images: it did not run")
    return found


def _psnr(one: Tensor, other: Tensor) -> float:
    square = float(torch.mean((one - other) ** 2))
    return -10 * math.log10(max(square, 1e-15))
