"""Bring a Hub repository to the state of a package: one commit with what differs, none when nothing does."""

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
_THEIRS = (".gitattributes",)
"""Files the Hub keeps in a repository for itself."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file to publish: on disk, or in memory."""

    content: Path | bytes

    def same(self, remote: RepoFile) -> bool:
        """Whether the Hub has these bytes: large files have a SHA-256 there, small ones git's own digest."""
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

    Endpoint and token are huggingface_hub's own: HF_ENDPOINT, and HF_TOKEN or what `hf auth login` stored.

    Args:
        dist: holds `<id>.dtmodel` files.
        owner: user or organisation on the Hub.
        console: where each repository and what happened to it is named.
        source: address of the release, for the card.
        dry_run: say what would be done, and ask or change nothing.

    Returns:
        The ids of the models that got a commit.

    Raises:
        NothingToDo: there is no package.
        Failure: a package cannot be published, or the Hub refuses. What was committed before stays; run it again.
    """
    api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
    done = []
    for package in read_packages(dist):
        repository = f"{owner}/{package.card.id}"
        with package.unpacked() as directory, _explained(repository):
            files = _files(package, directory, hub_card(package, source))
            if dry_run:
                console.say(f"{repository}: would hold {', '.join(files)}")
                continue
            changes = _bring(api, repository, files, f"{package.card.id} {package.card.version}")
        console.say(f"{repository}: {', '.join(changes) if changes else 'unchanged'}")
        done += [package.card.id] if changes else []
    return done


def _files(package: PackageContents, directory: Path, readme: str) -> dict[str, _File]:
    """The package itself, what is in it, and the card; by their names in the repository."""
    inside = {member.name: _File(directory / member.name) for member in package.files}
    files = {**inside, README: _File(readme.encode()), package.path.name: _File(package.path)}
    return dict(sorted(files.items()))


def _bring(api: HfApi, repository: str, files: Mapping[str, _File], message: str) -> Sequence[str]:
    """Make the repository hold these files and no others, in one commit on top of what was just read."""
    api.create_repo(repository, exist_ok=True)
    head = api.model_info(repository).sha
    found = [one for one in api.list_repo_tree(repository, recursive=True, revision=head) if isinstance(one, RepoFile)]
    remote = {file.path: file for file in found}
    changed = [name for name, file in files.items() if name not in remote or not file.same(remote[name])]
    stale = sorted(set(remote) - set(files) - set(_THEIRS))
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
def _explained(repository: str) -> Iterator[None]:
    """Turn what huggingface_hub raises into a sentence; a wrong name or front matter is a ValueError there."""
    fix = "check the owner and HF_TOKEN (it needs to write there), then run the command again: what is done stays done"
    try:
        yield
    except (httpx2.HTTPError, ValueError, RuntimeError, OSError) as exc:
        said = " ".join(_first_line(one) for one in (exc, exc.__cause__) if one)
        raise Failure(f"the Hub was not brought up to date: {said}", where=repository, fix=fix) from exc


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
