"""darktable can run the tile sizes that the package states.

darktable reads the first element of `input_sizes` and cuts the image into tiles of that side. Tiles that consist of
their overlap make it divide by zero, and a list without an integer makes it refuse the model.

Fix: Write a list with the side of a tile in pixels, as the graph was exported: at least four overlaps of the task.

Authority: darktable 5.6, src/common/ai, for each task

Bad::

    task: denoise
    package: {type: single, attributes: {input_sizes: [128]}}  # two overlaps of 64

Good::

    task: denoise
    package: {type: single, attributes: {input_sizes: [768]}}
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.package.tile_sizes import TASK_TILES, size_flaw
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True

_KEY = "input_sizes"
_MAX_ELEMENTS = 256
_FIX = "write a list with one integer, the side of a tile in pixels: [512]"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check the sizes of the model, and those of each of its files."""
    where: FieldPath = ("package", "attributes")
    for path, sizes in _stated_sizes(subject.card.package.attributes, where):
        if flaw := _list_flaw(sizes):
            yield RuleResult(where=path, what=flaw, fix=_FIX)
        elif (tiling := TASK_TILES.get(subject.card.task)) and (problem := size_flaw(sizes[0], tiling)):
            reason = f"; {problem.reason}" if problem.reason else ""
            yield RuleResult(where=path, what=f"{problem.what}{reason}", fix=problem.fix)


def _stated_sizes(attributes: Mapping[str, Any], where: FieldPath) -> Iterator[tuple[FieldPath, Any]]:
    for name, value in attributes.items():
        if name == _KEY:
            yield (*where, name), value
        elif isinstance(value, Mapping):
            yield from _stated_sizes(value, (*where, name))


def _list_flaw(sizes: Any) -> str:
    """Why darktable cannot read a tile size from a value; empty if it can."""
    if not isinstance(sizes, list | tuple):
        return f"is {str(sizes)[:40]!r}, not a list"
    if not sizes:
        return "the list is empty, so darktable does not run the model"
    if len(sizes) > _MAX_ELEMENTS:
        return f"the list has {len(sizes)} elements; darktable reads at most {_MAX_ELEMENTS}"
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int):
            return f"{str(size)[:40]} is not an integer"
        if not 0 < size < 2**31:
            return f"{size} is not the side of a tile"
    return ""
