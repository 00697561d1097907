"""plan: contents of a release, derived from the tag, the cards and the last release; independent of the clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.card.model import Card
from dtmodels.publishing.github import GitHub
from dtmodels.publishing.published_releases import Released, find_released
from dtmodels.release.changelog import changelog_section
from dtmodels.release.git import git
from dtmodels.release.tags import NIGHTLY, Tag, nightly_tag, parse_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class ReusedPackage:
    """A package that is reused unchanged from an earlier release."""

    tag: str
    """Release that it is downloaded from."""
    version: str
    sha256: str
    built_in: str
    """Release that it was built for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Contents of a release."""

    tag: Tag
    commit: str
    notes: str
    """Section of the changelog."""
    previous: Released | None
    """Highest published version below this one."""
    finished: Released | None
    """This release, if it is already published."""
    models: Mapping[str, Card]
    """All models of the release."""
    build: tuple[CatalogueEntry, ...]
    """Models with a version that the previous release does not have."""
    reused: Mapping[str, ReusedPackage]
    dropped: tuple[str, ...]
    """Models of the previous release that are not in this one."""
    yanked: Mapping[str, str]
    """Yanked models, each with its reason."""


def plan(root: Path, name: str, github: GitHub, *, branch: str) -> Plan:
    """Plan the release called `name`.

    Args:
        root: the model repository, checked out at the tag with its whole history.
        name: the tag, or `nightly_tag`.
        github: the repository of the releases.
        branch: branch that releases are made from.

    Raises:
        WrongUsage: the name is not a release tag, or git has no such tag or branch.
        Failure: the tag has another commit, is not on the branch, or is not in the changelog; or a card has a lower
            version than the published one.
        NothingToDo: no card has the status `released`.
    """
    version_tag = parse_tag(name) if name != NIGHTLY else None
    commit = _head(root)
    tag = version_tag or nightly_tag(commit, _date(root))
    _check_on_branch(root, tag, branch)
    _check_tag(root, tag, commit, github)
    notes = changelog_section(root, tag)
    previous, finished = find_released(github, tag)
    if finished and finished.commit != commit:
        raise Failure(
            f"{tag.text} is published, made from {finished.commit[:12] or 'an unknown commit'}, not from {commit[:12]}",
            where=github.repository,
            fix="a published release is never changed: raise the version and make a new tag",
        )
    catalogue = Catalogue.load(root)
    if catalogue.broken:
        raise Failure("\n".join(["a card cannot be read", *catalogue.broken.values()]), fix="dtmodels lint")
    models = [entry for entry in catalogue.entries if entry.card.status == "released"]
    if not models:
        raise NothingToDo("no card has status: released", where=str(root))
    last = finished or previous
    reused = dict(_reused(models, last)) if last else {}
    return Plan(
        tag=tag,
        commit=commit,
        notes=notes,
        previous=previous,
        finished=finished,
        models={entry.card.id: entry.card for entry in models},
        build=tuple(entry for entry in models if entry.card.id not in reused),
        reused=reused,
        dropped=tuple(sorted(set(previous.models if previous else ()) - {entry.card.id for entry in models})),
        yanked={
            entry.card.id: entry.card.status_reason or ""
            for entry in catalogue.entries
            if entry.card.status == "yanked"
        },
    )


def _reused(models: Iterable[CatalogueEntry], last: Released) -> Iterable[tuple[str, ReusedPackage]]:
    """Yield models with a published version: darktable ignores other bytes with the same version."""
    for entry in models:
        if not (package := last.models.get(entry.card.id)):
            continue
        if entry.card.version_numbers < package.version_numbers:
            raise Failure(
                f"the version is {entry.card.version}, but {last.tag} has {package.version}",
                where=f"models/{entry.card.id}/card.yaml",
                fix="raise it: darktable never installs a lower version",
            )
        if entry.card.version_numbers == package.version_numbers:
            yield (
                entry.card.id,
                ReusedPackage(tag=last.tag, version=package.version, sha256=package.sha256, built_in=package.built_in),
            )


def _head(root: Path) -> str:
    what = "the repository has no commit"
    return git(root, "rev-parse", "--verify", "HEAD^{commit}", what=what).decode().strip()


def _date(root: Path) -> str:
    """Return the committer date in UTC."""
    seconds = int(git(root, "show", "-s", "--format=%ct", "HEAD"))
    return datetime.fromtimestamp(seconds, tz=UTC).date().isoformat()


def _check_on_branch(root: Path, tag: Tag, branch: str) -> None:
    fix = f"check out with the whole history (fetch-depth: 0), including {branch}"
    for name in (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}"):
        try:
            tip = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
            break
        except WrongUsage:
            continue
    else:
        raise WrongUsage(f"git has no branch '{branch}'", where=str(root), fix=fix)
    try:
        git(root, "merge-base", "--is-ancestor", "HEAD", tip.decode().strip())
    except WrongUsage as exc:
        fix = f"merge first, then tag a commit of {branch}"
        raise Failure(f"{tag.text} is not on {branch}", where=str(root), fix=fix) from exc


def _check_tag(root: Path, tag: Tag, commit: str, github: GitHub) -> None:
    """Check that the local and the remote tag have the checked-out commit; a nightly tag contains its commit."""
    if tag.nightly:
        if tag != (expected := nightly_tag(commit, _date(root))):
            what, fix = f"{tag.text} is the nightly of another commit", f"use {expected.text}"
            raise Failure(what, where=str(root), fix=fix)
        return
    what = f"git has no tag {tag.text}"
    fix = "create it, or fetch it: git fetch --tags"
    output = git(root, "rev-parse", "--verify", "--quiet", f"refs/tags/{tag.text}^{{commit}}", what=what, fix=fix)
    if (tagged := output.decode().strip()) != commit:
        fix = f"git checkout {tag.text}"
        raise Failure(f"{tag.text} is {tagged[:12]}, but {commit[:12]} is checked out", where=str(root), fix=fix)
    check_remote_tag(tag, commit, github)


def check_remote_tag(tag: Tag, commit: str, github: GitHub) -> None:
    """Compare the tag on GitHub with the commit of a release.

    Raises:
        Failure: the tag does not exist, or was moved.
    """
    tagged = github.commit(f"tags/{tag.text}")
    if tagged is None:
        raise Failure(f"there is no tag {tag.text}", where=github.repository, fix=f"git push origin {tag.text}")
    if tagged != commit:
        what = f"{tag.text} was moved: it is {tagged[:12]}, but the release is made from {commit[:12]}"
        raise Failure(
            what, where=github.repository, fix="never move a tag; create a new one, and protect v* by a ruleset"
        )
