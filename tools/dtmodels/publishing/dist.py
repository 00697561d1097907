"""`dist/` as a release: its assets are the files `SHA256SUMS` names, and that file itself, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtbase.system.files import sha256
from dtmodels.card.schemas import check_json
from dtmodels.stages.index import SUMS

VERSIONS = "versions.json"
"""What darktable reads first; uploaded last, so that it never names what is not there yet."""
RECORD = "release.json"
"""What the release is made from."""
ENVIRONMENT = "environment.cdx.json"
"""What was installed where its models were built, as CycloneDX; absent where none was built."""
NOTES = "notes.md"
"""The text of the release, which is no asset: it may be corrected later, assets may not."""
MOST_ASSET_BYTES = 2_000_000_000
"""GitHub takes files below 2 GiB, and answers 500 to one of exactly that size."""
MOST_ASSETS = 450
"""Each is uploaded and read back, and a job's token has 1000 requests an hour; a release holds 1000 assets at most."""
MOST_VERSIONS_BYTES = 1 << 20
"""darktable reads no more of `versions.json`."""
_REMAKE = "make it again: dtmodels assemble"
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAsset:
    """An asset to be."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dist:
    """A release directory whose every file was held against its checksum."""

    directory: Path
    files: Mapping[str, ReleaseAsset]
    """By name, in the order they are uploaded in."""
    record: Mapping[str, Any]
    """`release.json`."""
    versions: Mapping[str, Any]
    """`versions.json`."""
    notes: str

    def path(self, name: str) -> Path:
        """Where an asset lies here."""
        return self.directory / name


def read_dist(directory: Path) -> Dist:
    """Read a release directory.

    Raises:
        Failure: a file is missing, unexpected, too large or not the one its checksum names; or a document breaks its
            schema.
    """
    sums = read_sums(directory / SUMS)
    _hold_names(directory, sums)
    check_limits({name: (directory / name).stat().st_size for name in (*sums, SUMS)}, directory)
    found = {name: _file(directory / name, digest) for name, digest in sums.items()}
    found[SUMS] = ReleaseAsset(name=SUMS, sha256=sha256(directory / SUMS), bytes=(directory / SUMS).stat().st_size)
    ordered = sorted(found, key=lambda name: (name == VERSIONS, name in (SUMS, RECORD), name))
    return Dist(
        directory=directory,
        files={name: found[name] for name in ordered},
        record=_document(directory / RECORD, "release-v1"),
        versions=_document(directory / VERSIONS, "versions-v1"),
        notes=(directory / NOTES).read_text(encoding="utf-8") if (directory / NOTES).is_file() else "",
    )


def read_sums(path: Path) -> dict[str, str]:
    """The digests of a `SHA256SUMS`, by file name.

    Raises:
        Failure: it is missing, or a line of it is none of coreutils' with a name that may be an asset's.
    """
    if not path.is_file():
        raise Failure("this is no release directory: it has no SHA256SUMS", where=str(path.parent), fix=_REMAKE)
    sums: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if not match or match[2] in sums or match[2] == SUMS:
            raise Failure(f"line {number} is {line[:80]!a}, not a digest and a name", where=str(path), fix=_REMAKE)
        sums[match[2]] = match[1]
    return sums


def check_limits(sizes: Mapping[str, int], directory: Path) -> None:
    """Hold files to what can be published and downloaded.

    Raises:
        Failure: one is empty or too large, or there are too many.
    """
    for name, size in sizes.items():
        if not 0 < size <= MOST_ASSET_BYTES:
            fix = "store its weights as float16, or leave the model out"
            what = f"has {size:,} bytes; an asset has 1 to {MOST_ASSET_BYTES:,}"
            raise Failure(what, where=str(directory / name), fix=fix)
    if sizes.get(VERSIONS, 0) > MOST_VERSIONS_BYTES:
        what = f"has {sizes[VERSIONS]:,} bytes; darktable reads no more than {MOST_VERSIONS_BYTES:,}"
        raise Failure(what, where=str(directory / VERSIONS), fix="release fewer models, with shorter descriptions")
    if len(sizes) > MOST_ASSETS:
        raise Failure(
            f"{len(sizes)} assets, and {MOST_ASSETS} at most", where=str(directory), fix="release fewer models"
        )


def _hold_names(directory: Path, sums: Mapping[str, str]) -> None:
    there = {path.name for path in directory.iterdir()} - {SUMS, NOTES}
    if missing := sorted(set(sums) - there):
        raise Failure(f"{SUMS} names what is not there: {', '.join(missing)}", where=str(directory), fix=_REMAKE)
    if unexpected := sorted(there - set(sums)):
        raise Failure(f"{SUMS} does not name {', '.join(unexpected)}", where=str(directory), fix=_REMAKE)
    if needed := sorted({VERSIONS, RECORD} - there):
        raise Failure(f"there is no {' and no '.join(needed)}", where=str(directory), fix=_REMAKE)


def _file(path: Path, digest: str) -> ReleaseAsset:
    found = sha256(path)
    if found != digest:
        raise Failure(f"its sha256 is {found}, not {digest} as {SUMS} says", where=str(path), fix=_REMAKE)
    return ReleaseAsset(name=path.name, sha256=found, bytes=path.stat().st_size)


def _document(path: Path, schema: str) -> Mapping[str, Any]:
    try:
        content: Mapping[str, Any] = json.loads(path.read_bytes())
    except ValueError as exc:
        raise Failure(f"not JSON: {exc}", where=str(path), fix=_REMAKE) from exc
    check_json(schema, content, where=path.name)
    return content
