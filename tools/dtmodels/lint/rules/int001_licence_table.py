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
from dtmodels.licence.review import TableProblem, table_problems
from dtmodels.licence.table import TABLE, LicenceTable
from dtmodels.lint.rule import RuleResult, Severity

SEVERITY: Severity = "error"


def check_repository(root: Path) -> Iterator[RuleResult]:
    """Look the repository's own table over; of one that came with the tools only the age is told."""
    own = root / "schema" / TABLE
    if own.is_file():
        yield from (_remark(problem, own) for problem in _table_problems(own))
    else:
        for problem in [problem for problem in _table_problems(schemas.directory() / TABLE) if problem.line == 1]:
            fix = "install a newer version of these tools"
            yield RuleResult(path=root, what=f"{problem.what} (in the installed tools)", fix=fix, severity="warning")


def _table_problems(path: Path) -> list[TableProblem]:
    text = path.read_text(encoding="utf-8", errors="replace")
    return list(table_problems(text, LicenceTable.load().spdx, date.today()))


def _remark(problem: TableProblem, path: Path) -> RuleResult:
    return RuleResult(path=path, line=problem.line, what=problem.what, fix=problem.fix)
