"""setup: have every checkpoint of a model, verified, before anything reads it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import atomic_file
from dtbase.terminal.console import Console
from dtmodels.build.download import Advance, ExpectedFile, check_download, download
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import CatalogueEntry
from dtmodels.card.model import Checkpoint, HubFile


def comes_with_repository(entry: CatalogueEntry) -> bool:
    """Whether all checkpoints of a model lie in its directory, so that building it needs no download."""
    return bool(entry.card.checkpoints) and all(checkpoint.file for checkpoint in entry.card.checkpoints)


def is_verified(entry: CatalogueEntry) -> bool:
    """Whether a digest is known for every checkpoint of a model, so that it can be built from the real ones."""
    return all(checkpoint.sha256 for checkpoint in entry.card.checkpoints)


def setup(entry: CatalogueEntry, workspace: Workspace, console: Console) -> Mapping[str, Path]:
    """Find or fetch the checkpoints of a model; each has the SHA-256 and size of the card.

    Returns:
        The file of each checkpoint, by the name the card gives it.

    Raises:
        Failure: a digest is missing from the card, or a file is not the one the card names.
    """
    return {checkpoint.name: _obtain(entry, checkpoint, workspace, console) for checkpoint in entry.card.checkpoints}


def _obtain(entry: CatalogueEntry, checkpoint: Checkpoint, workspace: Workspace, console: Console) -> Path:
    expected = _expected(entry, checkpoint)
    if checkpoint.file:
        path = entry.directory / checkpoint.file
        if not path.is_file():
            raise Failure("the checkpoint is not there", where=str(path), fix="restore it from the repository")
        check_download(path, expected, where=str(path), keep=True)
        return path
    kept = workspace.cache / "sha256" / str(expected.sha256)
    if not kept.exists():
        with console.progress(f"{entry.card.id}: fetching {checkpoint.name}", expected.bytes) as advance:
            _fetch(checkpoint, kept, expected, advance)
    check_download(kept, expected, where=str(kept))
    return kept


def _expected(entry: CatalogueEntry, checkpoint: Checkpoint) -> ExpectedFile:
    if checkpoint.sha256 is None:
        raise Failure(
            f"checkpoint '{checkpoint.name}' has no sha256, so no file can be held against it",
            where=f"{entry.card.id}/card.yaml",
            fix=f"on a machine you trust: `dtmodels setup --pin {entry.card.id}`, then look at what it wrote",
        )
    return ExpectedFile(sha256=checkpoint.sha256, bytes=checkpoint.bytes)


def _fetch(checkpoint: Checkpoint, kept: Path, expected: ExpectedFile, advance: Advance) -> None:
    if checkpoint.hub:
        fetch_from_hub(checkpoint.hub, kept, expected)
    elif checkpoint.url:
        download(checkpoint.url, kept, expected, advance)
    else:
        raise Failure(f"checkpoint '{checkpoint.name}' says nowhere where it lies", fix="give it a url, hub or file")


def fetch_from_hub(hub: HubFile, kept: Path, expected: ExpectedFile) -> None:
    """Fetch a file of the Hugging Face Hub to `kept`.

    Its own client does it: that resumes, retries, and knows the mirrors a user has set up.

    Raises:
        Failure: the Hub does not give the file, or gives another one.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    where = f"https://huggingface.co/{hub.repository}/blob/{hub.revision}/{hub.path}"
    directory = kept.with_name(kept.name + ".hub")
    try:
        got = Path(hf_hub_download(hub.repository, hub.path, revision=hub.revision, local_dir=directory, token=None))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as exc:
        first_line = str(exc).strip().splitlines()[0]
        raise Failure(
            f"the hub does not give the file: {first_line}",
            where=where,
            fix="check repository, revision and path; run the command again to go on where it stopped",
        ) from exc
    check_download(got, expected, where=where)
    with atomic_file(kept) as part:
        got.replace(part)
    shutil.rmtree(directory)
