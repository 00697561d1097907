"""Checks of a release directory that need no network. Called by `verify`."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import sha256
from dtmodels.package.archive import install
from dtmodels.package.config_writer import SEED_KEY
from dtmodels.publishing.dist import Dist, read_dist
from dtmodels.stages.index import asset_name


def check_directory(directory: Path) -> Dist:
    """Check a release directory: checksums, limits, schemas, agreement of its lists, installation of each package.

    Raises:
        Failure: lists all problems.
    """
    from dtmodels.sbom import check_sbom

    dist = read_dist(directory)
    problems = [*_check_lists(dist), *_check_packages(dist), *_check_loose_files(dist), *check_sbom(directory)]
    if problems:
        raise Failure(
            "\n".join(["is not consistent", *problems]), where=str(directory), fix="do not publish or serve it"
        )
    return dist


def _check_lists(dist: Dist) -> Iterator[str]:
    """Check that `versions.json`, `release.json` and the packages have the same models, versions and digests."""
    packages = {name.removesuffix(".dtmodel") for name in dist.files if name.endswith(".dtmodel")}
    listed, recorded = dist.versions["models"], dist.record["models"]
    for model_id in sorted(packages | set(listed) | set(recorded)):
        missing = [
            name
            for name, ids in {"a package": packages, "versions.json": listed, "release.json": recorded}.items()
            if model_id not in ids
        ]
        if missing:
            yield f"{model_id}: not in {' and '.join(missing)}"
            continue
        file = dist.files[f"{model_id}.dtmodel"]
        for name, entry in {"versions.json": listed[model_id], "release.json": recorded[model_id]}.items():
            if entry["sha256"] != f"sha256:{file.sha256}":
                yield f"{model_id}: {name} has another digest than the package"
        if listed[model_id]["size"] != file.bytes:
            yield f"{model_id}: versions.json has another size than the package"
        if listed[model_id]["version"] != recorded[model_id]["version"]:
            yield f"{model_id}: versions.json and release.json have different versions"
    if both := sorted(set(dist.record["yanked"]) & packages):
        yield f"yanked, but still present: {', '.join(both)}"


def _check_packages(dist: Dist) -> Iterator[str]:
    """Check that darktable installs each package completely, with the listed id and version."""
    for model_id, entry in dist.versions["models"].items():
        path = dist.path(f"{model_id}.dtmodel")
        if not path.is_file():
            continue
        with tempfile.TemporaryDirectory() as staging:
            installed = install(path, Path(staging))
            yield from (f"{model_id}: {one}" for one in installed.problems if one.severity == "error")
            if installed.directory is None:
                continue
            config = json.loads((installed.directory / "config.json").read_bytes())
        for key, expected in {"id": model_id, "version": entry["version"], "task": entry["task"]}.items():
            if config.get(key) != expected:
                yield f"{model_id}: {key} is {config.get(key)!r} in the package, {expected!r} in versions.json"
        if SEED_KEY in config:
            yield f"{model_id}: has seeded weights"


def _check_loose_files(dist: Dist) -> Iterator[str]:
    """Check that a file with an asset of its own is bit-identical to the file in the package."""
    for model_id in dist.versions["models"]:
        path = dist.path(f"{model_id}.dtmodel")
        if not path.is_file():
            continue
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as scratch:
            for entry in archive.namelist():
                file = dist.files.get(asset_name(model_id, entry.rpartition("/")[2]))
                if file and sha256(Path(archive.extract(entry, scratch))) != file.sha256:
                    yield f"{file.name}: differs from the file in the package"
