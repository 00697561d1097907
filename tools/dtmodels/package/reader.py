"""Read a finished `.dtmodel`: its card, its `config.json`, and the digests of its files."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure, NothingToDo
from dtbase.system.files import sha256
from dtmodels.card.catalogue import CARD_FILE
from dtmodels.card.model import Card
from dtmodels.card.reader import read_card
from dtmodels.package.archive import DAMAGE
from dtmodels.package.config_writer import SEED_KEY

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """A file in a package; its name is relative to the top directory."""

    name: str
    bytes: int
    sha1: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageContents:
    """Content of a package: card, configuration and files."""

    path: Path
    card: Card
    config: Mapping[str, Any]
    sha256: str
    bytes: int
    files: tuple[PackageFile, ...]

    @classmethod
    def read(cls, path: Path) -> PackageContents:
        """Read a package and hash all its files.

        Raises:
            Failure: the file is not a package of this project, or was built with seeded weights.
        """
        try:
            with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as scratch:
                prefix = f"{path.stem}/"
                names = [name for name in archive.namelist() if name.startswith(prefix)]
                files = tuple(_file(archive, name, name.removeprefix(prefix)) for name in sorted(names))
                config = json.loads(archive.read(f"{prefix}config.json"))
                card = Path(scratch) / CARD_FILE
                card.write_bytes(archive.read(prefix + CARD_FILE))
                package = cls(
                    path=path,
                    card=read_card(card),
                    config=config,
                    sha256=sha256(path),
                    bytes=path.stat().st_size,
                    files=files,
                )
        except (*DAMAGE, KeyError, RuntimeError) as exc:
            what = f"is not a package of this project: {exc}"
            raise Failure(what, where=str(path), fix="build it with `dtmodels package`") from exc
        if SEED_KEY in package.config:
            what = "has seeded weights: it must not be published"
            raise Failure(what, where=str(path), fix="build it without --seed")
        return package

    @contextmanager
    def unpacked(self) -> Iterator[Path]:
        """Extract the package's files to a temporary directory, and yield it."""
        with zipfile.ZipFile(self.path) as archive, tempfile.TemporaryDirectory() as scratch:
            for file in self.files:
                archive.extract(f"{self.card.id}/{file.name}", scratch)
            yield Path(scratch) / self.card.id


def read_packages(directory: Path) -> list[PackageContents]:
    """Read the packages of a release directory, sorted by file name.

    Raises:
        NothingToDo: there is no package.
        Failure: a package cannot be read.
    """
    packages = [PackageContents.read(path) for path in sorted(directory.glob("*.dtmodel"))]
    if not packages:
        raise NothingToDo("contains no package", where=str(directory), fix="run `dtmodels release` first")
    return packages


def _file(archive: zipfile.ZipFile, path: str, name: str) -> PackageFile:
    hashes = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    with archive.open(path) as file:
        while block := file.read(_BLOCK_BYTES):
            for hasher in hashes:
                hasher.update(block)
    size = archive.getinfo(path).file_size
    return PackageFile(name=name, bytes=size, sha1=hashes[0].hexdigest(), sha256=hashes[1].hexdigest())
