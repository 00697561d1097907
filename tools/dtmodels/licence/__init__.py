"""Licence expressions: parse them, and look them up in the reviewed table in `schema/`.

`parse` reads an SPDX expression and `LicenceTable.load` reads the table. `licence_verdict` says whether weights under
an expression may be distributed with a program under GPL-3.0-or-later. `dtmodels.licence.openness` says whether an
expression is open.
"""

from dtmodels.licence.expression import And, Licence, Node, Or, leaves, parse
from dtmodels.licence.table import LicenceRow, LicenceTable
from dtmodels.licence.tokens import LicenceError
from dtmodels.licence.verdict import Part, Status, Verdict, licence_verdict

__all__ = [
    "And",
    "Licence",
    "LicenceError",
    "LicenceRow",
    "LicenceTable",
    "Node",
    "Or",
    "Part",
    "Status",
    "Verdict",
    "leaves",
    "licence_verdict",
    "parse",
]
