"""Openness of licence expressions: OSI approval, free software, open data. `dtmodels.openness` uses it.

A result covers the whole expression: all parts of AND, at least one alternative of OR. An invalid expression or an
unknown licence is never open.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from dtmodels.licence.expression import Licence, Node, Or, parse
from dtmodels.licence.free_text import expression_from_text
from dtmodels.licence.table import DataTerms, LicenceTable
from dtmodels.licence.tokens import LicenceError

DataStatus = DataTerms | Literal["unlisted"]
_DATA_ORDER: tuple[DataStatus, ...] = ("open", "share-alike", "mixed", "restricted", "undisclosed", "unlisted")


@lru_cache(maxsize=4096)
def is_osi_approved(expression: str, table: LicenceTable | None = None) -> bool:
    """True if the Open Source Initiative approved the licences, as open-source code requires."""
    known = table or LicenceTable.load()
    return _is_satisfied(expression, known, lambda name: "o" in (known.flags(name) or ""))


@lru_cache(maxsize=4096)
def is_free_software(expression: str, table: LicenceTable | None = None) -> bool:
    """True if the licences are free according to the Free Software Foundation, or to the table if the FSF is silent."""
    known = table or LicenceTable.load()

    def free(name: str) -> bool:
        flags, row = known.flags(name) or "", known.row(name)
        return "f" in flags or ("n" not in flags and row is not None and row.free is True)

    return _is_satisfied(expression, known, free)


def is_open_data(expression: str, table: LicenceTable | None = None) -> bool:
    """True if the licences permit everyone to use, change and share data; share-alike licences are included."""
    return data_status(expression, table) in ("open", "share-alike")


@lru_cache(maxsize=4096)
def data_status(expression: str, table: LicenceTable | None = None) -> DataStatus:
    """Status of data under an expression: the worst part of AND, the best alternative of OR.

    mixed: each item has its own licence. undisclosed: no licence is stated. unlisted: invalid or not reviewed. A common
    name that can mean one licence only is interpreted as that licence.
    """
    known = table or LicenceTable.load()
    try:
        return _node_data_status(parse(expression_from_text(expression, known)), known)
    except LicenceError:
        return "unlisted"


@lru_cache(maxsize=4096)
def made_for(expression: str, table: LicenceTable | None = None) -> frozenset[str]:
    """Kinds of works the licences were written for: software, data, content, documentation, font, model, anything."""
    known = table or LicenceTable.load()
    try:
        node = parse(expression)
    except LicenceError:
        return frozenset()
    return _node_made_for(node, known)


def _is_satisfied(expression: str, table: LicenceTable, predicate: Callable[[str], bool]) -> bool:
    try:
        return _node_satisfied(parse(expression), table, predicate)
    except LicenceError:
        return False


def _node_satisfied(node: Node, table: LicenceTable, predicate: Callable[[str], bool]) -> bool:
    if not isinstance(node, Licence):
        combine = any if isinstance(node, Or) else all
        return combine(_node_satisfied(part, table, predicate) for part in node.parts)
    return all(predicate(name) for name in _readings(node, table))


def _node_data_status(node: Node, table: LicenceTable) -> DataStatus:
    if not isinstance(node, Licence):
        pick = min if isinstance(node, Or) else max
        return pick((_node_data_status(part, table) for part in node.parts), key=_DATA_ORDER.index)
    rows = [table.row(name) for name in _readings(node, table)]
    return max(((row.data if row else "unlisted") for row in rows), key=_DATA_ORDER.index)


def _node_made_for(node: Node, table: LicenceTable) -> frozenset[str]:
    if not isinstance(node, Licence):
        return frozenset[str]().union(*(_node_made_for(part, table) for part in node.parts))
    rows = (table.row(name) for name in _readings(node, table))
    return frozenset(row.made_for for row in rows if row)


def _readings(licence: Licence, table: LicenceTable) -> tuple[str, ...]:
    """The ids that an id may mean. Exceptions are dropped, because WITH only adds permissions."""
    readings = table.deprecated.get(table.canonical(licence.text)) or (licence.id,)
    return tuple(reading.partition(" WITH ")[0] for reading in readings)
