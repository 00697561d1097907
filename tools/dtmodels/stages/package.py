"""package: the model directory as one `.dtmodel` file, bit-identical on every machine."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import atomic_file
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import CatalogueEntry
from dtmodels.package.config_writer import SEED_KEY

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date of the zip format; a build date would change every package."""
UNIX = 3
REGULAR_0644 = 0o100644 << 16
"""Mode bits, which darktable applies; without them other users could not read the installed files."""


def package(entry: CatalogueEntry, workspace: Workspace) -> Path:
    """Write `<id>.dtmodel` from the converted model directory, the card and the licence texts.

    Entries are stored without compression: weights hardly compress, and deflated bytes depend on the zlib version.
    darktable reads the id from the first entry, which is inside the single top directory.

    Raises:
        Failure: the model has not been converted.
    """
    directory = workspace.model(entry.card.id)
    if not (directory / "config.json").is_file():
        raise Failure("the model is not converted", where=str(directory), fix=f"run `dtmodels convert {entry.card.id}`")
    target = workspace.package(entry.card.id)
    with atomic_file(target) as part:
        write_archive(part, entry.card.id, dict(_files(entry, workspace)))
    return target


def reject_seeded_weights(entry: CatalogueEntry, workspace: Workspace) -> None:
    """Check that a model may be published: it has no seeded weights.

    Raises:
        Failure: the model was converted with seeded weights, or not at all.
    """
    file = workspace.model(entry.card.id) / "config.json"
    if not file.is_file():
        raise Failure(
            "the model is not converted", where=str(file.parent), fix=f"run `dtmodels convert {entry.card.id}`"
        )
    if (seed := json.loads(file.read_bytes()).get(SEED_KEY)) is not None:
        raise Failure(
            f"the model has seeded weights (seed {seed}), so it cannot be released",
            where=entry.card.id,
            fix=f"convert it from its checkpoint: `dtmodels convert {entry.card.id}`",
        )


def write_archive(path: Path, top: str, files: dict[str, Path]) -> None:
    """Write a zip with one top directory, with sorted entries and fixed dates.

    Args:
        path: of the zip file.
        top: name of the directory in it.
        files: source files by their names in that directory.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(f"{top}/{name}", date_time=EPOCH)
            info.create_system = UNIX
            info.external_attr = REGULAR_0644
            info.file_size = files[name].stat().st_size
            with files[name].open("rb") as source, archive.open(info, "w") as sink:
                while block := source.read(1 << 20):
                    sink.write(block)


def _files(entry: CatalogueEntry, workspace: Workspace) -> Iterator[tuple[str, Path]]:
    for file in workspace.model(entry.card.id).iterdir():
        yield file.name, file
    yield "card.yaml", entry.directory / "card.yaml"
    licences = sorted(entry.directory.glob("LICENSE*"))
    for file in licences or _license_of_repository(entry, workspace):
        yield file.name, file


def _license_of_repository(entry: CatalogueEntry, workspace: Workspace) -> list[Path]:
    """The licence text of the repository, for models whose source it is."""
    text = workspace.root / "LICENSE"
    return [text] if entry.card.source.repository == "self" and text.is_file() else []
