"""What darktable 5.6 assumes about the decoder of a mask, worked out as its code does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dtmodels.findings.check_report import CheckProblem, TensorFacts, error
from dtmodels.graph.runtime import Session
from dtmodels.tasks._graphs import is_static, shape_text

SIDE = 1024
"""Width and height of the image the encoder gets."""
MAX_FEATURES = 4
"""Encoder outputs darktable has room for."""
MAX_MASKS = 8
"""Masks of one decode darktable has room for."""
MEMORY_SIDE = 256
"""Side of the previous mask where the decoder has no output of its own for it."""
FREE_DIMENSION = "num_labels"
"""The one symbolic dimension darktable sets, to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """What one `arch` stands for."""

    prompts: tuple[str, ...]
    """Decoder inputs after the encoder's outputs, in darktable's order."""
    outputs: tuple[int, ...]
    """Numbers of decoder outputs it can take."""
    normalised: bool
    """Whether the encoder gets ImageNet-normalised values instead of 0..1."""


ARCHITECTURES = {
    "sam2": Architecture(
        prompts=("point_coords", "point_labels", "mask_input", "has_mask_input"), outputs=(2, 3), normalised=True
    ),
    "segnext": Architecture(prompts=("point_coords", "point_labels", "mask_input"), outputs=(1,), normalised=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocatedSizes:
    """The sizes darktable allocates for before the first decode."""

    masks: int
    height: int
    width: int
    memory: int
    """Side of the previous mask."""
    checked: bool
    """Whether ONNX Runtime itself holds the graph against these sizes; it does when none is symbolic."""


def allocated_sizes(session: Session, arch: str) -> AllocatedSizes:
    """What darktable takes the decoder's sizes for, from its shapes as ONNX Runtime sees them."""
    masks = session.outputs[0]
    height, width = (_size(masks, axis) or SIDE for axis in (2, 3))
    checked = all(is_static(tensor) for tensor in session.outputs)
    if arch == "segnext":
        return AllocatedSizes(masks=1, height=height, width=width, memory=height, checked=checked)
    count = _size(masks, 1)
    if count is None or count == 1:
        count = _size(session.outputs[1], 1) or 1
    memory = _size(session.outputs[2], 2) if len(session.outputs) > 2 else None
    sizes = {"masks": min(count, MAX_MASKS), "height": height, "width": width}
    return AllocatedSizes(**sizes, memory=memory or MEMORY_SIDE, checked=checked)


def _size(tensor: TensorFacts, axis: int) -> int | None:
    dim = tensor.shape[axis] if len(tensor.shape) > axis else None
    return dim if isinstance(dim, int) and dim > 0 else None


def has_unknown_mask_size(session: Session) -> bool:
    """Whether darktable loads the decoder once more, with its one symbol set, because the mask's size is unknown."""
    return _size(session.outputs[0], 2) is None or _size(session.outputs[0], 3) is None


def route_features(given: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Which encoder output each of the first decoder inputs gets, as darktable decides it.

    Equal names first, then one name within the other; an input nothing matches takes the output of its own position,
    even when that one is in use already.
    """
    order, used = list(range(len(given))), set[int]()
    for position, name in enumerate(wanted):
        free = [index for index in range(len(given)) if index not in used]
        equal = [index for index in free if given[index] == name]
        alike = [index for index in free if given[index] in name or name in given[index]]
        if found := [*equal, *alike]:
            order[position] = found[0]
            used.add(found[0])
    return order


def check_allocated_sizes(where: str, arch: str, known: AllocatedSizes, count: int) -> Iterator[CheckProblem]:
    """Sizes that darktable's code cannot work with.

    Args:
        where: the decoder's file.
        arch: the architecture.
        known: what darktable takes the sizes for.
        count: number of decoder outputs.
    """
    size = f"{known.height} x {known.width}"
    if known.height != known.width:
        what = (
            f"masks are {size}, darktable takes them for square: they come out misplaced, and the second decode fails"
        )
        yield error("mask.square", where, what, "export square masks")
    elif arch == "sam2" and count == 2 and known.checked and known.height != MEMORY_SIDE:
        wrong = "overwrites other memory and crashes" if known.height > MEMORY_SIDE else "feeds back a scrambled mask"
        what = (
            f"masks are {size} and there is no third output: darktable keeps {MEMORY_SIDE} x {MEMORY_SIDE} and {wrong}"
        )
        yield error("mask.memory", where, what, "add the low-resolution masks as third output")


def check_output_shapes(
    where: str, known: AllocatedSizes, returned: Sequence[tuple[str, tuple[int, ...]]]
) -> Iterator[CheckProblem]:
    """Whether what a decode returned fits into what darktable allocated.

    Args:
        where: the decoder's file.
        known: what darktable takes the sizes for.
        returned: name and shape of each output.
    """
    room = [(1, known.masks, known.height, known.width), (1, known.masks), (1, known.masks, known.memory, known.memory)]
    for (name, shape), wanted in zip(returned, room, strict=False):
        fits = len(shape) == len(wanted) and all(a <= b for a, b in zip(shape, wanted, strict=True))
        if known.checked and shape != wanted:
            what = f"output {name} is {shape_text(shape)}, darktable passes {shape_text(wanted)}: every decode fails"
            yield error("mask.decoder-output", where, what, f"export {shape_text(wanted)}, at most {MAX_MASKS} masks")
        elif not fits:
            what = f"output {name} is {shape_text(shape)}, darktable has room for {shape_text(wanted)}: it crashes"
            yield error("mask.decoder-output", where, what, "export the number of masks and their size as numbers")
