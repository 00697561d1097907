"""assemble: `dist/` from packages just built and packages carried over, atomically."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtbase.system.files import atomic_directory, sha256, write_json, write_text
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.model import Card
from dtmodels.card.schemas import check_json
from dtmodels.package.archive import install
from dtmodels.package.config_writer import SEED_KEY
from dtmodels.publishing.dist import ENVIRONMENT, MOST_ASSETS, NOTES, RECORD, VERSIONS, check_limits, read_dist
from dtmodels.publishing.github import GitHub
from dtmodels.publishing.notes import notes
from dtmodels.publishing.plan import Plan
from dtmodels.publishing.published_releases import Released
from dtmodels.publishing.reuse import copy_by_digest, fetch
from dtmodels.stages.index import asset_name, index

INDEXES = 5
"""Assets beside the models: versions.json, release.json, SHA256SUMS, the SBOM, and what built them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A model of the release, for the closing table."""

    id: str
    version: str
    bytes: int
    sha256: str
    origin: str


def assemble(root: Path, built: Path, plan: Plan, github: GitHub, console: Console) -> list[Line]:
    """Write `dist/`.

    Args:
        root: the model repository.
        built: holds what was built, in any depth: `<id>.dtmodel` of each model the plan builds, and what is written
            down about what built them.
        plan: what the release consists of.
        github: where carried packages come from.
        console: where progress is shown.

    Raises:
        Failure: a package is missing, twice there, not the one its card describes, or too large; or one that is
            carried cannot be had. `dist/` stays as it was.
    """
    workspace = Workspace(root)
    with workspace.locked(), atomic_directory(workspace.dist) as directory:
        if plan.finished:
            return list(_as_published(directory, plan, plan.finished, github, console))
        found = _found_in(built)
        lines = [*_built_now(directory, found, plan), *_carried_over(directory, found, plan, github, console)]
        for environment in sorted(built.rglob(ENVIRONMENT))[:1] if plan.build else ():
            shutil.copyfile(environment, directory / ENVIRONMENT)
        loose = _add_loose_files(directory)
        check_limits({path.name: path.stat().st_size for path in directory.iterdir()}, directory)
        _write_indexes(root, directory, plan, loose=loose)
        read_dist(directory)
    return lines


def _as_published(directory: Path, plan: Plan, finished: Released, github: GitHub, console: Console) -> Iterator[Line]:
    """A release that is published is not put together again: its files are fetched, and the notes written anew."""
    for asset in github.assets(finished.release):
        target = directory / asset.name
        if not copy_by_digest(asset.sha256, target, [directory.parent / "dist" / asset.name]):
            fetch(finished.tag, asset.sha256, target, github, console)
    dist = read_dist(directory)
    loose = any(name.endswith(".onnx") for name in dist.files)
    write_text(directory / NOTES, notes(plan, dist.record, dist.versions["models"], loose=loose))
    for model_id, package in sorted(finished.models.items()):
        yield _line(directory / f"{model_id}.dtmodel", package.version, f"{finished.tag}, published")


Found = Mapping[str, Sequence[Path]]
"""Packages by file name."""


def _found_in(built: Path) -> Found:
    found: dict[str, list[Path]] = {}
    for path in sorted(built.rglob("*.dtmodel")):
        found.setdefault(path.name, []).append(path)
    return found


def _built_now(directory: Path, found: Found, plan: Plan) -> Iterable[Line]:
    for entry in plan.build:
        card, target = entry.card, directory / f"{entry.card.id}.dtmodel"
        shutil.copyfile(_only(found.get(target.name, ()), target.name), target)
        _hold(target, card)
        yield _line(target, card.version, "built")


def _carried_over(directory: Path, found: Found, plan: Plan, github: GitHub, console: Console) -> Iterable[Line]:
    for model_id, carried in plan.carried.items():
        target = directory / f"{model_id}.dtmodel"
        near = [directory.parent / "dist" / target.name, *found.get(target.name, ())]
        here = copy_by_digest(carried.sha256, target, near)
        if not here:
            fetch(carried.tag, carried.sha256, target, github, console)
        yield _line(target, carried.version, f"from {carried.tag}{', was here' if here else ''}")


def _line(package: Path, version: str, origin: str) -> Line:
    return Line(id=package.stem, version=version, bytes=package.stat().st_size, sha256=sha256(package), origin=origin)


def _only(found: Sequence[Path], name: str) -> Path:
    if not found:
        raise Failure("was not built", where=name, fix=f"build it first: dtmodels run {name.removesuffix('.dtmodel')}")
    for path in found:
        check_limits({path.name: path.stat().st_size}, path.parent)
    if len(found) > 1 and len({sha256(path) for path in found}) > 1:
        where = ", ".join(str(path) for path in found)
        raise Failure(f"{name} is there more than once, with different bytes", where=where, fix="keep the right one")
    return found[0]


def _hold(package: Path, card: Card) -> None:
    """Open a package as darktable's installer does; it has to be the one the card describes, with real weights."""
    with tempfile.TemporaryDirectory(dir=package.parent, prefix=".") as staging:
        installed = install(package, Path(staging))
        wrong = [str(problem) for problem in installed.problems if problem.severity == "error"]
        if installed.directory is None or wrong:
            raise Failure("\n".join(["darktable would not install it whole", *wrong]), where=package.name)
        config = json.loads((installed.directory / "config.json").read_bytes())
    found = (config.get("id"), config.get("version"))
    if found != (card.id, card.version):
        what = f"is {found[0]} {found[1]}, but the card says {card.id} {card.version}"
        raise Failure(what, where=package.name, fix="build it again from this commit")
    if SEED_KEY in config:
        raise Failure("has seeded weights, so it cannot be released", where=package.name, fix="build it without --seed")


