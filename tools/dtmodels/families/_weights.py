"""Load the weights of a network: the author's checkpoint, or seeded weights if the job has a seed."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn

from dtbase.system.errors import Failure
from dtbase.system.recognise import file_kind
from dtmodels.families import Job
from dtmodels.families._checkpoint import read_checkpoint
from dtmodels.families._checkpoint_entry import without_wrapper
from dtmodels.families._graph_weights import convolution_weights
from dtmodels.families._options import text_option
from dtmodels.families._seeded_weights import Recipe, seeded_tensor
from dtmodels.families._state_dict_mapping import Layout, map_state_dict


def load_weights(network: nn.Module, job: Job, checkpoint: str, layout: Layout, recipe: Recipe) -> None:
    """Load the checkpoint named `checkpoint` into `network`, strictly, and set inference mode.

    Args:
        network: a network of the right size; its weights are replaced.
        job: the conversion job.
        checkpoint: name of the file in the card.
        layout: layout of the file.
        recipe: scales of seeded weights, used if the job has a seed.

    Raises:
        Failure: the job has no such checkpoint, it cannot be read, or its tensors do not fit.
    """
    state = network.state_dict()
    if job.seed is not None:
        loaded = {name: _seeded(name, tensor, layout, recipe, job.seed) for name, tensor in state.items()}
    else:
        loaded = map_state_dict(
            state, read_tensors(job, checkpoint, layout), layout, where=str(checkpoint_of(job, checkpoint))
        )
    network.load_state_dict(loaded, strict=True)
    # after loading: some networks compute tables from their weights in inference mode
    network.eval()


def read_tensors(job: Job, checkpoint: str, layout: Layout) -> dict[str, Tensor]:
    """The tensors of the checkpoint named `checkpoint`, of the entry that the card or else the layout names.

    Raises:
        Failure: the job has no such checkpoint, or it cannot be read.
    """
    path = checkpoint_of(job, checkpoint)
    if layout.graphs and (kind := file_kind(path)) and kind.name == "onnx":
        return convolution_weights(path)
    entry = text_option(job.card, "entry", "params_ema")
    found = read_checkpoint(path, key=layout.key, entry=entry, inert=layout.inert)
    return without_wrapper(found, layout.prefix)


def checkpoint_of(job: Job, name: str) -> Path:
    """The file of a checkpoint.

    Raises:
        Failure: the card has no checkpoint of this name.
    """
    if name not in job.checkpoints:
        fix = f"name one of the checkpoints '{name}'"
        raise Failure(f"there is no checkpoint named '{name}'", where=f"models/{job.card.id}/card.yaml", fix=fix)
    return job.checkpoints[name]


def _seeded(name: str, tensor: Tensor, layout: Layout, recipe: Recipe, seed: int) -> Tensor:
    sources = layout.sources(name)
    if not tensor.is_floating_point():
        return tensor
    if len(sources) > 1:
        raise ValueError(
            f"seeded weights need one published name for {name}; pass load_weights() a layout of the authors' names"
        )
    return seeded_tensor(sources[0], tensor.shape, seed, recipe)
