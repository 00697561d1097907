"""What the release commands print, and hand on to later jobs."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dtbase.console import Console
from dtbase.errors import WrongUsage
from dtbase.files import json_text
from dtbase.runner import set_outputs
from dtmodels.ci.shards import shards
from dtmodels.publishing.assemble import assemble
from dtmodels.publishing.dist import VERSIONS, read_dist
from dtmodels.publishing.github import GitHub
from dtmodels.publishing.plan import Plan, plan
from dtmodels.publishing.publish import publish
from dtmodels.publishing.tags import parse
from dtmodels.publishing.verify import verify_folder, verify_release
from dtmodels.releases_index import FILE, read_index, serve, unserved
from dtmodels.stages.index import index
from dtmodels.workspace import Workspace


def print_plan(root: Path, name: str, console: Console, *, branch: str, most: int, as_json: bool) -> None:
    """Plan a release; print it, and set the outputs the workflow reads."""
    found = plan(root, name, GitHub.from_environment(), branch=branch)
    outputs = _outputs(found, most)
    set_outputs(outputs)
    if as_json:
        console.say(json_text(outputs).rstrip())
        return
    rows = [[entry.card.id, entry.card.version, "built"] for entry in found.build]
    last = found.finished or found.previous
    rows += [
        [name, last.models[name].version if last else "", f"from {one.tag}"] for name, one in found.carried.items()
    ]
    console.table(["model", "version", "origin"], sorted(rows), title=f"{found.tag.text} from {found.commit[:12]}")
    for name in found.dropped:
        console.say(f"no longer here: {name}")
    if found.finished:
        console.say(f"{found.tag.text} is published; nothing is built")


def _outputs(found: Plan, most: int) -> dict[str, Any]:
    jobs = shards([entry.card for entry in found.build], most)
    carried = {name: {"tag": one.tag, "sha256": one.sha256} for name, one in found.carried.items()}
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


def publish_release(root: Path, name: str, console: Console, *, dry_run: bool, hub: str | None) -> None:
    """Publish dist/ and say what it took."""
    tag = parse(name)
    dist = read_dist(Workspace(root).dist)
    if hub:
        raise WrongUsage("publishing on the Hub comes with dtmodels.hub")
    done = publish(dist, tag, GitHub.from_environment(), console, dry_run=dry_run)
    if done.already:
        console.say(f"{tag.text} is published with the same {len(dist.files)} files; nothing to do")
        return
    changes = done.changes
    verb = "would upload" if done.dry else "uploaded"
    console.say(
        f"{tag.text}: {verb} {len(changes.uploaded)} files, {changes.bytes:,} bytes; "
        f"kept {len(changes.kept)}, removed {len(changes.removed)}"
    )


def verify_target(target: str, console: Console, *, into: Path | None, transcript: bool) -> None:
    """Verify a folder, or a published release."""
    if Path(target).is_dir():
        dist = verify_folder(Path(target))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            dist = verify_release(parse(target).text, GitHub.from_environment(), into or Path(scratch), console)
    console.say(f"{dist.record['tag']}: {len(dist.files)} files are what they should be")


def serve_versions(root: Path, wanted: Sequence[str], console: Console) -> None:
    """Enter versions into the index, say which, and name those that are still not served."""
    pairs = [(version, tag) for version, _, tag in (pair.partition("=") for pair in wanted)]
    for version, tag in sorted(serve(root, pairs).items()):
        console.say(f"darktable {version} downloads {tag}")
    if missing := unserved(read_index(root / FILE)):
        console.note(f"without an entry: {', '.join(one.version for one in missing)}")
    console.note(f"commit {FILE} to the default branch, which is where darktable reads it")


def write_lists(root: Path, console: Console) -> None:
    """Write the files that list what is in dist/."""
    dist = Workspace(root).dist
    index(dist)
    console.say(str(dist / VERSIONS))
