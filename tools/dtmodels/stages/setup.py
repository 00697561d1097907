"""setup: fetch every checkpoint of a model and verify its digest and size; archives give one file each."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import atomic_file
from dtbase.terminal.console import Console
from dtmodels.build.archive_member import check_content, extract_member
from dtmodels.build.download import Advance, ExpectedFile, check_download, download
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import CatalogueEntry
from dtmodels.card.model import ArchiveMember, Checkpoint, HubFile


def comes_with_repository(entry: CatalogueEntry) -> bool:
    """Whether all checkpoints of a model are stored in its directory, so that building it needs no download."""
    return bool(entry.card.checkpoints) and all(checkpoint.file for checkpoint in entry.card.checkpoints)


def is_verified(entry: CatalogueEntry) -> bool:
    """Whether the card identifies the file of every checkpoint, so that the model can be built from them."""
    return all(checkpoint.identified for checkpoint in entry.card.checkpoints)


def setup(entry: CatalogueEntry, workspace: Workspace, console: Console) -> Mapping[str, Path]:
    """Find or fetch the checkpoints of a model; each has the SHA-256, or the git blob, and the size of the card.

    Returns:
        The file of each checkpoint, by its name in the card; for an archive, the member that the card names.

    Raises:
        Failure: the card has no digest of a checkpoint, a file cannot be fetched, its digest or size differs, or it is
            an archive without the member that the card names.
    """
    return {checkpoint.name: _obtain(entry, checkpoint, workspace, console) for checkpoint in entry.card.checkpoints}


def _obtain(entry: CatalogueEntry, checkpoint: Checkpoint, workspace: Workspace, console: Console) -> Path:
    if checkpoint.member:
        return _obtain_member(entry, checkpoint, checkpoint.member, workspace, console)
    path = obtain_file(entry, checkpoint, workspace, console)
    check_content(path, where=checkpoint.location)
    return path


def obtain_file(entry: CatalogueEntry, checkpoint: Checkpoint, workspace: Workspace, console: Console) -> Path:
    """Find or fetch the author's file of a checkpoint, which may be an archive; see `setup`."""
    expected = _expected(entry, checkpoint.name, checkpoint.sha256, checkpoint.bytes, checkpoint.git_blob)
    if checkpoint.file:
        path = entry.directory / checkpoint.file
        if not path.is_file():
            state = "is a directory, not a checkpoint file" if path.is_dir() else "the checkpoint file is missing"
            raise Failure(state, where=str(path), fix="restore it from the repository")
        check_download(path, expected, where=str(path), keep=True)
        return path
    cached = (
        workspace.cached_file(expected.sha256) if expected.sha256 else workspace.cached_blob(f"{expected.git_blob}")
    )
    if not cached.exists():
        with console.progress(f"{entry.card.id}: fetching {checkpoint.name}", expected.bytes) as advance:
            _fetch(checkpoint, cached, expected, advance)
    check_download(cached, expected, where=str(cached))
    return cached


def _obtain_member(
    entry: CatalogueEntry, checkpoint: Checkpoint, member: ArchiveMember, workspace: Workspace, console: Console
) -> Path:
    """The extracted member; the archive is neither fetched nor opened if the cache has the member already."""
    expected = _expected(entry, f"{checkpoint.name}.member", member.sha256, member.bytes)
    cached = workspace.cached_file(str(expected.sha256))
    if not cached.exists():
        archive = obtain_file(entry, checkpoint, workspace, console)
        where = checkpoint.location
        with atomic_file(cached) as part:
            extract_member(archive, member.path, part, where=where, size=member.bytes)
            check_download(part, expected, where=f"{where}: {member.path}", keep=True)
    check_download(cached, expected, where=str(cached))
    check_content(cached, where=f"{checkpoint.location}: {member.path}")
    return cached


def _expected(
    entry: CatalogueEntry, name: str, sha256: str | None, size: int | None, git_blob: str | None = None
) -> ExpectedFile:
    if sha256 is None and git_blob is None:
        raise Failure(
            f"checkpoint '{name}' has no sha256, so its file cannot be verified",
            where=f"{entry.card.id}/card.yaml",
            fix=f"on a trusted machine, run `dtmodels setup --pin {entry.card.id}` and review the changed card",
        )
    return ExpectedFile(sha256=sha256, bytes=size, git_blob=git_blob)


def _fetch(checkpoint: Checkpoint, target: Path, expected: ExpectedFile, advance: Advance) -> None:
    if checkpoint.hub:
        fetch_from_hub(checkpoint.hub, target, expected)
    elif checkpoint.url:
        download(checkpoint.url, target, expected, advance)
    else:
        raise Failure(f"checkpoint '{checkpoint.name}' has no location", fix="add url, hub or file")


def fetch_from_hub(hub: HubFile, target: Path, expected: ExpectedFile) -> None:
    """Fetch a file of the Hugging Face Hub to the path `target`.

    Uses huggingface_hub, which resumes, retries, and uses the mirrors that a user has configured.

    Raises:
        Failure: the Hub does not have the file, or its digest or size differs.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    where = f"https://huggingface.co/{hub.repository}/blob/{hub.revision}/{hub.path}"
    directory = target.with_name(target.name + ".hub")
    try:
        downloaded = Path(
            hf_hub_download(hub.repository, hub.path, revision=hub.revision, local_dir=directory, token=None)
        )
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as exc:
        first_line = str(exc).strip().splitlines()[0]
        raise Failure(
            f"the file cannot be fetched from the Hub: {first_line}",
            where=where,
            fix="check repository, revision and path; run the command again to resume",
        ) from exc
    check_download(downloaded, expected, where=where)
    with atomic_file(target) as part:
        downloaded.replace(part)
    shutil.rmtree(directory)
