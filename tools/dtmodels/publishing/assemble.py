"""assemble: write `dist/` atomically, from packages just built and packages of earlier releases."""

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
"""Assets in addition to the models: versions.json, release.json, SHA256SUMS, SBOM, build environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssembledModel:
    """A model of the release, as a row of the closing table."""

    id: str
    version: str
    bytes: int
    sha256: str
    origin: str


def assemble(root: Path, built: Path, plan: Plan, github: GitHub, console: Console) -> list[AssembledModel]:
    """Write `dist/`.

    Args:
        root: the model repository.
        built: directory of the build results, at any depth: `<id>.dtmodel` of each model that the plan builds, and
            the description of the build environment.
        plan: the contents of the release.
        github: source of reused packages.
        console: output for progress.

    Raises:
        Failure: a package is missing, ambiguous, too large, or does not match its card; or a reused package cannot be
            downloaded. `dist/` stays unchanged.
    """
    workspace = Workspace(root)
    with workspace.locked(), atomic_directory(workspace.dist) as directory:
        if plan.finished:
            return list(_copy_published(directory, plan, plan.finished, github, console))
        packages = _packages_in(built)
        models = [*_copy_built(directory, packages, plan), *_copy_reused(directory, packages, plan, github, console)]
        for environment in sorted(built.rglob(ENVIRONMENT))[:1] if plan.build else ():
            shutil.copyfile(environment, directory / ENVIRONMENT)
        loose = _extract_loose_files(directory)
        check_limits({path.name: path.stat().st_size for path in directory.iterdir()}, directory)
        _write_indexes(root, directory, plan, loose=loose)
        read_dist(directory)
    return models


def _copy_published(
    directory: Path, plan: Plan, finished: Released, github: GitHub, console: Console
) -> Iterator[AssembledModel]:
    """Download the files of a release that is already published, and write its notes again."""
    for asset in github.assets(finished.release):
        target = directory / asset.name
        if not copy_by_digest(asset.sha256, target, [directory.parent / "dist" / asset.name]):
            fetch(finished.tag, asset.sha256, target, github, console)
    dist = read_dist(directory)
    loose = any(name.endswith(".onnx") for name in dist.files)
    write_text(directory / NOTES, notes(plan, dist.record, dist.versions["models"], loose=loose))
    for model_id, package in sorted(finished.models.items()):
        yield _summarise(directory / f"{model_id}.dtmodel", package.version, f"{finished.tag}, published")


PackageFiles = Mapping[str, Sequence[Path]]
"""Built packages by file name."""


def _packages_in(built: Path) -> PackageFiles:
    packages: dict[str, list[Path]] = {}
    for path in sorted(built.rglob("*.dtmodel")):
        packages.setdefault(path.name, []).append(path)
    return packages


def _copy_built(directory: Path, packages: PackageFiles, plan: Plan) -> Iterable[AssembledModel]:
    for entry in plan.build:
        card, target = entry.card, directory / f"{entry.card.id}.dtmodel"
        shutil.copyfile(_unique_package(packages.get(target.name, ()), target.name), target)
        _check_package(target, card)
        yield _summarise(target, card.version, "built")


def _copy_reused(
    directory: Path, packages: PackageFiles, plan: Plan, github: GitHub, console: Console
) -> Iterable[AssembledModel]:
    for model_id, reused in plan.reused.items():
        target = directory / f"{model_id}.dtmodel"
        candidates = [directory.parent / "dist" / target.name, *packages.get(target.name, ())]
        copied = copy_by_digest(reused.sha256, target, candidates)
        if not copied:
            fetch(reused.tag, reused.sha256, target, github, console)
        yield _summarise(target, reused.version, f"from {reused.tag}{', local copy' if copied else ''}")


def _summarise(package: Path, version: str, origin: str) -> AssembledModel:
    size = package.stat().st_size
    return AssembledModel(id=package.stem, version=version, bytes=size, sha256=sha256(package), origin=origin)


def _unique_package(paths: Sequence[Path], name: str) -> Path:
    if not paths:
        raise Failure("was not built", where=name, fix=f"build it first: dtmodels run {name.removesuffix('.dtmodel')}")
    for path in paths:
        check_limits({path.name: path.stat().st_size}, path.parent)
    if len(paths) > 1 and len({sha256(path) for path in paths}) > 1:
        where = ", ".join(str(path) for path in paths)
        raise Failure(f"{name} exists more than once, with different bytes", where=where, fix="delete all but one")
    return paths[0]


def _check_package(package: Path, card: Card) -> None:
    """Install a package as darktable does; check that it matches the card and has real weights."""
    with tempfile.TemporaryDirectory(dir=package.parent, prefix=".") as staging:
        installed = install(package, Path(staging))
        errors = [str(problem) for problem in installed.problems if problem.severity == "error"]
        if installed.directory is None or errors:
            raise Failure("\n".join(["darktable would not install all of it", *errors]), where=package.name)
        config = json.loads((installed.directory / "config.json").read_bytes())
    actual = (config.get("id"), config.get("version"))
    if actual != (card.id, card.version):
        what = f"is {actual[0]} {actual[1]}, but the card says {card.id} {card.version}"
        raise Failure(what, where=package.name, fix="build it again from this commit")
    if SEED_KEY in config:
        raise Failure("has seeded weights, so it cannot be released", where=package.name, fix="build it without --seed")


def _extract_loose_files(directory: Path) -> bool:
    """Extract graphs and `config.json` of all packages as separate assets; return False if the limit is too low."""
    import zipfile

    entries = {}
    for package in sorted(directory.glob("*.dtmodel")):
        with zipfile.ZipFile(package) as archive:
            names = [name for name in archive.namelist() if name.endswith((".onnx", "/config.json"))]
        entries[package] = names
    if len(entries) + sum(len(names) for names in entries.values()) + INDEXES > MOST_ASSETS:
        return False
    for package, names in entries.items():
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
    versions |= {model_id: reused.version for model_id, reused in plan.reused.items()}
    record = {
        "schema": 1,
        "tag": plan.tag.text,
        "commit": plan.commit,
        "previous": plan.previous.tag if plan.previous else None,
        "models": {
            model_id: {
                "version": version,
                "sha256": f"sha256:{sha256(directory / f'{model_id}.dtmodel')}",
                "built_in": plan.reused[model_id].built_in if model_id in plan.reused else plan.tag.text,
            }
            for model_id, version in versions.items()
        },
        "yanked": dict(plan.yanked),
    }
    check_json("release-v1", record, where=RECORD)
    return record
