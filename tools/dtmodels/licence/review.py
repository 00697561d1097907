"""Checks of the reviewed table: rows are complete, differences from OSADL are explained, reviews are recent.

Called by rule INT001.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from dtmodels.licence.expression import UNSTATED
from dtmodels.licence.table import SpdxList

MAX_AGE_DAYS = 400
"""Maximum age of a review, in days. Licences and rulings change rarely."""

_OSADL_VERDICTS = {"Yes": "compatible", "Same": "compatible", "No": "incompatible"}


@dataclass(frozen=True, slots=True)
class TableProblem:
    """A problem of the table, with its line, counted from 1."""

    line: int
    what: str
    fix: str


def table_problems(text: str, spdx: SpdxList, today: date, judged: date | None = None) -> Iterator[TableProblem]:
    """Check the text of a table; problems come in the order of its lines.

    Args:
        text: the table.
        spdx: SPDX's list of licences.
        today: the present day; no review is later.
        judged: the day that the age of reviews is counted to; `today` if None.
    """
    days = (today, judged or today)
    try:
        table = json.loads(text)
        rows: list[dict[str, Any]] = table["licences"]
        problems = [TableProblem(1, what, fix) for what, fix in _age_problems(table["reviewed"], "the table", *days)]
        id_counts = Counter(row["id"] for row in rows)
        for row in rows:
            row_problems = [
                (f"{row['id']}: {what}", fix) for what, fix in _row_problems(row, table, spdx, id_counts[row["id"]])
            ]
            row_problems += _age_problems(row["reviewed"], row["id"], *days)
            problems += [TableProblem(_row_line(text, row["id"]), what, fix) for what, fix in row_problems]
    except (ValueError, KeyError, TypeError) as exc:
        what = f"the table cannot be read: {type(exc).__name__}: {exc}"
        problems = [TableProblem(1, what, "validate it against schema/licences-v1.schema.json")]
    yield from sorted(problems, key=lambda problem: problem.line)


def _row_problems(
    row: dict[str, Any], table: dict[str, Any], spdx: SpdxList, id_count: int
) -> Iterator[tuple[str, str]]:
    name = row["id"].partition(" WITH ")[0]
    if id_count > 1:
        yield "has two rows", "keep one"
    if name not in UNSTATED and not name.startswith("LicenseRef-"):
        if name not in spdx.licences:
            yield f"is not in SPDX list {spdx.version}", "fix the id, or prefix it with LicenseRef-"
        elif "d" in spdx.licences[name]:
            yield "SPDX deprecated this id", "write the id that replaces it"
    if row["authority"] not in table["authorities"]:
        yield f"the authority '{row['authority']}' is not listed", "add its name to authorities"
    if not row["url"].startswith("https://"):
        yield "the authority has no https URL", "write the URL of the page that was read"
    if row["verdict"] == "conditional" and not row.get("condition"):
        yield "has no condition", "write what a review must show"
    for month, compatibility in row.get("osadl", {}).items():
        if _OSADL_VERDICTS.get(compatibility) != row["verdict"] and not row.get("note"):
            yield f"OSADL says {compatibility} in {month}, and no note explains the different verdict", "add a note"
            break


def _age_problems(reviewed: str, what: str, today: date, judged: date) -> Iterator[tuple[str, str]]:
    day = date.fromisoformat(reviewed)
    if (days := (judged - day).days) > MAX_AGE_DAYS:
        yield f"{what} was reviewed {days} days ago", "read the authorities again, and write the date"
    elif day > today:
        yield f"{what} has a review date in the future", "write the date of the review"


def _row_line(text: str, name: str) -> int:
    position = text.find(f'"id": {json.dumps(name)}')
    return text.count("\n", 0, position) + 1 if position >= 0 else 1
