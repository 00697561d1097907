"""RealPLKSR (neosr's form of PLKSR, https://arxiv.org/abs/2404.11848): upscaling with large kernels.

Checkpoints: `x1`, `x2`, `x3`, `x4` and `x8`, each the authors' file and each a graph of its own; a card may leave some
out. darktable's task upscale takes `x2` and `x4`; `x1`, which restores without upscaling, is for denoise. The file says
its scale, sizes and variant (`_realplksr_file`): group or layer normalisation, pixel shuffle or DySample.

Options: sizes of seeded weights, by default neosr's; if a card states them, its files have to agree. `groups` of the
group normalisation holds for files too, since no file says it. `halved: true` writes `model_x2.onnx` from a checkpoint
`x4`: its output, with the mean of each four pixels. `entry` names the entry of a file with several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import torch
from torch import nn

from dtbase.system.errors import Failure
from dtmodels.families import Job
from dtmodels.families._export import example_input, export
from dtmodels.families._options import option, tile_size
from dtmodels.families._realplksr_file import prefix_of, read_sizes
from dtmodels.families._realplksr_inference import Halved, Inference
from dtmodels.families._realplksr_network import RealPLKSR, Sizes
from dtmodels.families._seeded_weights import Recipe
from dtmodels.families._state_dict_mapping import Layout, map_state_dict
from dtmodels.families._weights import checkpoint_of, load_weights, read_tensors

DEFAULTS: Mapping[str, Any] = {one.name: one.default for one in fields(Sizes) if one.name != "scale"}
OPTIONS = ("entry", "halved", *DEFAULTS)
SCALES = {"x1": 1, "x2": 2, "x3": 3, "x4": 4, "x8": 8}
LAYOUT = Layout()
PARITY_SIDE = 128
"""Side of the square image for the parity check: the network works at any size, and one call takes 35 CPU seconds at a
tile of 512. A graph with DySample contains the positions of its pixels, and is checked at its own size."""


def recipe(sizes: Sizes) -> Recipe:
    """Scales of seeded weights: a last convolution that adds little to the image, and positions away from the grid."""
    return Recipe(factors={f"feats.{sizes.blocks + 2}.weight": 0.1, "to_img.init_pos": 4.0})


def convert(job: Job) -> Mapping[str, Any]:
    """Write a graph for each checkpoint: `input` [1, 3, T, T] in 0..1 to `output`, larger by its scale.

    The graph of `x1` is `model.onnx`, that of the others `model_x2.onnx` and so on.

    Raises:
        Failure: a checkpoint is not named by its scale, or is of another network.
    """
    card = job.card
    where = f"models/{card.id}/card.yaml"
    named = [checkpoint.name for checkpoint in card.checkpoints]
    if not named or (unknown := set(named) - set(SCALES)):
        what = f"has checkpoints named {', '.join(sorted(unknown))}" if named else "names no checkpoint"
        raise Failure(what, where=where, fix=f"name them {', '.join(SCALES)}, by their scale")
    halved = option(card, "halved", default=False)
    if halved and ("x4" not in named or "x2" in named):
        what = "halves the output of a checkpoint x4, but names " + ("one x2, too" if "x2" in named else "none")
        fix = "remove the option, or name one checkpoint x4 and none x2"
        raise Failure(what, where=f"{where}: convert.options.halved", fix=fix)
    for name in named:
        loaded = _load(job, name)
        side, network = None if loaded.sizes.dysample else PARITY_SIDE, Inference(loaded)
        _export(job, network, "model" if name == "x1" else f"model_{name}", side)
        if halved and name == "x4":
            _export(job, Halved(network), "model_x2", side)
    return {}


def _export(job: Job, network: nn.Module, file: str, parity_side: int | None) -> None:
    size = tile_size(job.card, file, 1)
    sides = (size, min(size, parity_side or size))
    example, reference = ({"input": example_input(1, 3, side, side)} for side in sides)
    export(network, example, ["output"], job.output / f"{file}.onnx", parity_inputs=reference)


def _load(job: Job, name: str) -> RealPLKSR:
    """The network of one checkpoint, with its weights."""
    stated = {size: option(job.card, size, default) for size, default in DEFAULTS.items()}
    if job.seed is not None:
        sizes, layout = Sizes(scale=SCALES[name], **stated), LAYOUT
    else:
        sizes, layout = _read(job, name, stated)
    network = RealPLKSR(sizes)
    load_weights(network, job, name, layout, recipe(sizes))
    return network


def _read(job: Job, name: str, stated: Mapping[str, Any]) -> tuple[Sizes, Layout]:
    """Sizes of a checkpoint, held against the card, and the layout of its file."""
    where = str(checkpoint_of(job, name))
    tensors = read_tensors(job, name, LAYOUT)
    layout = Layout(prefix=prefix_of(tensors, where))
    sizes = read_sizes(tensors, layout.prefix, stated["groups"], where)
    if sizes.scale != SCALES[name]:
        known = [one for one, scale in SCALES.items() if scale == sizes.scale]
        what = f"upscales by {sizes.scale}, but the card names it {name}"
        raise Failure(what, where=where, fix=f"name it {known[0]}" if known else f"use a file of {', '.join(SCALES)}")
    for size in DEFAULTS:
        found = getattr(sizes, size)
        if size in job.card.convert.options and stated[size] != found:
            what = f"the file has {size}: {found}, the card {stated[size]}"
            raise Failure(what, where=where, fix=f"remove convert.options.{size} from the card: the file decides")
    with torch.device("meta"):  # a damaged file could ask for more memory than there is
        shapes = RealPLKSR(sizes).state_dict()
    map_state_dict(shapes, tensors, layout, where=where)
    return sizes, layout
