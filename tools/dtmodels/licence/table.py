"""The reviewed table of licences and the stored SPDX list; both are JSON files in `schema/`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from dtmodels.card.schemas import schema_directory
from dtmodels.licence.expression import UNSTATED

TABLE = "licences-v1.json"
SPDX = "spdx-licences-v1.json"

TableVerdict = Literal["compatible", "conditional", "incompatible"]
Certainty = Literal["settled", "disputed", "inferred", "unruled"]
DataTerms = Literal["open", "share-alike", "restricted", "mixed", "undisclosed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRow:
    """The review of one licence; `licences-v1.schema.json` documents the fields."""

    id: str
    verdict: TableVerdict
    reason: str
    authority: str
    url: str
    certainty: Certainty
    read: str
    reviewed: str
    kind: str
    made_for: str
    data: DataTerms
    free: bool | None = None
    condition: str = ""
    note: str = ""
    attribution: bool = False
    becomes: tuple[str, ...] = ()
    osadl: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpdxList:
    """The ids of one SPDX licence list."""

    version: str
    licences: Mapping[str, str]
    """Flags by id. o: OSI-approved; f: free, according to the FSF; n: not free, according to the FSF; d: deprecated."""
    exceptions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class LicenceTable:
    """The reviewed licences, with their deprecated ids and common names."""

    reviewed: str
    """Date of the last review of the whole table."""
    authorities: Mapping[str, str]
    """Full name of each authority, by its short name."""
    rows: Mapping[str, LicenceRow]
    deprecated: Mapping[str, tuple[str, ...]]
    """Ids that replace a deprecated id; empty if SPDX names no successor."""
    aliases: Mapping[str, tuple[str, ...]]
    """Ids that a common name, in lower case, may mean; empty if it has no definite meaning."""
    exceptions: Mapping[str, tuple[str, ...]]
    """Licences each reviewed exception was written for."""
    spdx: SpdxList

    @staticmethod
    def load(directory: Path | None = None) -> LicenceTable:
        """Read the table in `directory`, by default the one installed with these tools. The result is cached."""
        return _load(directory or schema_directory())

    def row(self, licence: str) -> LicenceRow | None:
        """The row of a licence, or of a licence WITH its exception; upper and lower case are equal."""
        return self.rows.get(self.canonical(licence))

    def canonical(self, licence: str) -> str:
        """Change a licence, an exception, or both joined by WITH, to SPDX's spelling. Unknown ids stay unchanged."""
        return " ".join(self._spelling.get(word.lower(), word) for word in licence.split())

    def flags(self, licence: str) -> str | None:
        """The flags of an id in the SPDX list; None if the list does not contain it."""
        return self.spdx.licences.get(self.canonical(licence))

    def ids_for_alias(self, text: str) -> tuple[str, ...] | None:
        """The ids that a common name may mean; None if the name is unknown."""
        return self.aliases.get(_normalise_name(text))

    def allows_plus(self, licence: str) -> bool:
        """True if `+` may follow an id: it ends with a version number and is not a Creative Commons licence."""
        name = self.canonical(licence)
        return bool(re.search(r"-[0-9]+(\.[0-9]+)*$", name)) and not name.startswith(("CC", "LicenseRef-"))

    def names(self) -> tuple[str, ...]:
        """All known ids and exceptions: those of the table and those of the SPDX list."""
        return tuple(self._spelling.values())

    @cached_property
    def _spelling(self) -> dict[str, str]:
        known = [*self.rows, *self.spdx.licences, *self.spdx.exceptions, *self.deprecated, *UNSTATED, "WITH"]
        return {name.lower(): name for name in known}


@lru_cache(maxsize=4)
def _load(directory: Path) -> LicenceTable:
    table = json.loads((directory / TABLE).read_bytes())
    spdx = json.loads((directory / SPDX).read_bytes())
    return LicenceTable(
        reviewed=table["reviewed"],
        authorities=table["authorities"],
        rows={row["id"]: _row(row) for row in table["licences"]},
        deprecated={name: tuple(ids) for name, ids in table["deprecated"].items()},
        aliases={_normalise_name(name): tuple(ids) for name, ids in table["aliases"].items()},
        exceptions={name: tuple(bases) for name, bases in table["exceptions"].items()},
        spdx=SpdxList(version=spdx["version"], licences=spdx["licences"], exceptions=tuple(spdx["exceptions"])),
    )


def _row(values: dict[str, Any]) -> LicenceRow:
    return LicenceRow(**{**values, "becomes": tuple(values.get("becomes", ()))})


def _normalise_name(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").split())
