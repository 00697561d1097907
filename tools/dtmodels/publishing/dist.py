"""`dist/` as a release: its assets are exactly `SHA256SUMS` and the files listed in it."""

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
"""First file that darktable reads; uploaded last, so that all files listed in it exist."""
RECORD = "release.json"
"""Tag, commit and origin of each package."""
ENVIRONMENT = "environment.cdx.json"
"""Software installed where the models were built, as CycloneDX; absent if no model was built."""
NOTES = "notes.md"
"""Text of the release. It is not an asset: the text may be edited later, assets may not."""
MOST_ASSET_BYTES = 2_000_000_000
"""GitHub accepts files below 2 GiB, and responds with status 500 to a file of exactly that size."""
MOST_ASSETS = 450
"""Each asset is uploaded and read back, and a job's token allows 1000 requests an hour; GitHub allows 1000 assets."""
MOST_VERSIONS_BYTES = 1 << 20
"""darktable rejects a larger `versions.json`."""
_REMAKE = "run `dtmodels assemble` again"
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAsset:
    """A file of `dist/` that is uploaded as an asset."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dist:
    """A release directory whose checksums are verified."""

    directory: Path
    files: Mapping[str, ReleaseAsset]
    """Assets by name, in upload order."""
    record: Mapping[str, Any]
    """`release.json`."""
    versions: Mapping[str, Any]
    """`versions.json`."""
    notes: str

    def path(self, name: str) -> Path:
        """Return the path of an asset."""
        return self.directory / name


def read_dist(directory: Path) -> Dist:
    """Read a release directory.

    Raises:
        Failure: a file is missing, unexpected, too large or has another checksum; or a document violates its schema.
    """
    sums = read_sums(directory / SUMS)
    _check_names(directory, sums)
    check_limits({name: (directory / name).stat().st_size for name in (*sums, SUMS)}, directory)
    assets = {name: _verified_asset(directory / name, digest) for name, digest in sums.items()}
    assets[SUMS] = ReleaseAsset(name=SUMS, sha256=sha256(directory / SUMS), bytes=(directory / SUMS).stat().st_size)
    ordered = sorted(assets, key=lambda name: (name == VERSIONS, name in (SUMS, RECORD), name))
    return Dist(
        directory=directory,
        files={name: assets[name] for name in ordered},
        record=_document(directory / RECORD, "release-v1"),
        versions=_document(directory / VERSIONS, "versions-v1"),
        notes=(directory / NOTES).read_text(encoding="utf-8") if (directory / NOTES).is_file() else "",
    )


def read_sums(path: Path) -> dict[str, str]:
    """Read the digests of a `SHA256SUMS` in coreutils' format, by file name.

    Raises:
        Failure: it is missing, a line has another format, or a name is repeated or not allowed for an asset.
    """
    if not path.is_file():
        raise Failure("is not a release directory: it has no SHA256SUMS", where=str(path.parent), fix=_REMAKE)
    sums: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if not match or match[2] in sums or match[2] == SUMS:
            raise Failure(f"line {number} is {line[:80]!a}, not a digest and a new name", where=str(path), fix=_REMAKE)
        sums[match[2]] = match[1]
    return sums


def check_limits(sizes: Mapping[str, int], directory: Path) -> None:
    """Check the size and the number of files against the limits of GitHub and darktable.

    Raises:
        Failure: a file is empty or too large, or there are too many files.
    """
    for name, size in sizes.items():
        if not 0 < size <= MOST_ASSET_BYTES:
            fix = "store its weights as float16, or leave the model out"
            what = f"has {size:,} bytes; an asset has 1 to {MOST_ASSET_BYTES:,}"
            raise Failure(what, where=str(directory / name), fix=fix)
    if sizes.get(VERSIONS, 0) > MOST_VERSIONS_BYTES:
        what = f"has {sizes[VERSIONS]:,} bytes; darktable reads at most {MOST_VERSIONS_BYTES:,}"
        raise Failure(what, where=str(directory / VERSIONS), fix="release fewer models, with shorter descriptions")
    if len(sizes) > MOST_ASSETS:
        raise Failure(
            f"has {len(sizes)} assets; at most {MOST_ASSETS} are possible",
            where=str(directory),
            fix="release fewer models",
        )


def _check_names(directory: Path, sums: Mapping[str, str]) -> None:
    existing = {path.name for path in directory.iterdir()} - {SUMS, NOTES}
    if missing := sorted(set(sums) - existing):
        raise Failure(f"{SUMS} lists missing files: {', '.join(missing)}", where=str(directory), fix=_REMAKE)
    if unexpected := sorted(existing - set(sums)):
        raise Failure(f"{SUMS} does not list {', '.join(unexpected)}", where=str(directory), fix=_REMAKE)
    if required := sorted({VERSIONS, RECORD} - existing):
        raise Failure(f"there is no {' and no '.join(required)}", where=str(directory), fix=_REMAKE)


def _verified_asset(path: Path, digest: str) -> ReleaseAsset:
    actual = sha256(path)
    if actual != digest:
        raise Failure(f"its sha256 is {actual}, but {SUMS} lists {digest}", where=str(path), fix=_REMAKE)
    return ReleaseAsset(name=path.name, sha256=actual, bytes=path.stat().st_size)


def _document(path: Path, schema: str) -> Mapping[str, Any]:
    try:
        content: Mapping[str, Any] = json.loads(path.read_bytes())
    except ValueError as exc:
        raise Failure(f"not JSON: {exc}", where=str(path), fix=_REMAKE) from exc
    check_json(schema, content, where=path.name)
    return content