def _add_loose_files(directory: Path) -> bool:
    """Each package's graphs and `config.json` as assets of their own, where there is room for all; whether there is."""
    import zipfile

    members = {}
    for package in sorted(directory.glob("*.dtmodel")):
        with zipfile.ZipFile(package) as archive:
            names = [name for name in archive.namelist() if name.endswith((".onnx", "/config.json"))]
        members[package] = names
    packages = len(members)
    if packages + sum(len(names) for names in members.values()) + INDEXES > MOST_ASSETS:
        return False
    for package, names in members.items():
        with zipfile.ZipFile(package) as archive:
            for name in names:
                with (
                    archive.open(name) as source,
                    (directory / asset_name(package.stem, name.rpartition("/")[2])).open("wb") as sink,
                ):
                    shutil.copyfileobj(source, sink, 1 << 20)
    return True


def _write_indexes(root: Path, directory: Path, plan: Plan, *, loose: bool) -> None:
    from dtmodels.sbom import write_sbom

    write_sbom(root, directory, plan.tag.text)
    record = _record(plan, directory)
    write_json(directory / RECORD, record)
    index(directory)
    versions = json.loads((directory / VERSIONS).read_bytes())["models"]
    write_text(directory / NOTES, notes(plan, record, versions, loose=loose))


def _record(plan: Plan, directory: Path) -> dict[str, Any]:
    versions = {entry.card.id: entry.card.version for entry in plan.build}
    versions |= {model_id: carried.version for model_id, carried in plan.carried.items()}
    record = {
        "schema": 1,
        "tag": plan.tag.text,
        "commit": plan.commit,
        "previous": plan.previous.tag if plan.previous else None,
        "models": {
            model_id: {
                "version": version,
                "sha256": f"sha256:{sha256(directory / f'{model_id}.dtmodel')}",
                "built_in": plan.carried[model_id].built_in if model_id in plan.carried else plan.tag.text,
            }
            for model_id, version in versions.items()
        },
        "yanked": dict(plan.yanked),
    }
    check_json("release-v1", record, where=RECORD)
    return record
