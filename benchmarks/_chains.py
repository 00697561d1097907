"""Chains of proxied modules, drawn; always the same for the same proxies."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from dtproxies.modules import Module


def chains(modules: Sequence[Module], sizes: Sequence[int], count: int, seed: int) -> list[tuple[str, ...]]:
    """Names of the modules of each chain: `count` of all combinations of these sizes."""
    names = [one.name for one in modules]
    all_of_them = [one for size in sizes for one in itertools.combinations(names, size)]
    rng = np.random.default_rng(seed)
    return [all_of_them[at] for at in rng.permutation(len(all_of_them))[:count]]
