"""Licence expressions: read them, and judge them against the reviewed table in `schema/`.

`parse` reads an SPDX expression, `Table.load` reads the table, `judge` says whether weights under an expression may be
distributed with a program under GPL-3.0-or-later, and `dtmodels.licence.openness` says how free an expression is.
"""

from dtmodels.licence.expression import And, Name, Node, Or, leaves, parse
from dtmodels.licence.table import Row, Table
from dtmodels.licence.tokens import LicenceError
from dtmodels.licence.verdict import Part, Status, Verdict, judge

__all__ = [
    "And",
    "LicenceError",
    "Name",
    "Node",
    "Or",
    "Part",
    "Row",
    "Status",
    "Table",
    "Verdict",
    "judge",
    "leaves",
    "parse",
]
