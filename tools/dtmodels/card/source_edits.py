"""Edits of a card's source text at exact positions; all other bytes are unchanged, comments included.

Used by the autofixes of the linter and by commands that write into cards.
"""

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
    """Replacement of a range of text: start inclusive, end exclusive; lines and columns count from 1."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


def quote_yaml(text: str) -> str:
    """Return `text` as YAML source that every reader parses as a string."""
    return json.dumps(text, ensure_ascii=False)


def edit_for_change(text: str, change: SourceChange) -> TextEdit | None:
    """Return the edit that makes a change in a card's text; None when it would affect other text."""
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
    """Return the edit that adds fields at the end of a mapping; None when there is no mapping, or it is empty.

    Args:
        text: the card's text.
        where: path of the mapping.
        fields: values as YAML source, by name.
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
    """Compose the nodes of a text; cached, because one card may need thousands of changes."""
    root: yaml.Node | None = yaml.compose(text, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)
    return root


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """Apply edits to a text; of two that overlap, the earlier one wins."""
    starts = _line_starts(text)
    position = 0
    parts = []
    for edit in sorted(set(edits)):
        start, end = starts[edit.line - 1] + edit.column - 1, starts[edit.end_line - 1] + edit.end_column - 1
        if start < position:
            continue
        parts += [text[position:start], edit.text]
        position = end
    return "".join([*parts, text[position:]])


_Step = tuple[yaml.Node | None, yaml.Node]
"""A key (None in a list) and its value."""


def _steps(root: yaml.Node | None, where: FieldPath) -> list[_Step]:
    """Return the nodes on the path to a value: the document, then a key and a value per step; empty if absent."""
    if root is None:
        return []
    steps: list[_Step] = [(None, root)]
    for step in where:
        node = steps[-1][1]
        if isinstance(node, yaml.MappingNode) and isinstance(step, str):
            pair = next((pair for pair in node.value if pair[0].value == step), None)
            if pair is None:
                return []
            steps.append(pair)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            steps.append((None, node.value[step]))
        else:
            return []
    return steps


def _deletion(text: str, steps: Sequence[_Step]) -> TextEdit | None:
    """Delete a list item, or the whole field when its list has no other item."""
    if len(steps) < 2 or not isinstance(parent := steps[-2][1], yaml.SequenceNode):
        return None
    position = next(index for index, item in enumerate(parent.value) if item is steps[-1][1])
    if parent.flow_style:
        return _delete_from_flow_list(text, parent.value, position)
    if len(parent.value) > 1:
        first = text.rfind("-", 0, parent.value[position].start_mark.index)
        return _delete_lines(text, first, _extent(text, parent.value[position])[1])
    if len(steps) == 3 and (key := steps[-2][0]) is not None:
        return _delete_lines(text, key.start_mark.index, _extent(text, parent)[1])
    return None


def _delete_from_flow_list(text: str, items: Sequence[yaml.Node], position: int) -> TextEdit | None:
    start, end = _extent(text, items[position])
    if position + 1 < len(items):
        end = items[position + 1].start_mark.index
    elif position:
        start = _extent(text, items[position - 1])[1]
    return None if "#" in text[end:start] else _between(text, start, end, "")


def _delete_lines(text: str, start: int, end: int) -> TextEdit | None:
    """Delete whole lines, from the line of `start` to the line of `end`; None when other text precedes `start`."""
    starts = _line_starts(text)
    first = max(index for index in starts if index <= start)
    after = next((index for index in starts if index >= end and index > start), len(text))
    return None if text[first:start].strip() else _between(text, first, after, "")


def _extent(text: str, node: yaml.Node) -> tuple[int, int]:
    """Return the start and end index of a node, without line breaks and comments after it."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode):
        return start, start + len(text[start:end].rstrip())
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return start, end
    last = node.value[-1]
    return start, _extent(text, last[1] if isinstance(last, tuple) else last)[1]


def _between(text: str, start: int, end: int, source: str) -> TextEdit:
    return TextEdit(*_line_and_column(text, start), *_line_and_column(text, end), source)


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    starts = _line_starts(text)
    line = bisect_right(starts, index)
    return line, index - starts[line - 1] + 1


@lru_cache(maxsize=1)
def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]
