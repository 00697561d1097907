"""Update a Hub repository to a package: one commit with the changed files, no commit without changes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.hf_api import RepoFile

from dtbase.system.errors import Failure
from dtbase.system.files import sha256
from dtbase.terminal.console import Console
from dtmodels.hub.card import hub_card
from dtmodels.package.reader import PackageContents, read_packages

README = "README.md"
_FILES_OF_THE_HUB = (".gitattributes",)
"""Files that the Hub itself adds to a repository."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file to publish: on disk, or in memory."""

    content: Path | bytes

    def same(self, remote: RepoFile) -> bool:
        """Whether the file on the Hub has the same digest: SHA-256 for LFS files, git's SHA-1 for others."""
        if remote.size != self._size():
            return False
        if remote.lfs:
            return bool(remote.lfs.sha256 == self._sha256())
        return bool(remote.blob_id == _git_digest(self._bytes()))

    def _size(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def _sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest() if isinstance(self.content, bytes) else sha256(self.content)

    def _bytes(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


def publish_to_hub(dist: Path, owner: str, console: Console, *, source: str = "", dry_run: bool = False) -> list[str]:
    """Publish every package of a release directory as `<owner>/<id>`.

    huggingface_hub defines endpoint and token: HF_ENDPOINT, and HF_TOKEN or the token of `hf auth login`.

    Args:
        dist: contains `<id>.dtmodel` files.
        owner: user or organisation on the Hub.
        console: prints each repository with its changed files.
        source: URL of the release, for the card.
        dry_run: print the files of each repository, and send no request.

    Returns:
        The ids of the models whose repository changed.

    Raises:
        NothingToDo: there is no package.
        Failure: a package cannot be published, or the Hub reports an error. Earlier commits stay; run it again.
    """
    api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
    updated = []
    for package in read_packages(dist):
        repository = f"{owner}/{package.card.id}"
        with package.unpacked() as directory, _hub_errors(repository):
            files = _files(package, directory, hub_card(package, source))
            if dry_run:
                console.say(f"{repository}: would contain {', '.join(files)}")
                continue
            changes = _update(api, repository, files, f"{package.card.id} {package.card.version}")
        console.say(f"{repository}: {', '.join(changes) if changes else 'unchanged'}")
        updated += [package.card.id] if changes else []
    return updated


def _files(package: PackageContents, directory: Path, readme: str) -> dict[str, _File]:
    """The package, its entries and the card, by their names in the repository."""
    entries = {file.name: _File(directory / file.name) for file in package.files}
    files = {**entries, README: _File(readme.encode()), package.path.name: _File(package.path)}
    return dict(sorted(files.items()))


def _update(api: HfApi, repository: str, files: Mapping[str, _File], message: str) -> Sequence[str]:
    """Commit the changes that make the repository contain exactly these files, on top of its current head.

    Returns:
        The changed files; empty when there was no commit.
    """
    api.create_repo(repository, exist_ok=True)
    head = api.model_info(repository).sha
    listed = [one for one in api.list_repo_tree(repository, recursive=True, revision=head) if isinstance(one, RepoFile)]
    remote = {file.path: file for file in listed}
    changed = [name for name, file in files.items() if name not in remote or not file.same(remote[name])]
    stale = sorted(set(remote) - set(files) - set(_FILES_OF_THE_HUB))
    if not changed and not stale:
        return ()
    additions = [CommitOperationAdd(name, _content(files[name])) for name in changed]
    deletions = [CommitOperationDelete(name) for name in stale]
    api.create_commit(repository, [*additions, *deletions], commit_message=message, parent_commit=head)
    return [*changed, *(f"without {name}" for name in stale)]


def _content(file: _File) -> str | bytes:
    return file.content if isinstance(file.content, bytes) else str(file.content)


def _git_digest(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@contextmanager
def _hub_errors(repository: str) -> Iterator[None]:
    """Turn exceptions of huggingface_hub into a Failure; it raises ValueError for a bad name or front matter."""
    fix = "check the owner and HF_TOKEN (it needs write permission), then run the command again to resume"
    try:
        yield
    except (httpx2.HTTPError, ValueError, RuntimeError, OSError) as exc:
        message = " ".join(_first_line(one) for one in (exc, exc.__cause__) if one)
        raise Failure(f"the Hub repository could not be updated: {message}", where=repository, fix=fix) from exc


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
