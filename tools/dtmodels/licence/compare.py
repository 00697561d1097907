"""Hold the reviewed table against SPDX's list and OSADL's matrix, and say how old everything is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dtmodels.licence.published_lists import Published
from dtmodels.licence.review import MOST_DAYS
from dtmodels.licence.table import Row, Table

_AGREES = {"Yes": "compatible", "Same": "compatible", "No": "incompatible"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a comparison found; every list is sorted by id."""

    ages: Mapping[str, int]
    """Days since the table, and the matrix, were made."""
    read: Mapping[str, tuple[str, ...]]
    """Ids by how their authority was read."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """What was compared with, and its version."""
    spdx: tuple[str, ...] = ()
    """How SPDX's list differs from the copy beside the table."""
    disagreements: tuple[str, ...] = ()
    """Verdicts that differ from OSADL's without a note."""
    explained: tuple[str, ...] = ()
    """Verdicts that differ from OSADL's, with the note that says why."""
    changed: tuple[str, ...] = ()
    """Answers of OSADL that are not those written into the table."""
    unlisted: tuple[str, ...] = ()
    """Licences OSADL has an answer for and the table has none."""

    @property
    def stale(self) -> bool:
        """Whether somebody has to look at the table."""
        return bool(self.spdx or self.disagreements or self.changed) or self.ages["table"] > MOST_DAYS


def compare(table: Table, spdx: Published | None, osadl: Published | None, today: date) -> Comparison:
    """The differences between the table and what others publish; a list that is not at hand is left out."""
    ages = {"table": (today - date.fromisoformat(table.reviewed)).days}
    sources = {}
    if spdx:
        sources["SPDX list"] = f"{spdx.version}, {spdx.source}"
    if osadl:
        ages["OSADL matrix"] = (today - date.fromisoformat(osadl.version)).days
        sources["OSADL matrix"] = f"{osadl.version}, {osadl.source}"
    answers = osadl.answers if osadl else {}
    rows = [row for row in table.rows.values() if row.id in answers]
    differing = [row for row in rows if _AGREES.get(answers[row.id]) != row.verdict]
    return Comparison(
        ages=ages,
        read=_by_reading(table),
        sources=sources,
        spdx=tuple(_spdx_changes(table, spdx)) if spdx else (),
        disagreements=tuple(_told(row, answers[row.id]) for row in differing if not row.note),
        explained=tuple(f"{_told(row, answers[row.id])}. {row.note}" for row in differing if row.note),
        changed=tuple(_changes(rows, answers)),
        unlisted=tuple(sorted(name for name in answers if not table.row(name) and name not in table.deprecated)),
    )


def _by_reading(table: Table) -> dict[str, tuple[str, ...]]:
    kinds = sorted({row.read for row in table.rows.values()})
    return {kind: tuple(sorted(row.id for row in table.rows.values() if row.read == kind)) for kind in kinds}


def _told(row: Row, answer: str) -> str:
    return f"{row.id}: {row.verdict} here, {answer} there"


def _changes(rows: list[Row], answers: Mapping[str, str]) -> list[str]:
    """Rows whose last recorded answer is not today's; answers older than the record change nothing."""
    changed = []
    for row in rows:
        recorded = set(row.osadl.values()) | ({"Yes", "Same"} if {"Yes", "Same"} & set(row.osadl.values()) else set())
        if answers[row.id] not in recorded:
            said = ", ".join(f"{answer} in {month}" for month, answer in sorted(row.osadl.items())) or "nothing"
            changed.append(f"{row.id}: {answers[row.id]}; recorded is {said}")
    return sorted(changed)


def _spdx_changes(table: Table, newer: Published) -> list[str]:
    """Differences between a list and our copy of it, where the list is not the older one."""
    ours = table.spdx.licences
    if _number(newer.version) < _number(table.spdx.version):
        return []
    changes = [f"{name}: new in {newer.version}" for name in newer.answers if name not in ours]
    changes += [f"{name}: gone in {newer.version}" for name in ours if name not in newer.answers]
    for name, flags in newer.answers.items():
        known = ours.get(name, flags)
        if ("d" in flags) != ("d" in known):
            changes.append(f"{name}: {'deprecated' if 'd' in flags else 'no longer deprecated'} in {newer.version}")
        elif newer.knows_flags and ("o" in flags) != ("o" in known):
            changes.append(f"{name}: {'' if 'o' in flags else 'not '}approved by the OSI in {newer.version}")
    return sorted(changes)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
