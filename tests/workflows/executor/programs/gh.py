"""gh of the runner's image, as far as the workflows use it: `gh attestation verify FILE --repo OWNER/NAME`.

Reads the statements that the stand-in of actions/attest left, and what the token may do.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Verify one file."""
    parser = argparse.ArgumentParser(prog="gh")
    parser.add_argument("group", choices=["attestation"])
    parser.add_argument("command", choices=["verify"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--repo", required=True)
    parser.add_argument("--source-ref")
    parser.add_argument("--signer-workflow")
    asked = parser.parse_args()
    world = Path(os.environ["STAND_IN_WORLD"])
    token = os.environ.get("GH_TOKEN", "")
    if not token:
        sys.exit("gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.")
    rights = json.loads((world / "tokens.json").read_text()).get(token, {})
    if rights.get("attestations", "none") == "none":
        sys.exit("HTTP 403: Resource not accessible by integration: attestations")
    digest = hashlib.sha256(asked.file.read_bytes()).hexdigest()
    file = world / "attestations.json"
    fitting = [
        one
        for one in (json.loads(file.read_text()) if file.exists() else [])
        if one["sha256"] == digest
        and one["repository"] == asked.repo
        and asked.source_ref in (None, one["ref"])
        and asked.signer_workflow in (None, one["signer"])
    ]
    if not fitting:
        sys.exit(f"Error: no attestation of {asked.file.name} (sha256:{digest})")
    sys.stdout.write(f"{asked.file.name}: {len(fitting)} attestations\n")


if __name__ == "__main__":
    main()
