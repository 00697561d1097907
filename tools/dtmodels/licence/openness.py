"""How free an expression is: questions the derivation of openness asks.

Every answer holds for the expression as a whole: all parts of a union, at least one alternative of a choice. A text
that is no expression, or a licence nobody knows, is never open.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from dtmodels.licence.expression import Name, Node, Or, parse
from dtmodels.licence.free_text import expression_from_text
from dtmodels.licence.table import Data, Table
from dtmodels.licence.tokens import LicenceError

DataStatus = Data | Literal["unlisted"]
_DATA: tuple[DataStatus, ...] = ("open", "share-alike", "mixed", "restricted", "undisclosed", "unlisted")


def is_osi_approved(expression: str, table: Table | None = None) -> bool:
    """Whether the Open Source Initiative approved the licences: what open-source code needs."""
    known = table or Table.load()
    return _holds(expression, known, lambda name: "o" in (known.flags(name) or ""))


def is_free_software(expression: str, table: Table | None = None) -> bool:
    """Whether the licences are free: the Free Software Foundation says so, or the table where it is silent."""
    known = table or Table.load()

    def free(name: str) -> bool:
        flags, row = known.flags(name) or "", known.row(name)
        return "f" in flags or ("n" not in flags and row is not None and row.free is True)

    return _holds(expression, known, free)


def is_open_data(expression: str, table: Table | None = None) -> bool:
    """Whether anybody may use, change and share data under the licences, share-alike ones included."""
    return data_status(expression, table) in ("open", "share-alike")


def data_status(expression: str, table: Table | None = None) -> DataStatus:
    """What data under an expression is: the worst part of a union, the best alternative of a choice.

    mixed: each item has its own licence. undisclosed: nobody says. unlisted: no expression, or not reviewed. Common
    names that can mean one licence only are taken for it; that they are misspelled is another question.
    """
    known = table or Table.load()
    try:
        return _data(parse(expression_from_text(expression, known)), known)
    except LicenceError:
        return "unlisted"


def made_for(expression: str, table: Table | None = None) -> frozenset[str]:
    """What the licences were written for: software, data, content, documentation, font, model, anything."""
    known = table or Table.load()
    try:
        node = parse(expression)
    except LicenceError:
        return frozenset()
    return _made_for(node, known)


def _holds(expression: str, table: Table, ask: Callable[[str], bool]) -> bool:
    try:
        return _all_hold(parse(expression), table, ask)
    except LicenceError:
        return False


def _all_hold(node: Node, table: Table, ask: Callable[[str], bool]) -> bool:
    if not isinstance(node, Name):
        combine = any if isinstance(node, Or) else all
        return combine(_all_hold(part, table, ask) for part in node.parts)
    return all(ask(name) for name in _readings(node, table))


def _data(node: Node, table: Table) -> DataStatus:
    if not isinstance(node, Name):
        pick = min if isinstance(node, Or) else max
        return pick((_data(part, table) for part in node.parts), key=_DATA.index)
    rows = [table.row(name) for name in _readings(node, table)]
    return max(((row.data if row else "unlisted") for row in rows), key=_DATA.index)


def _made_for(node: Node, table: Table) -> frozenset[str]:
    if not isinstance(node, Name):
        return frozenset[str]().union(*(_made_for(part, table) for part in node.parts))
    rows = (table.row(name) for name in _readings(node, table))
    return frozenset(row.made_for for row in rows if row)


def _readings(name: Name, table: Table) -> tuple[str, ...]:
    """The ids an id may mean; WITH only ever permits more, so the exception does not count."""
    readings = table.deprecated.get(table.canonical(name.text)) or (name.id,)
    return tuple(reading.partition(" WITH ")[0] for reading in readings)
