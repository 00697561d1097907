"""The reviewed table of licences, and the SPDX list it is held against: JSON files beside the schemas."""

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

Ruling = Literal["compatible", "conditional", "incompatible"]
Certainty = Literal["settled", "disputed", "inferred", "unruled"]
Data = Literal["open", "share-alike", "restricted", "mixed", "undisclosed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was found out about one licence. Field by field documentation stands in `licences-v1.schema.json`."""

    id: str
    verdict: Ruling
    reason: str
    authority: str
    url: str
    certainty: Certainty
    read: str
    reviewed: str
    kind: str
    made_for: str
    data: Data
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
    """Flags by id: o approved by the OSI, f free and n not free says the FSF, d deprecated."""
    exceptions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """The reviewed licences, with all names they go by."""

    reviewed: str
    """Day of the last review of the table as a whole."""
    authorities: Mapping[str, str]
    """Name of each authority by its short name."""
    rows: Mapping[str, Row]
    deprecated: Mapping[str, tuple[str, ...]]
    """What a deprecated id may mean; empty when SPDX names no successor."""
    aliases: Mapping[str, tuple[str, ...]]
    """Ids that a common name, in small letters and words, may stand for; empty when it could be anything."""
    exceptions: Mapping[str, tuple[str, ...]]
    """Licences each reviewed exception was written for."""
    spdx: SpdxList

    @staticmethod
    def load(directory: Path | None = None) -> Table:
        """The table in `directory`; the one that comes with these tools when none is named. Read once."""
        return _load(directory or schema_directory())

    def row(self, licence: str) -> Row | None:
        """The row of a licence, or of a licence WITH its exception, in any case."""
        return self.rows.get(self.canonical(licence))

    def canonical(self, licence: str) -> str:
        """The spelling SPDX gives to an id, to an exception, or to both with WITH between; unknown ones unchanged."""
        return " ".join(self._spelling.get(word.lower(), word) for word in licence.split())

    def flags(self, licence: str) -> str | None:
        """The flags of an id in the SPDX list; None when it is not there."""
        return self.spdx.licences.get(self.canonical(licence))

    def meant(self, text: str) -> tuple[str, ...] | None:
        """The ids a common name stands for; None when it is no name anybody knows."""
        return self.aliases.get(_plain(text))

    def takes_plus(self, licence: str) -> bool:
        """Whether `+` may follow an id: where a version number ends it, but not after Creative Commons'."""
        name = self.canonical(licence)
        return bool(re.search(r"-[0-9]+(\.[0-9]+)*$", name)) and not name.startswith(("CC", "LicenseRef-"))

    def names(self) -> tuple[str, ...]:
        """Every id anybody may write: reviewed ones and those of the SPDX list."""
        return tuple(self._spelling.values())

    @cached_property
    def _spelling(self) -> dict[str, str]:
        known = [*self.rows, *self.spdx.licences, *self.spdx.exceptions, *self.deprecated, *UNSTATED, "WITH"]
        return {name.lower(): name for name in known}


@lru_cache(maxsize=4)
def _load(directory: Path) -> Table:
    table = json.loads((directory / TABLE).read_bytes())
    spdx = json.loads((directory / SPDX).read_bytes())
    return Table(
        reviewed=table["reviewed"],
        authorities=table["authorities"],
        rows={row["id"]: _row(row) for row in table["licences"]},
        deprecated={name: tuple(meant) for name, meant in table["deprecated"].items()},
        aliases={_plain(name): tuple(meant) for name, meant in table["aliases"].items()},
        exceptions={name: tuple(bases) for name, bases in table["exceptions"].items()},
        spdx=SpdxList(version=spdx["version"], licences=spdx["licences"], exceptions=tuple(spdx["exceptions"])),
    )


def _row(values: dict[str, Any]) -> Row:
    return Row(**{**values, "becomes": tuple(values.get("becomes", ()))})


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").split())
