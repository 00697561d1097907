"""Corrections of a card's source text at exact places: what is not corrected keeps its bytes, comments included."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import yaml

from dtmodels.yaml.document import FieldPath, SourceChange


@dataclass(frozen=True, slots=True, order=True)
class TextEdit:
    """A piece of text to replace: from a line and column (both from 1) up to, not including, another."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


def quote_yaml(text: str) -> str:
    """`text` as YAML source that every reader takes for text."""
    return json.dumps(text, ensure_ascii=False)


def edit_for_change(text: str, change: SourceChange) -> TextEdit | None:
    """The edit that makes a change in a card's text; None where it cannot be made without touching more."""
    steps = _steps(_composed(text), change.where)
    if not steps:
        return None
    if change.kind == "delete":
        return _deletion(text, steps)
    key, value = steps[-1]
    node = key if change.kind == "key" else value
    if node is None or not isinstance(node, yaml.ScalarNode):
        return None
    start, end = _extent(text, node)
    return _between(text, start, end, change.source) if end > start else None


def edit_adding_fields(text: str, where: FieldPath, fields: Mapping[str, str]) -> TextEdit | None:
    """The edit that adds fields at the end of a mapping; None where there is none, or it is empty.

    Args:
        text: of the card.
        where: of the mapping.
        fields: their values as YAML source, by name.
    """
    steps = _steps(_composed(text), where)
    if not steps or not isinstance(node := steps[-1][1], yaml.MappingNode) or not node.value:
        return None
    end = _extent(text, node)[1]
    if node.flow_style:
        end = _extent(text, node.value[-1][1])[1]
        return _between(text, end, end, "".join(f", {name}: {value}" for name, value in fields.items()))
    end = next((index - 1 for index in _line_starts(text) if index > end), len(text.rstrip("\n")))
    indent = " " * node.start_mark.column
    return _between(text, end, end, "".join(f"\n{indent}{name}: {value}" for name, value in fields.items()))


@lru_cache(maxsize=1)
def _composed(text: str) -> yaml.Node | None:
    """The nodes of a text; kept for the next change, as one card may ask for thousands."""
    found: yaml.Node | None = yaml.compose(text, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)
    return found


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """`text` with edits made; of two that overlap, the one that stands first in the file."""
    starts = _line_starts(text)
    at = 0
    parts = []
    for one in sorted(set(edits)):
        start, end = starts[one.line - 1] + one.column - 1, starts[one.end_line - 1] + one.end_column - 1
        if start < at:
            continue
        parts += [text[at:start], one.text]
        at = end
    return "".join([*parts, text[at:]])


_Step = tuple[yaml.Node | None, yaml.Node]
"""A key (None in a list) and its value."""


def _steps(root: yaml.Node | None, where: FieldPath) -> list[_Step]:
    """The way to a value: the document first, then a key and a value for each step; empty when it is not there."""
    if root is None:
        return []
    steps: list[_Step] = [(None, root)]
    for step in where:
        node = steps[-1][1]
        if isinstance(node, yaml.MappingNode) and isinstance(step, str):
            found = next((pair for pair in node.value if pair[0].value == step), None)
            if found is None:
                return []
            steps.append(found)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            steps.append((None, node.value[step]))
        else:
            return []
    return steps


def _deletion(text: str, steps: Sequence[_Step]) -> TextEdit | None:
    """Take an entry of a list out; the list with it when nothing else is left and it is a field of its own."""
    if len(steps) < 2 or not isinstance(parent := steps[-2][1], yaml.SequenceNode):
        return None
    place = next(index for index, item in enumerate(parent.value) if item is steps[-1][1])
    if parent.flow_style:
        return _out_of_brackets(text, parent.value, place)
    if len(parent.value) > 1:
        first = text.rfind("-", 0, parent.value[place].start_mark.index)
        return _lines(text, first, _extent(text, parent.value[place])[1])
    if len(steps) == 3 and (key := steps[-2][0]) is not None:
        return _lines(text, key.start_mark.index, _extent(text, parent)[1])
    return None


def _out_of_brackets(text: str, items: Sequence[yaml.Node], place: int) -> TextEdit | None:
    start, end = _extent(text, items[place])
    if place + 1 < len(items):
        end = items[place + 1].start_mark.index
    elif place:
        start = _extent(text, items[place - 1])[1]
    return None if "#" in text[end:start] else _between(text, start, end, "")


def _lines(text: str, start: int, end: int) -> TextEdit | None:
    """Whole lines, from the one that holds `start` to the one that holds `end`; None when something stands before."""
    starts = _line_starts(text)
    first = max(index for index in starts if index <= start)
    after = next((index for index in starts if index >= end and index > start), len(text))
    return None if text[first:start].strip() else _between(text, first, after, "")


def _extent(text: str, node: yaml.Node) -> tuple[int, int]:
    """Where a node begins and ends; line breaks and comments that follow it are not part of it."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode):
        return start, start + len(text[start:end].rstrip())
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return start, end
    last = node.value[-1]
    return start, _extent(text, last[1] if isinstance(last, tuple) else last)[1]


def _between(text: str, start: int, end: int, source: str) -> TextEdit:
    return TextEdit(*_position(text, start), *_position(text, end), source)


def _position(text: str, index: int) -> tuple[int, int]:
    starts = _line_starts(text)
    line = bisect_right(starts, index)
    return line, index - starts[line - 1] + 1


@lru_cache(maxsize=1)
def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]
