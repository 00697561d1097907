"""The licence table is complete, explains disagreements, and is up to date.

Every licence verdict depends on this table. Its ids are SPDX ids, and each row names its authority. A note explains
every verdict that differs from OSADL's matrix. No row is older than 400 days. In a git repository this age is counted
to the day of the last commit, so that a release of the past can be built again.

Fix: Run `dtmodels licence --compare` to see what changed elsewhere. Read the authority, then update the row and its
date. In a repository that only uses these tools, install a newer version of them.

Bad::

    {"id": "IJG", "verdict": "compatible", "osadl": {"2024-11": "No"}}

Good::

    {"id": "IJG", "verdict": "compatible", "osadl": {"2024-11": "No"}, "note": "The FSF keeps the GPL and is followed."}
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from dtbase.system.errors import WrongUsage
from dtmodels.card import schemas
from dtmodels.licence.review import TableProblem, table_problems
from dtmodels.licence.table import TABLE, LicenceTable
from dtmodels.lint.rule import RuleResult, Severity
from dtmodels.release.git import git

SEVERITY: Severity = "error"


def check_repository(root: Path) -> Iterator[RuleResult]:
    """Check the repository's own table; of a table installed with the tools, check only the age."""
    own = root / "schema" / TABLE
    if own.is_file():
        yield from (_remark(doubt, own) for doubt in _doubts(own, root))
    else:
        for doubt in [doubt for doubt in _doubts(schemas.schema_directory() / TABLE, root) if doubt.line == 1]:
            fix = "install a newer version of these tools"
            yield RuleResult(path=root, what=f"{doubt.what} (in the installed tools)", fix=fix, severity="warning")


def _doubts(path: Path, root: Path) -> list[TableProblem]:
    text, spdx, today = path.read_text(encoding="utf-8", errors="replace"), LicenceTable.load().spdx, date.today()
    doubts = list(table_problems(text, spdx, today))
    # git takes longer than the table, and is asked only if there may be something old.
    return list(table_problems(text, spdx, today, _last_commit(root))) if doubts else []


def _last_commit(root: Path) -> date | None:
    """The day of the last commit; None outside a git repository."""
    try:
        day = git(root, "log", "-1", "--format=%cs").decode().strip()
    except WrongUsage:
        return None
    return date.fromisoformat(day) if day else None


def _remark(doubt: TableProblem, path: Path) -> RuleResult:
    return RuleResult(path=path, line=doubt.line, what=doubt.what, fix=doubt.fix)
