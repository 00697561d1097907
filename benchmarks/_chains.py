"""Random chains of proxied modules, reproducible for the same proxies, and their steps at slider positions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dtproxies.pipeline.steps import PipelineStep
from dtproxies.vocabulary.module import Module


def chains(modules: Sequence[Module], sizes: Sequence[int], count: int, seed: int) -> list[tuple[str, ...]]:
    """Return the names of the modules of each chain: `count` of all combinations of these sizes."""
    names = [one.name for one in modules]
    all_of_them = [one for size in sizes for one in itertools.combinations(names, size)]
    rng = np.random.default_rng(seed)
    return [all_of_them[at] for at in rng.permutation(len(all_of_them))[:count]]


def step_at(step: PipelineStep, position: Sequence[float]) -> PipelineStep:
    """Return the step with its sliders at a position, in the order of its module."""
    return replace(step, sliders={name: float(value) for name, value in zip(step.sliders, position, strict=True)})
