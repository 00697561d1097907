"""darktable versions that take a package, derived from its configuration.

darktable 5.6.0 was the first version with models, in C code and for Lua scripts. Its development version 5.7.0 reads
more: see pull requests 21492 and 21567, and `src/common/ai/segmentation.c` and `src/ai/backend_common.c`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dtmodels.package.config_reader import CONFIG_FILE, PackageConfig

FIRST, NEWER = "5.6.0", "5.7"
INPUT_SIDE, MEMORY_SIDE = 1024, 256
"""Sides of a mask's input image and of its previous mask, in pixels: fixed in darktable 5.6, default in 5.7."""
IGNORED_BY_5_6 = ("ort_optimization", "ort_optimization_provider")
"""Settings that darktable 5.6 does not read; it opens the model as if they were absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewerNeed:
    """A setting with which darktable 5.6 does not run the model."""

    where: str
    """Key of `config.json`."""
    because: str
    """Setting and effect, as a clause."""
    fix: str


def newer_needs(config: PackageConfig) -> Iterator[NewerNeed]:
    """Yield the settings for which a mask needs darktable 5.7; other tasks have none."""
    if config.text("task") != "mask":
        return
    if config.text("arch") == "sam":
        because = "arch is sam, which 5.6 rejects"
        yield NewerNeed(where=f"{CONFIG_FILE}: arch", because=because, fix="write sam2: darktable treats both alike")
    for name, usual in (("input_size", INPUT_SIDE), ("prev_mask_size", MEMORY_SIDE)):
        if (side := config.integer(name, usual)) != usual:
            because = f"{name} is {side}, where 5.6 uses {usual}"
            fix = f"export for {usual} x {usual} pixels"
            yield NewerNeed(where=f"{CONFIG_FILE}: attributes.{name}", because=because, fix=fix)


def versions_text(config: PackageConfig, needs: Sequence[NewerNeed]) -> str:
    """Return the versions that take a package without errors, for readers.

    Args:
        config: its configuration.
        needs: those of `newer_needs` that have an effect.
    """
    if needs:
        return f"{NEWER} only, because {' and '.join(need.because for need in needs)}"
    ignored = [key for key in IGNORED_BY_5_6 if key in config.values]
    return f"{FIRST} and later" + (f"; 5.6 ignores {' and '.join(ignored)}" if ignored else "")
