"""Access to an earlier git revision of a model repository."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dtmodels.release.git import git


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A repository and the revision it is compared with. Paths are relative to `root`, with slashes."""

    root: Path
    revision: str
    """The revision as the user wrote it."""
    commit: str
    changed: frozenset[str]
    """Files that differ between the revision and the working tree, without ignored files."""

    @classmethod
    def since(cls, root: Path, revision: str) -> History:
        """Read the changes from `revision` to the working tree in the repository that contains `root`.

        Raises:
            WrongUsage: git is not installed or refuses the repository, or the revision does not exist.
        """
        git(root, "rev-parse", "--git-dir", fix="run this in a clone of the repository, or without --since")
        what = f"there is no revision '{revision}'"
        fix = "name a commit, branch or tag; fetch it first where the clone is shallow (fetch-depth: 0)"
        name = f"{revision}^{{commit}}"
        commit = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", name, what=what, fix=fix)
        commit_id = commit.decode().strip()
        edited = git(
            root, "diff", "--name-only", "--no-renames", "--no-ext-diff", "--relative", "-z", commit_id, "--", "."
        )
        added = git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
        paths = frozenset(path.decode(errors="surrogateescape") for path in (edited + added).split(b"\0") if path)
        return cls(root=root, revision=revision, commit=commit_id, changed=paths)

    def touches(self, directory: Path) -> bool:
        """True if a file in `directory` differs."""
        inside = f"{directory.relative_to(self.root).as_posix()}/"
        return any(path.startswith(inside) for path in self.changed)

    def before(self, path: str) -> bytes | None:
        """The content of a file at the revision; None if it did not exist."""
        return self._show([self.commit], path)[0]

    def contents(self, path: str) -> list[tuple[str, bytes]]:
        """Every version of a file up to the revision, newest first, each with its commit."""
        commits = git(self.root, "log", "--format=%H", self.commit, "--", path).decode().split()
        return [
            (commit, data) for commit, data in zip(commits, self._show(commits, path), strict=True) if data is not None
        ]

    def _show(self, commits: Sequence[str], path: str) -> list[bytes | None]:
        objects = "".join(f"{commit}:./{path}\n" for commit in commits).encode(errors="surrogateescape")
        output = git(self.root, "cat-file", "--batch", stdin=objects)
        contents: list[bytes | None] = []
        for _ in commits:
            header, _, output = output.partition(b"\n")
            if size := re.search(rb" blob ([0-9]+)$", header):
                contents.append(output[: int(size[1])])
                output = output[int(size[1]) + 1 :]
            else:
                contents.append(None)
        return contents


def merge_base(root: Path, revision: str) -> str:
    """Find the merge base of HEAD and `revision`, so that only changes of the current branch count.

    Raises:
        WrongUsage: as `History.since`; or there is no merge base, for example in a shallow clone.
    """
    commit = History.since(root, revision).commit
    what = f"there is no merge base of HEAD and '{revision}'"
    fix = "fetch the whole history (fetch-depth: 0, or git fetch --unshallow)"
    return git(root, "merge-base", commit, "HEAD", what=what, fix=fix).decode().strip()
