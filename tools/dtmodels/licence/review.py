"""Look the reviewed table over: is each row complete, does it say where it differs from others, is it still fresh?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from dtmodels.licence.expression import UNSTATED
from dtmodels.licence.table import SpdxList

MOST_DAYS = 400
"""Licences and rulings change rarely; a table nobody has looked at for longer than this is not relied on."""

_AGREES = {"Yes": "compatible", "Same": "compatible", "No": "incompatible"}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about the table that somebody has to look at, and the line it stands in."""

    line: int
    what: str
    fix: str


def doubts(text: str, spdx: SpdxList, today: date) -> Iterator[Doubt]:
    """What is wrong with a table, in the order of the file."""
    try:
        table = json.loads(text)
        rows: list[dict[str, Any]] = table["licences"]
        found = [Doubt(1, what, fix) for what, fix in _age(table["reviewed"], "the table", today)]
        times = Counter(row["id"] for row in rows)
        for row in rows:
            told = [(f"{row['id']}: {what}", fix) for what, fix in _of_row(row, table, spdx, times[row["id"]])]
            told += _age(row["reviewed"], row["id"], today)
            found += [Doubt(_line(text, row["id"]), what, fix) for what, fix in told]
    except (ValueError, KeyError, TypeError) as exc:
        what = f"the table cannot be read: {type(exc).__name__}: {exc}"
        found = [Doubt(1, what, "hold it against schema/licences-v1.schema.json")]
    yield from sorted(found, key=lambda doubt: doubt.line)


def _of_row(row: dict[str, Any], table: dict[str, Any], spdx: SpdxList, times: int) -> Iterator[tuple[str, str]]:
    name = row["id"].partition(" WITH ")[0]
    if times > 1:
        yield "has two rows", "keep one"
    if name not in UNSTATED and not name.startswith("LicenseRef-"):
        if name not in spdx.licences:
            yield f"is not in SPDX list {spdx.version}", "correct the id, or write LicenseRef- before it"
        elif "d" in spdx.licences[name]:
            yield "SPDX gave this id up", "give the row the id that took its place"
    if row["authority"] not in table["authorities"]:
        yield f"the authority '{row['authority']}' is not named", "add its name to authorities"
    if not row["url"].startswith("https://"):
        yield "the authority has no https address", "write the address of the page that was read"
    if row["verdict"] == "conditional" and not row.get("condition"):
        yield "does not say the condition", "write what a review has to show"
    for month, answer in row.get("osadl", {}).items():
        if _AGREES.get(answer) != row["verdict"] and not row.get("note"):
            yield f"OSADL said {answer} in {month}, and no note says why the verdict differs", "add a note"
            break


def _age(reviewed: str, what: str, today: date) -> Iterator[tuple[str, str]]:
    days = (today - date.fromisoformat(reviewed)).days
    if days > MOST_DAYS:
        yield f"{what} was reviewed {days} days ago", "read the authorities again, and write the day"
    elif days < 0:
        yield f"{what} was reviewed on a day that is still to come", "write the day it was reviewed"


def _line(text: str, name: str) -> int:
    at = text.find(f'"id": {json.dumps(name)}')
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
