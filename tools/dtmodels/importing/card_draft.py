"""Text of a draft card: what is stated, with its origin; TODO where nothing is; the rest of the file as remarks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from dtmodels.card.placeholders import PLACEHOLDER_COMMIT, PLACEHOLDER_URL, TODO
from dtmodels.card.yaml_writer import card_text, flow, scalar
from dtmodels.importing.stated import Reader, Stated, place
from dtmodels.yaml.document import FieldPath

Fields = Mapping[str, Any]
"""Fields of a card: each a `Stated`, None where nothing is stated, or nested mappings and lists of mappings."""
_WIDTH = 118
_DATASET = {
    "name": TODO,
    "url": PLACEHOLDER_URL,
    **dict.fromkeys(("role", "license", "access", "collection", "personal_data", "consent", "provenance"), TODO),
}
_EMPTY: Fields = {
    "schema": Stated(1, ""),
    "id": TODO.lower(),
    "name": TODO,
    "description": TODO,
    "task": TODO.lower(),
    "architecture": TODO.lower(),
    "version": Stated("1.0", "of this package, which is new"),
    "status": Stated("draft", ""),
    "source": {"repository": PLACEHOLDER_URL, "commit": PLACEHOLDER_COMMIT, "authors": [TODO]},
    "publication": {"kind": TODO, "title": TODO, "url": PLACEHOLDER_URL},
    "license": {"weights": TODO, "code": TODO},
    "base_model": None,
    "training": {"datasets": []},
    "openness": {"osaid": TODO, "mof": TODO},
    "limitations": None,
    "use": dict.fromkeys(("scope", "inference", "network", "telemetry"), TODO),
    "checkpoints": None,
    "convert": {"family": TODO.lower(), "options": None},
    "package": {"type": Stated("single", "each file works alone, unless you change it"), "attributes": None},
}
"""Fields of a new card. A text is the placeholder where the file states nothing; None leaves the field out."""
_ITEMS: Mapping[str, Fields] = {
    "datasets": _DATASET,
    "checkpoints": {"name": TODO.lower(), "url": PLACEHOLDER_URL},
    "limitations": {"about": TODO, "text": TODO},
    "base_model": {"name": TODO, "license": TODO, "url": PLACEHOLDER_URL},
}
"""Fields of the items of lists, and of an optional mapping, once there is one."""


def draft_text(stated: Fields, reader: Reader, title: str) -> str:
    """Return the text of a card with the stated fields.

    Args:
        stated: fields of the card.
        reader: the file they come from, which knows what was not taken.
        title: of its format, for remarks.
    """
    remarks: dict[FieldPath, str] = {}
    values = dict(_fill(_EMPTY, stated, (), remarks, missing(title)))
    appendix = [*_left_over(reader, title), *_comments(reader)]
    return card_text(values, remarks) + "".join(f"{line}\n" for line in appendix)


def missing(title: str) -> str:
    """Return the remark at a field that a file of this format does not state."""
    return f"{title} does not state it"


def _fill(
    empty: Fields, stated: Fields, at: FieldPath, remarks: dict[FieldPath, str], unstated: str
) -> Iterator[tuple[str, Any]]:
    """Yield the fields in the order of a card, and add their remarks."""
    for name in dict.fromkeys([*empty, *stated]):
        default, where = empty.get(name), (*at, name)
        fields = default if isinstance(default, Mapping) else _ITEMS.get(name, {})
        match stated.get(name) or default:
            case Stated(value=value, remark=remark):
                remarks |= {where: remark} if remark else {}
                yield name, value
            case list() as items if items is default or not items:
                remarks[where] = unstated
                yield name, items
            case list() as items:
                yield name, [dict(_fill(fields, item, (*where, i), remarks, unstated)) for i, item in enumerate(items)]
            case Mapping() as inner:
                yield name, dict(_fill(fields, {} if inner is default else inner, where, remarks, unstated))
            case str() as placeholder:
                remarks[where] = unstated
                yield name, placeholder
            case _:  # nothing is stated, and the field may be missing
                pass


def _left_over(reader: Reader, title: str) -> Iterator[str]:
    """Yield what no field took; a list or mapping without further parts stands on one line."""
    lines = [f"{place(tuple(_key(step) for step in path))}: {flow(value)}" for path, value in reader.left_over()]
    if lines:
        yield f"# What {title} states and a card has no field for:"
        wrapper = textwrap.TextWrapper(
            _WIDTH,
            initial_indent="#   ",
            subsequent_indent="#     ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in lines:
            yield from wrapper.wrap(line)


def _comments(reader: Reader) -> Iterator[str]:
    if reader.document.comments:
        yield "# Its comments, by line:"
        yield from (f"#   {line}: {words}" for line, words in reader.document.comments)


def _key(step: str | int) -> str | int:
    """A key as it can stand in a comment."""
    return step if isinstance(step, int) else scalar(step)
