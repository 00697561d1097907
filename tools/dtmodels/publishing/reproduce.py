"""Comparison of local packages with a published release: same bytes, same weights within a tolerance, or different."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dtbase.system.errors import Failure, NothingToDo
from dtbase.system.files import sha256
from dtbase.terminal.console import Console
from dtmodels.publishing.github import GitHub
from dtmodels.publishing.published_releases import Released, read_released
from dtmodels.publishing.reuse import fetch
from dtmodels.publishing.verify import find

RELATIVE = 1e-5
"""Largest difference of weights, relative to the largest weight of their tensor, that another CPU may cause."""
Sameness = Literal["same bytes", "same numbers", "different", "other version", "not built"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Result of comparing one model of the release with the local build."""

    id: str
    version: str
    sameness: Sameness
    detail: str = ""

    def row(self) -> list[str]:
        """Return the result as a row of a table."""
        return [self.id, self.version, self.sameness, self.detail]


def reproduce(built: Path, name: str, github: GitHub, console: Console) -> list[Comparison]:
    """Compare packages below `built` with those of a published release.

    Raises:
        NothingToDo: nothing is published, or no model of the release was built.
    """
    released = read_released(github, find(name, github))
    local = {path.stem: path for path in sorted(built.rglob("*.dtmodel"), reverse=True)}
    comparisons = [
        _compare(model_id, local.get(model_id), released, github, console) for model_id in sorted(released.models)
    ]
    if all(one.sameness in ("not built", "other version") for one in comparisons):
        raise NothingToDo(f"none of the models of {released.tag} was built here", where=str(built))
    return comparisons


def _compare(model_id: str, local: Path | None, released: Released, github: GitHub, console: Console) -> Comparison:
    package = released.models[model_id]
    if local is None:
        return Comparison(model_id, package.version, "not built")
    if sha256(local) == package.sha256:
        return Comparison(model_id, package.version, "same bytes")
    with tempfile.TemporaryDirectory() as scratch:
        published = Path(scratch) / local.name
        fetch(released.tag, package.sha256, published, github, console)
        try:
            return Comparison(model_id, package.version, *_compare_files(local, published, package.version))
        except zipfile.BadZipFile as exc:
            raise Failure(f"is not a complete package: {exc}", where=str(local), fix="build it again") from exc


def _compare_files(local: Path, published: Path, version: str) -> tuple[Sameness, str]:
    """Compare the files of two packages; graphs with different bytes are compared by their weights."""
    with zipfile.ZipFile(local) as ours, zipfile.ZipFile(published) as theirs:
        if _version(ours) != version:
            return "other version", _version(ours)
        if set(ours.namelist()) != set(theirs.namelist()):
            return "different", "other files"
        differing = [name for name in sorted(ours.namelist()) if ours.read(name) != theirs.read(name)]
        largest = 0.0
        for name in differing:
            if not name.endswith(".onnx"):
                return "different", name.partition("/")[2]
            difference = _weight_difference(ours.read(name), theirs.read(name))
            if difference is None or not difference <= RELATIVE:  # also true for NaN
                reason = "another graph" if difference is None else f"weights differ by {difference:.1e}"
                return "different", f"{name.partition('/')[2]}: {reason}"
            largest = max(largest, difference)
    return "same numbers", f"weights differ by at most {largest:.1e}" if differing else "packed differently"


def _version(archive: zipfile.ZipFile) -> str:
    import json

    try:
        name = f"{archive.namelist()[0].partition('/')[0]}/config.json"
        return str(json.loads(archive.read(name)).get("version", ""))
    except (KeyError, ValueError, IndexError) as exc:
        raise Failure(f"no config.json: {exc}", where=str(archive.filename), fix="build it again") from exc


def _weight_difference(ours: bytes, theirs: bytes) -> float | None:
    """Return the maximum difference of weights, relative to the largest of their tensor; None for other graphs."""
    try:
        import numpy
        import onnx
    except ImportError as exc:
        fix = "install the tools with the extra `build`"
        raise Failure(f"the bytes differ, and a comparison of weights needs {exc.name}", fix=fix) from exc

    graphs = [onnx.load_from_string(data) for data in (ours, theirs)]
    weights = [
        {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.graph.initializer} for graph in graphs
    ]
    for graph in graphs:
        del graph.graph.initializer[:]
    if graphs[0] != graphs[1] or set(weights[0]) != set(weights[1]):
        return None
    return max((_relative_difference(weights[0][name], weights[1][name], numpy) for name in weights[0]), default=0.0)


def _relative_difference(ours: Any, theirs: Any, numpy: Any) -> float:
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return float("inf")
    if not ours.size or numpy.array_equal(ours, theirs):
        return 0.0
    if not numpy.issubdtype(ours.dtype, numpy.floating):
        return float("inf")
    wide = ours.astype(numpy.float64), theirs.astype(numpy.float64)
    return float(numpy.max(numpy.abs(wide[0] - wide[1])) / max(numpy.max(numpy.abs(wide[0])), 1e-30))
