"""Git part of a repository on GitHub: commits, branches, tags, and the merge commit of a pull request."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.workflows.executor import Event
from tests.workflows.executor.events import pull_request, push
from tests.workflows.executor.github_state import GIT

IDENTITY = {
    "GIT_AUTHOR_NAME": "Maintainer",
    "GIT_AUTHOR_EMAIL": "maintainer@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "Maintainer",
    "GIT_COMMITTER_EMAIL": "maintainer@example.org",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}

Files = Mapping[str, str | bytes | None]
"""Contents by path; None removes the file."""


@dataclass(frozen=True, slots=True)
class GitRepository:
    """A repository with a working tree; main is checked out between calls."""

    directory: Path

    @classmethod
    def create(cls, directory: Path) -> GitRepository:
        """Commit the existing files of the directory as the first commit."""
        directory.mkdir(parents=True, exist_ok=True)
        git_repo = cls(directory)
        git_repo.git("init", "-q", "-b", "main")
        # A runner fetches single commits by their name.
        git_repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
        git_repo.git("add", "--all")
        git_repo.git("commit", "-q", "--allow-empty", "-m", "First commit")
        return git_repo

    def clone(self, directory: Path) -> GitRepository:
        """Copy the repository; changes of the copy do not affect this one."""
        shutil.copytree(self.directory, directory, symlinks=True, copy_function=_link)
        return GitRepository(directory)

    def git(self, *arguments: str) -> str:
        """Run git in the working tree; return its output without the final line break."""
        completed = subprocess.run(
            ["git", *arguments],
            cwd=self.directory,
            env={**os.environ, **GIT, **IDENTITY},
            capture_output=True,
            text=True,
            check=False,
        )
        assert completed.returncode == 0, f"git {' '.join(arguments)}: {completed.stderr}"
        return completed.stdout.strip()

    @property
    def head(self) -> str:
        """Return the newest commit of main."""
        return self.git("rev-parse", "main")

    def commit(self, files: Files, message: str = "A change") -> str:
        """Change files on the current branch; return the new commit."""
        for name, content in files.items():
            path = self.directory / name
            path.unlink(missing_ok=True)
            if content is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def push(self, files: Files) -> Event:
        """Commit to main; return the push event."""
        before = self.head
        return push(self.commit(files), before=before)

    def tag(self, name: str, commit: str = "main") -> str:
        """Set or move a tag; return its commit."""
        self.git("tag", "--force", name, commit)
        return self.git("rev-parse", f"{name}^{{commit}}")

    def pull_request(self, files: Files, *, repository: str, fork: bool = False, number: int = 7) -> Event:
        """Open a pull request against main; return its event, for the merge commit."""
        base = self.head
        self.git("checkout", "-q", "-b", f"change-{number}")
        head = self.commit(files, "The proposed change")
        self.git("checkout", "-q", "--detach", base)
        self.git("merge", "-q", "--no-ff", "-m", f"Merge {head} into {base}", head)
        merge = self.git("rev-parse", "HEAD")
        self.git("update-ref", f"refs/pull/{number}/merge", merge)
        self.git("checkout", "-q", "main")
        return pull_request(number=number, merge=merge, head=head, base=base, repository=repository, fork=fork)


def _link(source: str, target: str) -> str:
    """Link git objects, which never change; copy all other files."""
    if f"{os.sep}objects{os.sep}" in source:
        os.link(source, target)
        return target
    return shutil.copy2(source, target)
