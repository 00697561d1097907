"""What was built of a model here: its package, its configuration and its graph, from dist/ or output/."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtbase.system.files import sha256
from dtmodels.build.workspace import Workspace
from dtmodels.package.archive import DAMAGE
from dtmodels.package.config_writer import SEED_KEY

GRAPH = "model.onnx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Files of one model; everything is empty where it was not built here."""

    package: Path | None = None
    """The `.dtmodel`."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """Content of its `config.json`."""
    graph: bytes = b""
    """Content of its `model.onnx`; empty for models of several files."""

    @property
    def package_values(self) -> dict[str, Any] | None:
        """Name, bytes and SHA-256 of the package; None without one."""
        if self.package is None:
            return None
        size = self.package.stat().st_size
        return {"file": self.package.name, "bytes": size, "sha256": sha256(self.package)}


def built(workspace: Workspace, model_id: str) -> Built:
    """Find what was built of a model: the package of dist/ or output/, else the converted model.

    Nothing counts that has seeded weights.

    Raises:
        Failure: a package or a configuration cannot be read.
    """
    found = _find(workspace, model_id)
    return Built() if SEED_KEY in found.config else found


def _find(workspace: Workspace, model_id: str) -> Built:
    for package in (workspace.dist / f"{model_id}.dtmodel", workspace.package(model_id)):
        if package.is_file():
            return _from_package(package, model_id)
    directory = workspace.model(model_id)
    if not (directory / "config.json").is_file():
        return Built()
    graph = directory / GRAPH
    data = (directory / "config.json").read_bytes()
    return Built(config=_config(data, str(directory)), graph=graph.read_bytes() if graph.is_file() else b"")


def _from_package(package: Path, model_id: str) -> Built:
    try:
        with zipfile.ZipFile(package) as archive:
            names = set(archive.namelist())
            config = _config(archive.read(f"{model_id}/config.json"), str(package))
            name = f"{model_id}/{GRAPH}"
            return Built(package=package, config=config, graph=archive.read(name) if name in names else b"")
    except (*DAMAGE, KeyError) as exc:
        fix = f"build it again: `dtmodels run {model_id}`"
        raise Failure(f"the package cannot be read: {exc}", where=str(package), fix=fix) from exc


def _config(data: bytes, where: str) -> Mapping[str, Any]:
    try:
        values = json.loads(data)
    except ValueError as exc:
        raise Failure(f"config.json is not JSON: {exc}", where=where, fix="build the model again") from exc
    if not isinstance(values, dict):
        raise Failure("config.json is no JSON object", where=where, fix="build the model again")
    return values
