"""Fake of actions/attest: records statements about files, after computing each digest."""

from __future__ import annotations

import glob
import hashlib
import json
from pathlib import Path

from tests.workflows.executor.actions._call import Call
from tests.workflows.executor.github_state import Attestation
from tests.workflows.executor.problems import NotImplementedHere, StepFailed

PERMISSIONS = {"id-token": "write", "attestations": "write"}
DEFAULTS = {"subject-checksums": "", "subject-path": "", "sbom-path": ""}

MOST_SUBJECTS = 1024
MOST_PREDICATE = 16 * 1024 * 1024
"""Bytes."""


def run(call: Call) -> dict[str, str]:
    """Attest provenance, or with `sbom-path` the SBOM."""
    if unknown := {"predicate", "predicate-path", "subject-name", "subject-digest"} & set(call.inputs):
        raise NotImplementedHere(", ".join(sorted(unknown)))
    subjects = _by_checksums(call) if call.inputs["subject-checksums"] else _by_path(call)
    if not subjects:
        raise StepFailed("no subject was found")
    if len(subjects) > MOST_SUBJECTS:
        raise StepFailed(f"{len(subjects)} subjects, {MOST_SUBJECTS} is the limit")
    kind = "sbom" if call.inputs["sbom-path"] else "provenance"
    if kind == "sbom":
        _check_sbom(call.path(call.inputs["sbom-path"]))
    for name, sha256 in subjects.items():
        call.github.attest(
            Attestation(
                name=name,
                sha256=sha256,
                kind=kind,
                repository=call.github.repository,
                signer=f"{call.workflow.source.repository}/{call.workflow.path}",
                ref=call.event.ref,
            )
        )
    number = str(len(call.github.attestations))
    return {"attestation-id": number, "attestation-url": f"{call.github_context['server_url']}/attestations/{number}"}


def _by_checksums(call: Call) -> dict[str, str]:
    """Read subjects from a checksum file. The real action trusts the list; here each file is read."""
    file = call.path(call.inputs["subject-checksums"])
    if not file.is_file():
        raise StepFailed(f"{file.name} does not exist")
    subjects = {}
    for line in file.read_text().splitlines():
        digest, _, name = line.partition(" ")
        name = name[1:] if name[:1] in " *" else name
        subject = file.parent / name
        if not subject.is_file() or _digest(subject) != digest:
            raise StepFailed(f"{name}: the file and its line in {file.name} differ")
        subjects[name] = digest
    return subjects


def _by_path(call: Call) -> dict[str, str]:
    matches = [Path(path) for path in glob.glob(str(call.path(call.inputs["subject-path"])), recursive=True)]  # noqa: PTH207
    return {path.name: _digest(path) for path in matches if path.is_file()}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_sbom(path: Path) -> None:
    if not path.is_file():
        raise StepFailed(f"{path.name} does not exist")
    if path.stat().st_size > MOST_PREDICATE:
        raise StepFailed(f"{path.name} has {path.stat().st_size} bytes, {MOST_PREDICATE} is the limit")
    document = json.loads(path.read_text())
    if not (document.get("spdxVersion") or document.get("bomFormat") == "CycloneDX"):
        raise StepFailed(f"{path.name} is neither SPDX nor CycloneDX")
