"""Fake of actions/upload-artifact: stores files of a job for later jobs."""

from __future__ import annotations

import glob
import hashlib
import os
from pathlib import Path

from tests.workflows.executor.actions._call import Call
from tests.workflows.executor.artifacts import Artifact
from tests.workflows.executor.problems import StepFailed

PERMISSIONS: dict[str, str] = {}
DEFAULTS = {
    "name": "artifact",
    "if-no-files-found": "warn",
    "retention-days": "0",
    "compression-level": "6",
    "overwrite": "false",
    "include-hidden-files": "false",
}


def run(call: Call) -> dict[str, str]:
    """Find the files, and store them under an unused name."""
    files, root = find(call)
    name = call.inputs["name"]
    if not files:
        return _nothing(call)
    if not call.flag("include-hidden-files"):
        files = [file for file in files if not any(part.startswith(".") for part in file.relative_to(root).parts)]
    if not files:
        return _nothing(call)
    if call.flag("overwrite") and (existing := call.artifacts.find(name)):
        _replace(call, existing)
    artifact = call.artifacts.add(
        name,
        files,
        root,
        producer=call.key,
        attempt=call.run.attempt,
        retention_days=int(call.inputs["retention-days"]),
    )
    digest = hashlib.sha256("\n".join(artifact.files()).encode()).hexdigest()
    run_url = f"{call.github_context['server_url']}/{call.github.repository}/actions/runs/{call.run.id}"
    return {
        "artifact-id": str(artifact.id),
        "artifact-digest": digest,
        "artifact-url": f"{run_url}/artifacts/{artifact.id}",
    }


def find(call: Call) -> tuple[list[Path], Path]:
    """Return the files that match `path`, and the directory that their names in the artefact are relative to."""
    patterns = [line.strip() for line in call.inputs.get("path", "").splitlines() if line.strip()]
    if not patterns:
        raise StepFailed("Input required and not supplied: path")
    selected: dict[Path, None] = {}
    starts: list[Path] = []
    for pattern in patterns:
        paths = _matches(call.path(os.path.normpath(pattern.removeprefix("!"))))
        if pattern.startswith("!"):
            selected = {path: None for path in selected if path not in paths}
        else:
            starts.append(_start(call.path(os.path.normpath(pattern))))
            selected.update(dict.fromkeys(paths))
    files = list(selected)
    if len(set(starts)) > 1:
        return files, Path(os.path.commonpath(starts))
    return files, starts[0].parent if files == [starts[0]] else starts[0]


def _matches(pattern: Path) -> list[Path]:
    """Return the files that match a pattern; a matching directory includes all files below it."""
    matches = [Path(path) for path in glob.glob(str(pattern), recursive=True, include_hidden=True)]  # noqa: PTH207 - a pattern
    inner = [file for path in matches if path.is_dir() for file in path.rglob("*")]
    return sorted({path for path in [*matches, *inner] if path.is_file()})


def _start(pattern: Path) -> Path:
    """Return the part of a pattern before its first wildcard."""
    parts = []
    for part in pattern.parts:
        if any(character in part for character in "*?["):
            break
        parts.append(part)
    return Path(*parts)


def _nothing(call: Call) -> dict[str, str]:
    text = f"No files were found with the provided path: {call.inputs['path'].strip()}. No artifacts will be uploaded."
    behaviour = call.inputs["if-no-files-found"]
    if behaviour == "error":
        raise StepFailed(text)
    if behaviour == "warn":
        call.log.append(f"::warning::{text}")
    return {}


def _replace(call: Call, existing: Artifact) -> None:
    if existing.attempt == call.run.attempt and existing.producer != call.key:
        call.note_misconfiguration(
            f"artefact '{existing.name}' of {' / '.join(existing.producer)} is overwritten by another job"
        )
    call.artifacts.remove(existing)
