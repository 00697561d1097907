"""Results of a finished build, and the models of the last release to compare them with. Read by `summary`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtbase.system.files import sha256
from dtmodels.build.workspace import Workspace
from dtmodels.card.schemas import check_json
from dtmodels.package.config_writer import SEED_KEY

Values = Mapping[str, Any]
"""A report of `dtmodels validate`, as `dtmodels.findings.check_report.Report.as_json` writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltModel:
    """Results of the build stages for one model."""

    report: Values | None
    """Validation report; None if the model was not validated."""
    bytes: int | None
    """Size of the package; None if there is no package."""
    sha256: str = ""
    seeded: bool = False
    """True if the package has seeded weights."""
    demo_files: tuple[str, ...] = ()
    """Names of the demo images."""

    @classmethod
    def read(cls, model_id: str, workspace: Workspace) -> BuiltModel:
        """Read the results that exist for a model.

        Raises:
            Failure: the report or `config.json` cannot be read.
        """
        package, config = workspace.package(model_id), workspace.model(model_id) / "config.json"
        finished = package.is_file()
        return cls(
            report=read_report(workspace.report(model_id)),
            bytes=package.stat().st_size if finished else None,
            sha256=sha256(package) if finished else "",
            seeded=config.is_file() and SEED_KEY in _json(config),
            demo_files=tuple(sorted(path.name for path in workspace.demo(model_id).glob("*"))),
        )


def read_report(path: Path) -> Values | None:
    """Read a report of `dtmodels validate`; return None if the file does not exist.

    Raises:
        Failure: the file is not such a report.
    """
    if not path.is_file():
        return None
    report = _json(path)
    facts = report.get("facts")
    if not (isinstance(report.get("ok"), bool) and isinstance(report.get("problems"), list) and _valid_facts(facts)):
        raise Failure("is not a report of `dtmodels validate`", where=str(path), fix="build the model again")
    return report


def _valid_facts(facts: Any) -> bool:
    metrics = facts.get("figures") if isinstance(facts, dict) else None
    return (
        isinstance(metrics, dict)
        and isinstance(facts.get("files"), list)
        and all(isinstance(value, int | float) for value in metrics.values())
    )


def read_released(path: Path) -> Values:
    """Read the models of a release's versions.json, by id.

    Raises:
        Failure: the file does not exist, or violates its schema.
    """
    if not path.is_file():
        raise Failure("there is no such file", where=str(path), fix="name the versions.json of a release, or `latest`")
    values = _json(path)
    check_json("versions-v1", values, where=str(path))
    return dict(values["models"])


def _json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_bytes())
    except ValueError as exc:
        raise Failure(f"is not JSON: {exc}", where=str(path)) from exc
    if not isinstance(values, dict):
        raise Failure("is not a JSON object", where=str(path))
    return values
