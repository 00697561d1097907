"""What a file of RealPLKSR says about itself: scale, sizes and variant, from the names and shapes of its tensors."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from torch import Tensor

from dtbase.system.errors import Failure
from dtmodels.families._realplksr_network import RGB, Sizes

MARKER = "feats.1.channel_mixer.0.weight"
"""Name of one tensor, by which a file is recognised; PLKSR itself spells it `channe_mixer`."""
_OTHERS = {
    "feats.1.channe_mixer.0.weight": "PLKSR, whose blocks are not those of RealPLKSR",
    "RRDB_trunk.0.RDB1.conv1.weight": "RRDBNet (family rrdb)",
    "body.0.rdb1.conv1.weight": "RRDBNet (family rrdb)",
    "model.1.sub.0.RDB1.conv1.0.weight": "RRDBNet (family rrdb)",
    "gblocks.0.weight": "MoSR",
    "layers.0.residual_group.blocks.0.norm1.weight": "SwinIR, HAT or ATD",
}
"""Name of one tensor in files of other networks that are published beside it."""
FIX = "use a complete checkpoint of RealPLKSR"


def prefix_of(tensors: Mapping[str, Tensor], where: str) -> str:
    """Prefix of all names.

    Raises:
        Failure: it is another network.
    """
    for name in tensors:
        prefix = name.removesuffix(MARKER)
        if name.endswith(MARKER) and (not prefix or prefix.endswith(".")):
            return prefix
    other = next((title for marker, title in _OTHERS.items() if any(name.endswith(marker) for name in tensors)), "")
    listed = ", ".join(list(tensors)[:3])
    what = f"is of {other}, not of RealPLKSR" if other else f"is not of RealPLKSR: its tensors are {listed}, ..."
    raise Failure(what, where=where, fix="choose the family of that network; CONTRIBUTING.md says how to add one")


def read_sizes(tensors: Mapping[str, Tensor], prefix: str, groups: int, where: str) -> Sizes:
    """Sizes and variant; a strict mapping has to check all names then.

    Args:
        tensors: tensors of the file by their full names.
        prefix: prefix of all names.
        groups: groups of the group normalisation, which the file does not say.
        where: the file, for messages.

    Raises:
        Failure: a tensor is missing, or the network has other channels than RGB.
    """
    names = {name.removeprefix(prefix) for name in tensors if name.startswith(prefix)}
    last = max(int(found[1]) for name in names if (found := re.match(r"feats\.(\d+)\.", name)))
    features, channels = _shape(tensors, f"{prefix}feats.0.weight", where)[:2]
    outputs = _shape(tensors, f"{prefix}feats.{last}.weight", where)[0]
    scale = math.isqrt(outputs // RGB)
    if channels != RGB or scale < 1 or RGB * scale**2 != outputs:
        what = f"is a network from {channels} channels to {outputs}, not from RGB to RGB"
        raise Failure(what, where=where, fix="use a checkpoint from 3 channels to 3, without pixel unshuffling")
    partial, _, kernel = _shape(tensors, f"{prefix}feats.1.lk.conv.weight", where)[:3]
    layer_norm = "feats.1.layer_norm.weight" in names
    if not layer_norm and features % groups:
        what = f"its {features} channels do not divide into {groups} groups"
        raise Failure(what, where=where, fix="set convert.options.groups of the card as its training had it")
    return Sizes(
        scale=scale,
        features=features,
        blocks=last - 2,
        kernel=kernel,
        partial=partial,
        attention="feats.1.attn.f.0.weight" in names,
        layer_norm=layer_norm,
        dysample=any(name.startswith("to_img.") for name in names),
        groups=groups,
    )


def _shape(tensors: Mapping[str, Tensor], name: str, where: str) -> tuple[int, ...]:
    tensor = tensors.get(name)
    if tensor is None or tensor.ndim != 4:
        state = "is missing" if tensor is None else f"has {tensor.ndim} dimensions instead of 4"
        raise Failure(f"tensor '{name}' {state}", where=where, fix=FIX)
    return tuple(tensor.shape)
