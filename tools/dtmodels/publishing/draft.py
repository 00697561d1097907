"""Bring a draft to hold exactly the wanted files: what is right is kept, what is wrong or half there is replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dtbase.console import Console
from dtbase.errors import Failure
from dtmodels.download import AGAIN
from dtmodels.publishing.dist import Dist, File
from dtmodels.publishing.github import Asset, GitHub, Release
from dtmodels.publishing.web import Refused, Unreachable

TAKEN = 422
"""GitHub's answer to a name that is there already, among other things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What it takes to bring a draft to the wanted files."""

    kept: tuple[str, ...]
    removed: tuple[Asset, ...]
    uploaded: tuple[File, ...]
    """In the order they are uploaded."""

    @property
    def bytes(self) -> int:
        """How much is uploaded."""
        return sum(file.bytes for file in self.uploaded)


def compare(wanted: Mapping[str, File], there: list[Asset]) -> Changes:
    """Hold wanted files against those of a draft. A file whose digest GitHub does not tell is not kept."""
    kept = {asset.name for asset in there if asset.name in wanted and asset.sha256 == wanted[asset.name].sha256}
    return Changes(
        kept=tuple(sorted(kept)),
        removed=tuple(asset for asset in there if asset.name not in kept),
        uploaded=tuple(file for name, file in wanted.items() if name not in kept),
    )


def find_or_create(github: GitHub, dist: Dist, tag: str, *, prerelease: bool, releases: list[Release]) -> Release:
    """The draft of a tag.

    An answer that got lost leaves nobody knowing whether a draft was made, so GitHub is looked at again before another
    is asked for. When two runs make one each at the same time, the older draft stays and the run with the younger one
    takes its own back and stops.

    Raises:
        Failure: there is more than one draft, or another run is publishing.
    """
    drafts = _drafts(releases, tag)
    if len(drafts) > 1:
        found = " and ".join(str(draft.id) for draft in drafts)
        fix = "another run may be publishing: wait for it; else delete one of them"
        raise Failure(f"{tag} has more than one draft: {found}", where=github.repository, fix=fix)
    if drafts:
        return drafts[0]
    made = None
    try:
        made = github.create_draft(tag, dist.record["commit"], notes=dist.notes, prerelease=prerelease)
    except (Refused, Unreachable) as failed:
        if isinstance(failed, Refused) and failed.status not in AGAIN:
            raise
        lost: Failure = failed
    drafts = _drafts(github.releases(), tag)
    if made and drafts and drafts[0].id != made.id:
        github.delete(made)
        raise Failure(f"another run is publishing {tag}", where=github.repository, fix="wait for it")
    if not drafts and made is None:
        raise lost
    return drafts[0] if drafts else made  # type: ignore[return-value]


def _drafts(releases: list[Release], tag: str) -> list[Release]:
    return sorted((one for one in releases if one.draft and one.tag == tag), key=lambda one: one.id)


def bring(github: GitHub, draft: Release, dist: Dist, console: Console) -> Changes:
    """Delete and upload until the draft holds the wanted files.

    Raises:
        Failure: an upload keeps failing, or GitHub does not hold what was sent.
    """
    changes = compare(dist.files, github.assets(draft))
    for asset in changes.removed:
        github.delete(asset)
    for number, file in enumerate(changes.uploaded, 1):
        with console.progress(f"uploading {number} of {len(changes.uploaded)}: {file.name}", file.bytes) as advance:
            Uploading(github=github, draft=draft, file=file, path=dist.path(file.name)).run(advance)
    left = compare(dist.files, github.assets(draft))
    if left.removed or left.uploaded:
        names = sorted({asset.name for asset in left.removed} | {file.name for file in left.uploaded})
        fix = "another run may be publishing: wait for it, then run the command again"
        raise Failure(f"the draft does not hold what was uploaded: {', '.join(names)}", where=draft.tag, fix=fix)
    return changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploading:
    """One file on its way to a draft."""

    github: GitHub
    draft: Release
    file: File
    path: Path

    def run(self, advance: object) -> None:
        """Upload the file; after a failure look what is there, take away what is wrong, and try again.

        Raises:
            Failure: it does not succeed.
        """
        patience = self.github.web.patience
        for attempt in range(patience.tries):
            wrong = self._attempt(advance)
            if wrong is None:
                return
            if attempt + 1 == patience.tries:
                raise wrong
            patience.sleep(patience.wait_s * 2**attempt)

    def _attempt(self, advance: object) -> Failure | None:
        failed: Failure | None = None
        try:
            there: Asset | None = self.github.upload(self.draft, self.path, advance)  # type: ignore[arg-type]
        except (Refused, Unreachable) as wrong:
            if isinstance(wrong, Refused) and wrong.status not in {*AGAIN, TAKEN}:
                raise
            failed = wrong
            there = next((one for one in self.github.assets(self.draft) if one.name == self.file.name), None)
        if there is None:
            return failed
        if there.sha256 == self.file.sha256:
            return None
        self.github.delete(there)
        what = f"GitHub holds {there.sha256 or 'a part'} where {self.file.sha256} was uploaded"
        return failed or Failure(what, where=self.file.name, fix="run the command again; the release is still a draft")
