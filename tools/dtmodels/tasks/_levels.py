"""Optimisation levels that a package asks for: `ort_optimization` and `ort_optimization_provider` of `config.json`.

darktable 5.7 reads them (pull request 21567); 5.6 ignores them and tries "all" first. A value is a level, or an object
from file name without `.onnx` to level; the provider's own value wins. darktable compares levels in any case, and
ignores unknown ones. The decoder of a mask is always opened without optimisation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dtmodels.graph.optimisation import Level
from dtmodels.package.config_reader import PackageConfig
from dtmodels.package.loader_settings import LEVELS

OPTIMISATION: dict[str, Level] = dict(zip(LEVELS, ("all", "basic", "none", "none"), strict=True))
PROVIDER = "cpu"
"""The provider that runs graphs here."""


def declared_levels(config: PackageConfig, files: Iterable[str]) -> dict[str, Level]:
    """Level that darktable 5.7 tries first for each file; files without a valid one are left out."""
    providers = config.values.get("ort_optimization_provider")
    own = {key.lower(): value for key, value in providers.items()} if isinstance(providers, Mapping) else {}
    levels = {}
    for file in files:
        stem = file.removesuffix(".onnx")
        level = _level(own.get(PROVIDER), stem) or _level(config.values.get("ort_optimization"), stem)
        if level:
            levels[file] = level
    return levels


def _level(value: Any, stem: str) -> Level | None:
    chosen = value.get(stem) if isinstance(value, Mapping) else value
    return OPTIMISATION.get(chosen.lower()) if isinstance(chosen, str) else None
