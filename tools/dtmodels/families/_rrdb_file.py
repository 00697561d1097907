"""What a file of RRDBNet says about itself: the naming of its tensors, the scale, and the sizes of the network.

Three namings are published: of Real-ESRGAN and BasicSR (`body.0.rdb1.conv1`), of BSRGAN and ESRGAN's later code
(`RRDB_trunk.0.RDB1.conv1`), and of ESRGAN's first code (`model.1.sub.0.RDB1.conv1.0`), which most models of the
community have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from dtbase.system.errors import Failure
from dtmodels.families._state_dict_mapping import Layout, by_rules

RGB = 3
UNSHUFFLES = {RGB: 1, RGB * 4: 2, RGB * 16: 4}
"""Factor by which pixel unshuffling reduces the image before the network, by the channels of the first convolution."""
MAX_UPSCALINGS = 6
"""Limit for damaged files."""
_BLOCK = r"RRDB_trunk\.(\d+)\.RDB(\d)\.conv(\d)"
_MARKERS = {
    "body.0.rdb1.conv1.weight": "basicsr",
    "RRDB_trunk.0.RDB1.conv1.weight": "bsrgan",
    "model.1.sub.0.RDB1.conv1.0.weight": "esrgan",
}
"""Name of one tensor, by which a naming is recognised."""
_CONVOLUTION = {"basicsr": "conv_up", "bsrgan": "upconv", "esrgan": "model."}
_OTHERS = {
    "f_HR_conv1.0.weight": "SPSR",
    "body.1.weight": "SRVGGNetCompact, the small network of Real-ESRGAN",
    "layers.0.residual_group.blocks.0.norm1.weight": "SwinIR or HAT",
    "feats.0.weight": "PLKSR",
    "dense_trunk.0.conv1.weight": "a later network",
}
"""Name of one tensor in files of other networks that are published beside ESRGAN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RRDBFile:
    """Facts of one file."""

    naming: str
    prefix: str
    """Prefix of all names."""
    upscalings: int
    """Number of convolutions after an upscaling by two."""
    unshuffle: int
    """Factor by which the image is reduced first."""
    sizes: Mapping[str, int]
    """`features`, `blocks` and `growth`, as in the options of a card."""

    @property
    def scale(self) -> float:
        """Size of the output, as a multiple of the input's."""
        return float(2.0**self.upscalings / self.unshuffle)

    def layout(self) -> Layout:
        """Layout that maps the names of `rrdb.RRDBNet`, which are those of BSRGAN, to the file's."""
        return Layout(prefix=self.prefix, names=by_rules(_rules(self)))


def read_rrdb(tensors: Mapping[str, Tensor], where: str) -> RRDBFile:
    """Recognise naming and sizes from names and shapes of tensors; a strict mapping has to check all names then.

    Raises:
        Failure: it is another network, a variant that is not supported, or of other channels than RGB.
    """
    naming, prefix = _naming(tensors, where)
    names = {name.removeprefix(prefix): name for name in tensors if name.startswith(prefix)}
    if any(".conv1x1." in name for name in names):
        what = "is of ESRGAN+, whose dense blocks have further 1x1 convolutions"
        raise Failure(what, where=where, fix="use the checkpoint of a plain ESRGAN; this family does not build ESRGAN+")
    upscalings = _upscalings(naming, names)
    probe = RRDBFile(naming=naming, prefix=prefix, upscalings=upscalings, unshuffle=1, sizes={})
    features, channels = _shape(tensors, _source(probe, "conv_first.weight"), where)[:2]
    output = _shape(tensors, _source(probe, "conv_last.weight"), where)[0]
    if channels not in UNSHUFFLES or output != RGB:
        what = f"is a network from {channels} to {output} channels"
        raise Failure(what, where=where, fix="darktable passes RGB: use a checkpoint from 3, 12 or 48 channels to 3")
    growth = _shape(tensors, _source(probe, "RRDB_trunk.0.RDB1.conv1.weight"), where)[0]
    blocks = len(
        {match[1] for name in names if (match := re.match(r"(?:body|RRDB_trunk|model\.1\.sub)\.(\d+)\.[rR]", name))}
    )
    sizes = {"features": features, "blocks": blocks, "growth": growth}
    return RRDBFile(naming=naming, prefix=prefix, upscalings=upscalings, unshuffle=UNSHUFFLES[channels], sizes=sizes)


def _naming(tensors: Mapping[str, Tensor], where: str) -> tuple[str, str]:
    """Naming, and prefix of all names."""
    for marker, naming in _MARKERS.items():
        for name in tensors:
            prefix = name.removesuffix(marker)
            if name.endswith(marker) and (not prefix or prefix.endswith(".")):
                return naming, prefix
    other = next((title for marker, title in _OTHERS.items() if marker in tensors), "")
    listed = ", ".join(list(tensors)[:3])
    what = f"is of {other}, not of RRDBNet" if other else f"is not of RRDBNet (ESRGAN): its tensors are {listed}, ..."
    raise Failure(what, where=where, fix="choose the family of that network; CONTRIBUTING.md says how to add one")


def _upscalings(naming: str, names: Mapping[str, str]) -> int:
    """The number of convolutions after upscaling; the first code numbers them together with three others."""
    start = re.escape(_CONVOLUTION[naming])
    found = {match[1] for name in names if (match := re.fullmatch(start + r"(\d+)\.weight", name))}
    return min(max(len(found) - (3 if naming == "esrgan" else 0), 0), MAX_UPSCALINGS)


def _rules(file: RRDBFile) -> list[tuple[str, str]]:
    match file.naming:
        case "basicsr":
            block = (_BLOCK, r"body.\1.rdb\2.conv\3")
            return [block, ("^trunk_conv", "conv_body"), ("^upconv", "conv_up"), ("^HRconv", "conv_hr")]
        case "esrgan":
            last = 3 * file.upscalings + 4
            upscaled = [(rf"^upconv{step}\b", f"model.{3 * step}") for step in range(1, file.upscalings + 1)]
            return [
                (_BLOCK, r"model.1.sub.\1.RDB\2.conv\3.0"),
                ("^conv_first", "model.0"),
                ("^trunk_conv", f"model.1.sub.{file.sizes.get('blocks', 0)}"),
                *upscaled,
                ("^HRconv", f"model.{last - 2}"),
                ("^conv_last", f"model.{last}"),
            ]
        case _:
            return []


def _source(file: RRDBFile, name: str) -> str:
    return file.layout().sources(name)[0]


def _shape(tensors: Mapping[str, Tensor], name: str, where: str) -> tuple[int, ...]:
    tensor = tensors.get(name)
    if tensor is None or tensor.ndim != 4:
        state = "is missing" if tensor is None else f"has {tensor.ndim} dimensions instead of 4"
        raise Failure(f"tensor '{name}' {state}", where=where, fix="use a complete checkpoint of RRDBNet (ESRGAN)")
    return tuple(tensor.shape)
