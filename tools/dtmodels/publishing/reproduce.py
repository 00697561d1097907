"""Whether packages built here are those of a published release: the same bytes, the same numbers, or others."""

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
"""Weights that differ by less, relative to the largest of their tensor, come from another processor's arithmetic."""
Sameness = Literal["same bytes", "same numbers", "different", "other version", "not built"]


@dataclass(frozen=True, slots=True)
class Compared:
    """A model of the release, and what the build here made of it."""

    id: str
    version: str
    sameness: Sameness
    detail: str = ""

    def row(self) -> list[str]:
        """The model as a line of a table."""
        return [self.id, self.version, self.sameness, self.detail]


def reproduce(built: Path, name: str, github: GitHub, console: Console) -> list[Compared]:
    """Compare packages below `built` with those of a published release.

    Raises:
        NothingToDo: nothing is published, or nothing that was built is in it.
    """
    released = read_released(github, find(name, github))
    mine = {path.stem: path for path in sorted(built.rglob("*.dtmodel"), reverse=True)}
    found = [_compare(model_id, mine.get(model_id), released, github, console) for model_id in sorted(released.models)]
    if all(one.sameness in ("not built", "other version") for one in found):
        raise NothingToDo(f"none of the models of {released.tag} was built here", where=str(built))
    return found


def _compare(model_id: str, mine: Path | None, released: Released, github: GitHub, console: Console) -> Compared:
    package = released.models[model_id]
    if mine is None:
        return Compared(model_id, package.version, "not built")
    if sha256(mine) == package.sha256:
        return Compared(model_id, package.version, "same bytes")
    with tempfile.TemporaryDirectory() as scratch:
        theirs = Path(scratch) / mine.name
        fetch(released.tag, package.sha256, theirs, github, console)
        try:
            return Compared(model_id, package.version, *_contents(mine, theirs, package.version))
        except zipfile.BadZipFile as exc:
            raise Failure(f"no whole package: {exc}", where=str(mine), fix="build it again") from exc


def _contents(mine: Path, theirs: Path, version: str) -> tuple[Sameness, str]:
    """Compare the files of two packages; graphs by their numbers where their bytes differ."""
    with zipfile.ZipFile(mine) as one, zipfile.ZipFile(theirs) as other:
        if _version(one) != version:
            return "other version", _version(one)
        if set(one.namelist()) != set(other.namelist()):
            return "different", "other files"
        differing = [name for name in sorted(one.namelist()) if one.read(name) != other.read(name)]
        largest = 0.0
        for name in differing:
            if not name.endswith(".onnx"):
                return "different", name.partition("/")[2]
            distance = _distance(one.read(name), other.read(name))
            if distance is None or not distance <= RELATIVE:  # not a number is no distance
                said = "another graph" if distance is None else f"weights differ by {distance:.1e}"
                return "different", f"{name.partition('/')[2]}: {said}"
            largest = max(largest, distance)
    return "same numbers", f"weights differ by at most {largest:.1e}" if differing else "packed differently"


def _version(archive: zipfile.ZipFile) -> str:
    import json

    try:
        name = f"{archive.namelist()[0].partition('/')[0]}/config.json"
        return str(json.loads(archive.read(name)).get("version", ""))
    except (KeyError, ValueError, IndexError) as exc:
        raise Failure(f"no config.json: {exc}", where=str(archive.filename), fix="build it again") from exc


def _distance(one: bytes, other: bytes) -> float | None:
    """The largest difference of a weight, relative to the largest of its tensor; None for different graphs."""
    try:
        import numpy
        import onnx
    except ImportError as missing:
        fix = "install the tools with the extra `build`"
        raise Failure(f"the bytes differ, and comparing numbers needs {missing.name}", fix=fix) from missing

    graphs = [onnx.load_from_string(data) for data in (one, other)]
    weights = [
        {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.graph.initializer} for graph in graphs
    ]
    for graph in graphs:
        del graph.graph.initializer[:]
    if graphs[0] != graphs[1] or set(weights[0]) != set(weights[1]):
        return None
    return max((_relative(weights[0][name], weights[1][name], numpy) for name in weights[0]), default=0.0)


def _relative(one: Any, other: Any, numpy: Any) -> float:
    if one.shape != other.shape or one.dtype != other.dtype:
        return float("inf")
    if not one.size or numpy.array_equal(one, other):
        return 0.0
    if not numpy.issubdtype(one.dtype, numpy.floating):
        return float("inf")
    wide = one.astype(numpy.float64), other.astype(numpy.float64)
    return float(numpy.max(numpy.abs(wide[0] - wide[1])) / max(numpy.max(numpy.abs(wide[0])), 1e-30))
