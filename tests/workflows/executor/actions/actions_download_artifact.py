"""Fake of actions/download-artifact: downloads artefacts of this run by name, id or pattern, or all of them."""

from __future__ import annotations

import shutil
from fnmatch import fnmatchcase

from tests.workflows.executor.actions._call import Call
from tests.workflows.executor.artifacts import Artifact
from tests.workflows.executor.problems import NotImplementedHere, StepFailed

PERMISSIONS: dict[str, str] = {}
DEFAULTS = {"name": "", "artifact-ids": "", "pattern": "", "path": ".", "merge-multiple": "false"}


def run(call: Call) -> dict[str, str]:
    """Unpack the requested artefacts; as in the real action, a pattern without a match is not an error."""
    if {"run-id", "repository", "github-token"} & set(call.inputs):
        raise NotImplementedHere("artefacts of other runs")
    target = call.path(call.inputs["path"])
    target.mkdir(parents=True, exist_ok=True)
    artifacts = _requested_artifacts(call)
    flat = (
        bool(call.inputs["name"])
        or call.flag("merge-multiple")
        or (call.inputs["artifact-ids"] and len(artifacts) == 1)
    )
    for artifact in artifacts:
        if not call.comes_before(artifact.producer):
            call.note_misconfiguration(
                f"artefact '{artifact.name}' is downloaded, but no `needs` guarantees that it exists"
            )
        _unpack(call, artifact, flat=bool(flat))
    return {"download-path": str(target)}


def _requested_artifacts(call: Call) -> list[Artifact]:
    stored = call.artifacts.stored
    if name := call.inputs["name"]:
        if (artifact := call.artifacts.find(name)) is None:
            raise StepFailed(f"Artifact not found for name: {name}")
        return [artifact]
    if ids := [part.strip() for part in call.inputs["artifact-ids"].split(",") if part.strip()]:
        by_id = {str(artifact.id): artifact for artifact in stored}
        if missing := [one for one in ids if one not in by_id]:
            raise StepFailed(f"Artifact not found for id: {', '.join(missing)}")
        return [by_id[one] for one in ids]
    pattern = call.inputs["pattern"] or "*"
    return [artifact for artifact in stored if fnmatchcase(artifact.name, pattern)]


def _unpack(call: Call, artifact: Artifact, *, flat: bool) -> None:
    target = call.path(call.inputs["path"]) / ("" if flat else artifact.name)
    for file in artifact.files():
        path = target / file
        if path.exists() and flat and len(call.artifacts.stored) > 1 and not call.inputs["name"]:
            call.log.append(f"{file} of {artifact.name} replaces an existing file")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(artifact.directory / file, path)
