"""Fake of gh in the runner's image: `gh attestation verify FILE --repo OWNER/NAME`.

Reads the statements that the fake of actions/attest has stored, and the permissions of the token.
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
    options = parser.parse_args()
    github = Path(os.environ["FAKE_GITHUB_STATE"])
    token = os.environ.get("GH_TOKEN", "")
    if not token:
        sys.exit("gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.")
    permissions = json.loads((github / "tokens.json").read_text()).get(token, {})
    if permissions.get("attestations", "none") == "none":
        sys.exit("HTTP 403: Resource not accessible by integration: attestations")
    digest = hashlib.sha256(options.file.read_bytes()).hexdigest()
    file = github / "attestations.json"
    fitting = [
        one
        for one in (json.loads(file.read_text()) if file.exists() else [])
        if one["sha256"] == digest
        and one["repository"] == options.repo
        and options.source_ref in (None, one["ref"])
        and options.signer_workflow in (None, one["signer"])
    ]
    if not fitting:
        sys.exit(f"Error: no attestation of {options.file.name} (sha256:{digest})")
    sys.stdout.write(f"{options.file.name}: {len(fitting)} attestations\n")


if __name__ == "__main__":
    main()
