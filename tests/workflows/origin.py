"""A repository on GitHub, as far as git knows it: commits, branches, tags, and the merge commit of a pull request."""

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

SOMEBODY = {
    "GIT_AUTHOR_NAME": "Somebody",
    "GIT_AUTHOR_EMAIL": "somebody@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "Somebody",
    "GIT_COMMITTER_EMAIL": "somebody@example.org",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}

Files = Mapping[str, str | bytes | None]
"""Contents by path; nothing removes the file."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A repository with a working tree that stands on main between calls."""

    directory: Path

    @classmethod
    def create(cls, directory: Path) -> Origin:
        """Begin with what already lies in the directory as the first commit."""
        directory.mkdir(parents=True, exist_ok=True)
        origin = cls(directory)
        origin.git("init", "-q", "-b", "main")
        # A runner fetches single commits by their name.
        origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
        origin.git("add", "--all")
        origin.git("commit", "-q", "--allow-empty", "-m", "The beginning")
        return origin

    def clone(self, directory: Path) -> Origin:
        """Another repository with the same history, to be changed freely."""
        shutil.copytree(self.directory, directory, symlinks=True, copy_function=_link)
        return Origin(directory)

    def git(self, *arguments: str) -> str:
        """Run git in the working tree; what it prints, without the last line's end."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.directory,
            env={**os.environ, **GIT, **SOMEBODY},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    @property
    def head(self) -> str:
        """The newest commit of main."""
        return self.git("rev-parse", "main")

    def commit(self, files: Files, message: str = "A change") -> str:
        """Change files on the branch that is checked out; the new commit."""
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
        """Commit to main; the event that tells of it."""
        before = self.head
        return push(self.commit(files), before=before)

    def tag(self, name: str, commit: str = "main") -> str:
        """Set a tag, or move it; the commit it is on."""
        self.git("tag", "--force", name, commit)
        return self.git("rev-parse", f"{name}^{{commit}}")

    def pull_request(self, files: Files, *, repository: str, fork: bool = False, number: int = 7) -> Event:
        """Offer a change to main; the event that tells of it, about the commit that merges it."""
        base = self.head
        self.git("checkout", "-q", "-b", f"change-{number}")
        head = self.commit(files, "The change that is offered")
        self.git("checkout", "-q", "--detach", base)
        self.git("merge", "-q", "--no-ff", "-m", f"Merge {head} into {base}", head)
        merge = self.git("rev-parse", "HEAD")
        self.git("update-ref", f"refs/pull/{number}/merge", merge)
        self.git("checkout", "-q", "main")
        return pull_request(number=number, merge=merge, head=head, base=base, repository=repository, fork=fork)


def _link(source: str, target: str) -> str:
    """Share the bytes of git's objects, which never change; copy everything else."""
    if f"{os.sep}objects{os.sep}" in source:
        os.link(source, target)
        return target
    return shutil.copy2(source, target)
