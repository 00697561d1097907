"""Assumptions of darktable 5.6 about the decoder of a mask, derived as in its code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dtmodels.findings.check_report import CheckProblem, TensorFacts, error
from dtmodels.graph.runtime import Session
from dtmodels.package.darktable_versions import INPUT_SIDE
from dtmodels.tasks._graphs import is_static, shape_text
from dtmodels.tasks._mask_settings import MAX_SIDE, MaskSettings

MAX_FEATURES = 4
"""Maximum number of encoder outputs in darktable."""
MAX_MASKS = 8
"""Maximum number of masks of one decode in darktable."""
FREE_DIMENSION = "num_labels"
"""The one symbolic dimension that darktable sets, to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocatedSizes:
    """Sizes for which darktable allocates memory before the first decode."""

    masks: int
    height: int
    width: int
    memory: int
    """Side of the previous mask."""
    checked: bool
    """True if ONNX Runtime itself checks these sizes, because none is symbolic."""


def allocated_sizes(session: Session, settings: MaskSettings) -> AllocatedSizes:
    """Sizes that darktable derives from the decoder's shapes, as ONNX Runtime reports them, and from the settings."""
    masks = session.outputs[0]
    guess = settings.side if settings.interface.several else INPUT_SIDE
    height, width = (_size(masks, axis) or guess for axis in (2, 3))
    checked = all(is_static(tensor) for tensor in session.outputs)
    if not settings.interface.several:
        return AllocatedSizes(masks=1, height=height, width=width, memory=height, checked=checked)
    count = _size(masks, 1)
    if count is None or count == 1:
        count = _size(session.outputs[1], 1) or 1
    memory = _size(session.outputs[2], 2) if len(session.outputs) > 2 else None
    sizes = {"masks": min(count, MAX_MASKS), "height": height, "width": width}
    return AllocatedSizes(**sizes, memory=memory or settings.memory, checked=checked)


def _size(tensor: TensorFacts, axis: int) -> int | None:
    dim = tensor.shape[axis] if len(tensor.shape) > axis else None
    return dim if isinstance(dim, int) and dim > 0 else None


def has_unknown_mask_size(session: Session) -> bool:
    """True if the mask's size is unknown, so darktable reloads the decoder with `FREE_DIMENSION` set."""
    return _size(session.outputs[0], 2) is None or _size(session.outputs[0], 3) is None


def route_features(outputs: Sequence[str], inputs: Sequence[str]) -> list[int]:
    """Index of the encoder output passed to each of the first decoder inputs, as in darktable.

    Equal names match first, then names that contain each other. An input without a match gets the output at its own
    position, even if another input has it already.
    """
    order, used = list(range(len(outputs))), set[int]()
    for position, name in enumerate(inputs):
        free = [index for index in range(len(outputs)) if index not in used]
        equal = [index for index in free if outputs[index] == name]
        similar = [index for index in free if outputs[index] in name or name in outputs[index]]
        if matches := [*equal, *similar]:
            order[position] = matches[0]
            used.add(matches[0])
    return order


def check_allocated_sizes(
    where: str, settings: MaskSettings, sizes: AllocatedSizes, count: int
) -> Iterator[CheckProblem]:
    """Report sizes that darktable's code cannot handle.

    Args:
        where: the decoder's file.
        settings: those of the mask.
        sizes: the sizes for which darktable allocates memory.
        count: number of decoder outputs.
    """
    text = f"{sizes.height} x {sizes.width}"
    if sizes.height != sizes.width:
        what = f"masks are {text}, darktable assumes squares: they are misplaced, and the second decode fails"
        yield error("mask.square", where, what, "export square masks")
    elif max(sizes.height, sizes.memory) > MAX_SIDE:
        what = f"masks are {text}, the previous mask {sizes.memory} x {sizes.memory}: no machine has the memory for it"
        yield error("mask.size", where, what, f"export masks of at most {MAX_SIDE} x {MAX_SIDE}")
    elif settings.interface.several and count == 2 and sizes.checked and sizes.height != sizes.memory:
        effect = "overwrites other memory and crashes" if sizes.height > sizes.memory else "feeds back a scrambled mask"
        stored = f"{sizes.memory} x {sizes.memory}"
        what = f"masks are {text} and there is no third output: darktable stores {stored} and {effect}"
        yield error("mask.memory", where, what, "add the low-resolution masks as third output")


def check_output_shapes(
    where: str, sizes: AllocatedSizes, returned: Sequence[tuple[str, tuple[int, ...]]]
) -> Iterator[CheckProblem]:
    """Check that the outputs of a decode fit into the memory that darktable allocated.

    Args:
        where: the decoder's file.
        sizes: the sizes for which darktable allocates memory.
        returned: name and shape of each output.
    """
    allocated = [
        (1, sizes.masks, sizes.height, sizes.width),
        (1, sizes.masks),
        (1, sizes.masks, sizes.memory, sizes.memory),
    ]
    for (name, shape), expected in zip(returned, allocated, strict=False):
        fits = len(shape) == len(expected) and all(a <= b for a, b in zip(shape, expected, strict=True))
        if sizes.checked and shape != expected:
            what = f"output {name} is {shape_text(shape)}, darktable passes {shape_text(expected)}: every decode fails"
            yield error("mask.decoder-output", where, what, f"export {shape_text(expected)}, at most {MAX_MASKS} masks")
        elif not fits:
            what = f"output {name} is {shape_text(shape)}, darktable allocates {shape_text(expected)}: it crashes"
            yield error("mask.decoder-output", where, what, "export the number of masks and their size as numbers")
