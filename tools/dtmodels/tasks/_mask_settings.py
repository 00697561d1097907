"""Settings of a mask in `config.json`: its interface, and the sizes of its images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dtbase.system.errors import Failure
from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.package.config_reader import MISSING, PackageConfig
from dtmodels.package.darktable_versions import INPUT_SIDE, MEMORY_SIDE
from dtmodels.tasks._attributes import where_attribute

MAX_SIDE = 4 * INPUT_SIDE
"""Largest side of an image or a mask, in pixels; at 8 masks, this is 512 MiB."""

USUAL = {"input_size": INPUT_SIDE, "prev_mask_size": MEMORY_SIDE}
"""Attributes with a side in pixels, and its default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """Interface of one value of `arch`."""

    prompts: tuple[str, ...]
    """Decoder inputs after the encoder's outputs, in darktable's order."""
    outputs: tuple[int, ...]
    """Allowed numbers of decoder outputs."""
    several: bool
    """True for several masks as logits with predicted qualities, which boxes can select, of an ImageNet-normalised
    image; False for one mask of probabilities, of an image in 0..1."""


SAM = Architecture(
    prompts=("point_coords", "point_labels", "mask_input", "has_mask_input"), outputs=(2, 3), several=True
)
SEGNEXT = Architecture(prompts=("point_coords", "point_labels", "mask_input"), outputs=(1,), several=False)
ARCHITECTURES = {"sam": SAM, "sam2": SAM, "segnext": SEGNEXT}
ARCH, KNOWN = "config.json: arch", "sam2 or segnext"
"""Location of `arch`, and the values that all versions of darktable know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskSettings:
    """Settings of a mask as darktable 5.7 reads them; 5.6 knows their defaults only."""

    interface: Architecture
    side: int = INPUT_SIDE
    """Width and height of the encoder's image, in pixels."""
    memory: int = MEMORY_SIDE
    """Side of the previous mask, in pixels, if the decoder has no output for it."""


def mask_settings(config: PackageConfig) -> MaskSettings:
    """Return the settings of a configuration.

    Raises:
        Failure: its `arch` is unknown.
    """
    interface = ARCHITECTURES.get(config.text("arch"))
    if interface is None:
        raise Failure(f"is {config.text('arch')!r}, no interface of a mask", where=ARCH, fix=f"write {KNOWN}")
    return MaskSettings(interface=interface, side=side(config, "input_size"), memory=side(config, "prev_mask_size"))


def check_arch(config: PackageConfig) -> Iterator[CheckProblem]:
    """Check that `arch` is a string that darktable knows."""
    value, fix = config.values.get("arch", MISSING), f"write {KNOWN}"
    if value is not MISSING and not isinstance(value, str):
        yield error("mask.arch", ARCH, "is not a string: darktable crashes when it loads the mask", fix)
    elif value not in ARCHITECTURES:
        what = "is missing" if value is MISSING else f"is {value!r}"
        yield error("mask.arch", ARCH, f"{what}: darktable rejects masks that are not {KNOWN}", fix)


def check_sides(config: PackageConfig) -> Iterator[CheckProblem]:
    """Check that `input_size` and `prev_mask_size` are sides in pixels, as JSON integers."""
    for name, usual in USUAL.items():
        value = config.attribute(name)
        if value is not MISSING and not _is_side(value):
            what = f"is {value!r}, no number of pixels: darktable 5.7 uses {config.integer(name, usual)}, 5.6 {usual}"
            yield error("mask.side", where_attribute(name), what, f"write an integer from 1 to {MAX_SIDE}: {usual}")


def side(config: PackageConfig, name: str) -> int:
    """Return the attribute `input_size` or `prev_mask_size` in pixels; the usual value if it is absent or invalid."""
    value = config.attribute(name)
    return int(value) if _is_side(value) else USUAL[name]


def _is_side(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_SIDE


def no_effect(name: str, because: str) -> CheckProblem:
    """Create the warning that an attribute has no effect."""
    what = f"has no effect: {because}"
    return warning("attribute.no-effect", where_attribute(name), what, "leave it out")
