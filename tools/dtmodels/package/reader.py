"""A finished `.dtmodel`, read back: its card and its files, all that is needed to describe it."""

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
from dtmodels.package.config_writer import SEED_KEY

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """A file in a package; its name is that within the one top directory."""

    name: str
    bytes: int
    sha1: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageContents:
    """A package and what it says about itself."""

    path: Path
    card: Card
    config: Mapping[str, Any]
    sha256: str
    bytes: int
    members: tuple[PackageFile, ...]

    @classmethod
    def read(cls, path: Path) -> PackageContents:
        """Read a package and hash everything in it.

        Raises:
            Failure: it is no package of ours, or was built with seeded weights.
        """
        try:
            with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as scratch:
                prefix = f"{path.stem}/"
                names = [name for name in archive.namelist() if name.startswith(prefix)]
                members = tuple(_member(archive, name, name.removeprefix(prefix)) for name in sorted(names))
                config = json.loads(archive.read(f"{prefix}config.json"))
                card = Path(scratch) / CARD_FILE
                card.write_bytes(archive.read(prefix + CARD_FILE))
                found = cls(
                    path=path,
                    card=read_card(card),
                    config=config,
                    sha256=sha256(path),
                    bytes=path.stat().st_size,
                    members=members,
                )
        except (zipfile.BadZipFile, KeyError, ValueError) as exc:
            what = f"is no package of this project: {exc}"
            raise Failure(what, where=str(path), fix="build it with `dtmodels package`") from exc
        if SEED_KEY in found.config:
            what = "has seeded weights: it must not be published"
            raise Failure(what, where=str(path), fix="build it without --seed")
        return found

    @contextmanager
    def unpacked(self) -> Iterator[Path]:
        """A temporary directory with the package's files."""
        with zipfile.ZipFile(self.path) as archive, tempfile.TemporaryDirectory() as scratch:
            for member in self.members:
                archive.extract(f"{self.card.id}/{member.name}", scratch)
            yield Path(scratch) / self.card.id


def read_packages(directory: Path) -> list[PackageContents]:
    """The packages of a release directory, sorted by id.

    Raises:
        NothingToDo: there is none.
        Failure: one of them cannot be read.
    """
    found = [PackageContents.read(path) for path in sorted(directory.glob("*.dtmodel"))]
    if not found:
        raise NothingToDo("holds no package", where=str(directory), fix="run `dtmodels release` first")
    return found


def _member(archive: zipfile.ZipFile, path: str, name: str) -> PackageFile:
    sums = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    with archive.open(path) as file:
        while block := file.read(_BLOCK):
            for one in sums:
                one.update(block)
    size = archive.getinfo(path).file_size
    return PackageFile(name=name, bytes=size, sha1=sums[0].hexdigest(), sha256=sums[1].hexdigest())
