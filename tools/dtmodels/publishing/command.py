"""What the release commands print, and hand on to later jobs."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dtbase.system.errors import WrongUsage
from dtbase.system.files import json_text
from dtbase.terminal.console import Console
from dtbase.terminal.github_output import set_outputs
from dtmodels.build.workspace import Workspace
from dtmodels.ci.shards import shards
from dtmodels.publishing.assemble import assemble
from dtmodels.publishing.directory_check import check_directory
from dtmodels.publishing.dist import VERSIONS, read_dist
from dtmodels.publishing.github import GitHub
from dtmodels.publishing.next_draft import stock
from dtmodels.publishing.plan import Plan, plan
from dtmodels.publishing.publish import publish
from dtmodels.publishing.reproduce import reproduce
from dtmodels.publishing.verify import LATEST, Verified, verify_release
from dtmodels.release.releases_index import INDEX_FILE, add_to_index, read_index, versions_without_entry
from dtmodels.release.tags import parse_tag
from dtmodels.stages.index import index


def print_plan(root: Path, name: str, console: Console, *, branch: str, most: int, as_json: bool) -> None:
    """Plan a release; print it, and set the outputs the workflow reads."""
    found = plan(root, name, GitHub.from_environment(), branch=branch)
    outputs = _outputs(found, most)
    set_outputs(outputs)
    if as_json:
        console.say(json_text(outputs).rstrip())
        return
    rows = [[entry.card.id, entry.card.version, "built"] for entry in found.build]
    rows += [[model_id, one.version, f"from {one.tag}"] for model_id, one in found.carried.items()]
    console.table(["model", "version", "origin"], sorted(rows), title=f"{found.tag.text} from {found.commit[:12]}")
    for model_id in found.dropped:
        console.say(f"no longer here: {model_id}")
    if found.finished:
        console.say(f"{found.tag.text} is published already")


def _outputs(found: Plan, most: int) -> dict[str, Any]:
    jobs = shards([entry.card for entry in found.build], most)
    carried = {model_id: {"tag": one.tag, "sha256": one.sha256} for model_id, one in found.carried.items()}
    return {
        "tag": found.tag.text,
        "version": found.tag.version,
        "shards": [job.json_value() for job in jobs],
        "carried": carried,
        "count": str(len(found.build)),
        "previous": found.previous.tag if found.previous else "",
        "published": "true" if found.finished else "false",
    }


def assemble_release(root: Path, built: Path, name: str, console: Console, *, branch: str) -> None:
    """Put dist/ together and say what is in it."""
    github = GitHub.from_environment()
    found = plan(root, name, github, branch=branch)
    lines = assemble(root, built, found, github, console)
    rows = [[line.id, line.version, f"{line.bytes:,}", line.sha256[:12], line.origin] for line in lines]
    console.table(["model", "version", "bytes", "sha256", "origin"], sorted(rows), title=found.tag.text)


def publish_release(root: Path, name: str, console: Console, *, dry_run: bool, ahead: bool) -> None:
    """Publish dist/ and say what it took; with `ahead`, stock the draft of the next release instead."""
    tag, github = parse_tag(name), GitHub.from_environment()
    dist = read_dist(Workspace(root).dist)
    if ahead:
        changes = stock(dist, github, console)
        console.say(f"waiting for the next release: {_volume('uploaded', changes.uploaded, changes.bytes)}")
        return
    done = publish(dist, tag, github, console, dry_run=dry_run)
    changes = done.changes
    if done.already:
        console.say(f"{tag.text} is published with the same {len(dist.files)} files; nothing to do")
    else:
        verb = "would upload" if dry_run else "uploaded"
        said = _volume(verb, changes.uploaded, changes.bytes)
        console.say(f"{tag.text}: {said}; kept {len(changes.kept)}, removed {len(changes.removed)}")


def publish_on_hub(root: Path, name: str, owner: str, console: Console, *, dry_run: bool) -> None:
    """Publish the packages of dist/ on the Hugging Face Hub."""
    from dtmodels.hub.publish import publish_to_hub

    tag, dist = parse_tag(name), read_dist(Workspace(root).dist)
    if dist.record["tag"] != tag.text:
        raise WrongUsage(f"dist/ is {dist.record['tag']}", fix=f"dtmodels assemble <built> --tag {tag.text}")
    github = GitHub.from_environment()
    source = f"{github.server_url}/{github.repository}/releases/tag/{tag.text}"
    publish_to_hub(dist.directory, owner, console, source=source, dry_run=dry_run)


def _volume(verb: str, files: Sequence[object], size: int) -> str:
    return f"{verb} {len(files)} files, {size:,} bytes"


def verify_target(target: str, console: Console, *, into: Path | None, transcript: bool, as_json: bool) -> None:
    """Verify a directory, or a published release, and say what that means for darktable."""
    if target != LATEST and Path(target).is_dir():
        if into or transcript:
            raise WrongUsage("--into and --transcript are for published releases", where=target)
        dist = check_directory(Path(target))
        found = Verified(tag=dist.record["tag"], dist=dist, served=(), transcript=())
    else:
        with tempfile.TemporaryDirectory() as scratch:
            found = verify_release(target, GitHub.from_environment(), into or Path(scratch), console)
    if as_json:
        listed = {model_id: model["version"] for model_id, model in found.dist.versions["models"].items()}
        facts = {"tag": found.tag, "files": len(found.dist.files), "models": listed, "served": list(found.served)}
        console.say(json_text(facts).rstrip())
        return
    if transcript:
        for exchange in found.transcript:
            console.say(str(exchange))
    models = f"{len(found.dist.versions['models'])} models, {len(found.dist.files)} files"
    console.say(f"{found.tag}: {models}: all are what they should be")
    if found.transcript:
        console.say(f"darktable that downloads it: {', '.join(found.served) or 'none yet'}")


def compare_with(built: str, name: str, console: Console, *, as_json: bool) -> int:
    """Say which packages below a directory are those of a published release; 1 when one that should be is not."""
    if not Path(built).is_dir():
        raise WrongUsage("there is no such directory", where=built, fix="name the directory that holds built packages")
    found = reproduce(Path(built), name, GitHub.from_environment(), console)
    if as_json:
        rows = [dict(zip(("id", "version", "result", "detail"), one.row(), strict=True)) for one in found]
        console.say(json_text({"models": rows}).rstrip())
    else:
        console.table(["model", "version", "result", "detail"], [one.row() for one in found])
    return 1 if any(one.sameness == "different" for one in found) else 0


def serve_versions(root: Path, wanted: Sequence[str], console: Console) -> None:
    """Enter versions into the index, say which, and name those that are still not served."""
    pairs = [(version, tag) for version, _, tag in (pair.partition("=") for pair in wanted)]
    for version, tag in sorted(add_to_index(root, pairs).items()):
        console.say(f"darktable {version} downloads {tag}")
    if missing := versions_without_entry(read_index(root / INDEX_FILE)):
        console.note(f"without an entry: {', '.join(one.version for one in missing)}")
    console.note(
        f"run `dtmodels docs`, and commit {INDEX_FILE} to the default branch, which is where darktable reads it"
    )


def write_lists(root: Path, console: Console) -> None:
    """Write the files that list what is in dist/."""
    dist = Workspace(root).dist
    index(dist)
    console.say(str(dist / VERSIONS))
