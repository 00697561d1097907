"""The table of licences is complete, says where authorities differ, and is fresh.

Every verdict on a licence rests on this table. Its ids are SPDX's, each row names its authority, a verdict that
differs from OSADL's matrix has a note that says why, and nothing in it is older than 400 days.

Fix: `dtmodels licence --compare` shows what changed elsewhere; read the authority, then correct row and day. A
repository that only uses these tools installs newer ones.

Bad::

    {"id": "IJG", "verdict": "compatible", "osadl": {"2024-11": "No"}}

Good::

    {"id": "IJG", "verdict": "compatible", "osadl": {"2024-11": "No"}, "note": "The FSF keeps the GPL and is followed."}
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from dtmodels.card import schemas
from dtmodels.licence.review import Doubt, doubts
from dtmodels.licence.table import TABLE, Table
from dtmodels.lint.rule import RuleResult, Severity

SEVERITY: Severity = "error"


def check_repository(root: Path) -> Iterator[RuleResult]:
    """Look the repository's own table over; of one that came with the tools only the age is told."""
    own = root / "schema" / TABLE
    if own.is_file():
        yield from (_remark(doubt, own) for doubt in _doubts(own))
    else:
        for doubt in [doubt for doubt in _doubts(schemas.schema_directory() / TABLE) if doubt.line == 1]:
            fix = "install a newer version of these tools"
            yield RuleResult(path=root, what=f"{doubt.what} (in the installed tools)", fix=fix, severity="warning")


def _doubts(path: Path) -> list[Doubt]:
    text = path.read_text(encoding="utf-8", errors="replace")
    return list(doubts(text, Table.load().spdx, date.today()))


def _remark(doubt: Doubt, path: Path) -> RuleResult:
    return RuleResult(path=path, line=doubt.line, what=doubt.what, fix=doubt.fix)
