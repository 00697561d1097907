"""Nothing is published unsigned, and the signature is checked as the public would check it.

Users can tell a release from a forgery by its attestation only. It has to be made before publishing, over every asset,
and to name this workflow as the signer; a check that accepts any signer proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.workflows.checkers._files import File

ATTEST = "actions/attest@"
SUMS = "dist/SHA256SUMS"
SIGNER = '--signer-workflow "$GITHUB_REPOSITORY/.github/workflows/release.yml"'
REPOSITORY = '--repo "$GITHUB_REPOSITORY"'


def check(files: Sequence[File]) -> Iterator[str]:
    """Check the jobs attest, publish and verify of release.yml."""
    release = next((file for file in files if file.name == "release.yml"), None)
    if release is None:
        yield "release.yml: is missing"
        return
    attest, publish, verify = (release.jobs.get(name, {}) for name in ("attest", "publish", "verify"))
    signed = [step for step in attest.get("steps", ()) if step.get("uses", "").startswith(ATTEST)]
    if not any("sbom-path" not in step["with"] for step in signed) or not any(
        "sbom-path" in step["with"] for step in signed
    ):
        yield "release.yml: attest: does not attest both provenance and SBOM"
    for step in signed:
        if step["with"].get("subject-checksums") != SUMS or "if" in step:
            yield f"release.yml: attest: does not sign every file of {SUMS}"
    if "attest" not in publish.get("needs", ()) or "needs.attest.result == 'success'" not in publish.get("if", ""):
        yield "release.yml: publish: does not wait for the signatures"
    if "publish" not in verify.get("needs", ()) or not _checks_signatures(verify):
        yield "release.yml: verify: does not check the signatures of the published files against this workflow"


def _checks_signatures(verify: dict[str, Any]) -> bool:
    steps = [step for step in verify.get("steps", ()) if "gh attestation verify" in step.get("run", "")]
    return any(SIGNER in step["run"] and REPOSITORY in step["run"] and "if" not in step for step in steps)
