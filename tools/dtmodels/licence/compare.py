"""Comparison of the reviewed table with the SPDX list and the OSADL matrix; `dtmodels licence` prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dtmodels.licence.published_lists import PublishedList
from dtmodels.licence.review import MAX_AGE_DAYS
from dtmodels.licence.table import LicenceRow, LicenceTable

_OSADL_VERDICTS = {"Yes": "compatible", "Same": "compatible", "No": "incompatible"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Differences between the table and the published lists; every list is sorted by id."""

    ages: Mapping[str, int]
    """Age of the table and of the matrix, in days."""
    read: Mapping[str, tuple[str, ...]]
    """Licence ids, grouped by how the source of their verdict was read."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Published lists that were compared: name, and version with source."""
    spdx: tuple[str, ...] = ()
    """Differences between the SPDX list and the copy stored next to the table."""
    disagreements: tuple[str, ...] = ()
    """Verdicts that differ from OSADL, without a note."""
    explained: tuple[str, ...] = ()
    """Verdicts that differ from OSADL, with the note that explains the difference."""
    changed: tuple[str, ...] = ()
    """OSADL entries that differ from those recorded in the table."""
    unlisted: tuple[str, ...] = ()
    """Licences in the OSADL matrix that the table does not contain."""

    @property
    def stale(self) -> bool:
        """True if the table needs a review."""
        return bool(self.spdx or self.disagreements or self.changed) or self.ages["table"] > MAX_AGE_DAYS


def compare_with_published(
    table: LicenceTable, spdx: PublishedList | None, osadl: PublishedList | None, today: date
) -> Comparison:
    """Compare the table with the published lists; a list that is None is skipped."""
    ages = {"table": (today - date.fromisoformat(table.reviewed)).days}
    sources = {}
    if spdx:
        sources["SPDX list"] = f"{spdx.version}, {spdx.source}"
    if osadl:
        ages["OSADL matrix"] = (today - date.fromisoformat(osadl.version)).days
        sources["OSADL matrix"] = f"{osadl.version}, {osadl.source}"
    compatibilities = osadl.entries if osadl else {}
    rows = [row for row in table.rows.values() if row.id in compatibilities]
    differing = [row for row in rows if _OSADL_VERDICTS.get(compatibilities[row.id]) != row.verdict]
    return Comparison(
        ages=ages,
        read=_ids_by_reading(table),
        sources=sources,
        spdx=tuple(_spdx_changes(table, spdx)) if spdx else (),
        disagreements=tuple(_difference(row, compatibilities[row.id]) for row in differing if not row.note),
        explained=tuple(f"{_difference(row, compatibilities[row.id])}. {row.note}" for row in differing if row.note),
        changed=tuple(_osadl_changes(rows, compatibilities)),
        unlisted=tuple(
            sorted(name for name in compatibilities if not table.row(name) and name not in table.deprecated)
        ),
    )


def _ids_by_reading(table: LicenceTable) -> dict[str, tuple[str, ...]]:
    kinds = sorted({row.read for row in table.rows.values()})
    return {kind: tuple(sorted(row.id for row in table.rows.values() if row.read == kind)) for kind in kinds}


def _difference(row: LicenceRow, compatibility: str) -> str:
    return f"{row.id}: {row.verdict} in the table, {compatibility} at OSADL"


def _osadl_changes(rows: list[LicenceRow], compatibilities: Mapping[str, str]) -> list[str]:
    """Rows without a record of the current OSADL entry."""
    changed = []
    for row in rows:
        recorded = set(row.osadl.values()) | ({"Yes", "Same"} if {"Yes", "Same"} & set(row.osadl.values()) else set())
        if compatibilities[row.id] not in recorded:
            history = ", ".join(f"{entry} in {month}" for month, entry in sorted(row.osadl.items())) or "nothing"
            changed.append(f"{row.id}: {compatibilities[row.id]}; recorded: {history}")
    return sorted(changed)


def _spdx_changes(table: LicenceTable, published: PublishedList) -> list[str]:
    """Differences between an SPDX list and the stored copy; none if the list is older than the copy."""
    stored = table.spdx.licences
    if _version_key(published.version) < _version_key(table.spdx.version):
        return []
    changes = [f"{name}: new in {published.version}" for name in published.entries if name not in stored]
    changes += [f"{name}: removed in {published.version}" for name in stored if name not in published.entries]
    for name, flags in published.entries.items():
        old_flags = stored.get(name, flags)
        if ("d" in flags) != ("d" in old_flags):
            changes.append(f"{name}: {'deprecated' if 'd' in flags else 'no longer deprecated'} in {published.version}")
        elif published.has_all_flags and ("o" in flags) != ("o" in old_flags):
            changes.append(f"{name}: {'' if 'o' in flags else 'not '}approved by the OSI in {published.version}")
    return sorted(changes)


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
