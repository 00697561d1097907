"""What a model repository was at an earlier git revision."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dtmodels.release.git import git


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A repository and the revision it is held against. Paths are relative to `root`, with slashes."""

    root: Path
    revision: str
    """As the user named it."""
    commit: str
    changed: frozenset[str]
    """Files that differ between the revision and the working tree; those git ignores are left out."""

    @classmethod
    def since(cls, root: Path, revision: str) -> History:
        """The history of the repository that holds `root`, from `revision` to the working tree.

        Raises:
            WrongUsage: git is not installed, `root` is in no git repository, or there is no such revision.
        """
        git(root, "rev-parse", "--git-dir", what="this is no git repository", fix="leave --since out")
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
        """Whether a file of `directory` differs."""
        inside = f"{directory.relative_to(self.root).as_posix()}/"
        return any(path.startswith(inside) for path in self.changed)

    def before(self, path: str) -> bytes | None:
        """The content of a file at the revision; None when it was not there."""
        return self._show([self.commit], path)[0]

    def contents(self, path: str) -> list[tuple[str, bytes]]:
        """Every content a file had up to the revision, newest first, each with the commit that brought it."""
        listed = git(self.root, "log", "--format=%H", self.commit, "--", path).decode().split()
        return [
            (commit, data) for commit, data in zip(listed, self._show(listed, path), strict=True) if data is not None
        ]

    def _show(self, commits: Sequence[str], path: str) -> list[bytes | None]:
        asked = "".join(f"{commit}:./{path}\n" for commit in commits).encode(errors="surrogateescape")
        out = git(self.root, "cat-file", "--batch", stdin=asked)
        found: list[bytes | None] = []
        for _ in commits:
            head, _, out = out.partition(b"\n")
            if size := re.search(rb" blob ([0-9]+)$", head):
                found.append(out[: int(size[1])])
                out = out[int(size[1]) + 1 :]
            else:
                found.append(None)
        return found


def merge_base(root: Path, revision: str) -> str:
    """The commit at which what is checked out parted from `revision`, so that only this side's changes count.

    Raises:
        WrongUsage: as `History.since`; or the two share no history here, as in a clone that was cut off.
    """
    known = History.since(root, revision).commit
    what = f"nothing here says where this parted from '{revision}'"
    fix = "fetch the whole history (fetch-depth: 0, or git fetch --unshallow)"
    return git(root, "merge-base", known, "HEAD", what=what, fix=fix).decode().strip()
