"""Output of the release commands, on the console and as outputs of a job. Called by `dtmodels.command.release`."""

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
from dtmodels.publishing.next_draft import prepare_next_draft
from dtmodels.publishing.plan import Plan, plan
from dtmodels.publishing.publish import publish
from dtmodels.publishing.reproduce import reproduce
from dtmodels.publishing.verify import LATEST, VerifiedRelease, verify_release
from dtmodels.release.releases_index import INDEX_FILE, add_to_index, read_index, versions_without_entry
from dtmodels.release.tags import parse_tag
from dtmodels.stages.index import index


def print_plan(root: Path, name: str, console: Console, *, branch: str, most: int, as_json: bool) -> None:
    """Plan a release, print the plan, and set the outputs that the workflow reads."""
    planned = plan(root, name, GitHub.from_environment(), branch=branch)
    outputs = _outputs(planned, most)
    set_outputs(outputs)
    if as_json:
        console.say(json_text(outputs).rstrip())
        return
    rows = [[entry.card.id, entry.card.version, "built"] for entry in planned.build]
    rows += [[model_id, package.version, f"from {package.tag}"] for model_id, package in planned.reused.items()]
    title = f"{planned.tag.text} from {planned.commit[:12]}"
    console.table(["model", "version", "origin"], sorted(rows), title=title)
    for model_id in planned.dropped:
        console.say(f"removed since the previous release: {model_id}")
    if planned.finished:
        console.say(f"{planned.tag.text} is published already")


def _outputs(planned: Plan, most: int) -> dict[str, Any]:
    jobs = shards([entry.card for entry in planned.build], most)
    reused = {id_: {"tag": package.tag, "sha256": package.sha256} for id_, package in planned.reused.items()}
    return {
        "tag": planned.tag.text,
        "version": planned.tag.version,
        "shards": [job.json_value() for job in jobs],
        "carried": reused,
        "count": str(len(planned.build)),
        "previous": planned.previous.tag if planned.previous else "",
        "published": "true" if planned.finished else "false",
    }


def assemble_release(root: Path, built: Path, name: str, console: Console, *, branch: str) -> None:
    """Assemble dist/ and list its models."""
    github = GitHub.from_environment()
    planned = plan(root, name, github, branch=branch)
    models = assemble(root, built, planned, github, console)
    rows = [[model.id, model.version, f"{model.bytes:,}", model.sha256[:12], model.origin] for model in models]
    console.table(["model", "version", "bytes", "sha256", "origin"], sorted(rows), title=planned.tag.text)


def publish_release(root: Path, name: str, console: Console, *, dry_run: bool, ahead: bool) -> None:
    """Publish dist/ and report the uploads; with `ahead`, upload its models into the draft of the next release."""
    tag, github = parse_tag(name), GitHub.from_environment()
    dist = read_dist(Workspace(root).dist)
    if ahead:
        changes = prepare_next_draft(dist, github, console)
        console.say(f"draft of the next release: {_volume('uploaded', changes.uploaded, changes.bytes)}")
        return
    result = publish(dist, tag, github, console, dry_run=dry_run)
    changes = result.changes
    if result.already:
        console.say(f"{tag.text} is published with the same {len(dist.files)} files; nothing to do")
    else:
        uploads = _volume("would upload" if dry_run else "uploaded", changes.uploaded, changes.bytes)
        console.say(f"{tag.text}: {uploads}; kept {len(changes.unchanged)}, removed {len(changes.removed)}")


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
    """Verify a directory or a published release, and report which darktable versions download it."""
    if target != LATEST and Path(target).is_dir():
        if into or transcript:
            raise WrongUsage("--into and --transcript are for published releases", where=target)
        dist = check_directory(Path(target))
        verified = VerifiedRelease(tag=dist.record["tag"], dist=dist, served=(), transcript=())
    else:
        with tempfile.TemporaryDirectory() as scratch:
            verified = verify_release(target, GitHub.from_environment(), into or Path(scratch), console)
    files, models = verified.dist.files, verified.dist.versions["models"]
    if as_json:
        listed = {model_id: model["version"] for model_id, model in models.items()}
        facts = {"tag": verified.tag, "files": len(files), "models": listed, "served": list(verified.served)}
        console.say(json_text(facts).rstrip())
        return
    if transcript:
        for exchange in verified.transcript:
            console.say(str(exchange))
    console.say(f"{verified.tag}: {len(models)} models, {len(files)} files: all are valid")
    if verified.transcript:
        console.say(f"darktable versions that download it: {', '.join(verified.served) or 'none yet'}")


def compare_with(built: str, name: str, console: Console, *, as_json: bool) -> int:
    """Compare the packages below a directory with a published release; return 1 if a package differs."""
    if not Path(built).is_dir():
        raise WrongUsage("there is no such directory", where=built, fix="name the directory of the built packages")
    comparisons = reproduce(Path(built), name, GitHub.from_environment(), console)
    if as_json:
        rows = [dict(zip(("id", "version", "result", "detail"), one.row(), strict=True)) for one in comparisons]
        console.say(json_text({"models": rows}).rstrip())
    else:
        console.table(["model", "version", "result", "detail"], [one.row() for one in comparisons])
    return 1 if any(one.sameness == "different" for one in comparisons) else 0


def serve_versions(root: Path, entries: Sequence[str], console: Console) -> None:
    """Enter `version=tag` pairs into the index, and list darktable versions that have no entry."""
    pairs = [(version, tag) for version, _, tag in (pair.partition("=") for pair in entries)]
    for version, tag in sorted(add_to_index(root, pairs).items()):
        console.say(f"darktable {version} downloads {tag}")
    if missing := versions_without_entry(read_index(root / INDEX_FILE)):
        console.note(f"without an entry: {', '.join(one.version for one in missing)}")
    console.note(f"commit {INDEX_FILE} to the default branch, from which darktable reads it")


def write_lists(root: Path, console: Console) -> None:
    """Write versions.json and SHA256SUMS of dist/."""
    dist = Workspace(root).dist
    index(dist)
    console.say(str(dist / VERSIONS))
