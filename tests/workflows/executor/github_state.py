"""State of the simulated GitHub: repositories, pins, secrets, tokens, and results that outlive a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.workflows.executor.documents import Source
from tests.workflows.executor.evaluator import Evaluator
from tests.workflows.executor.permissions import Permissions
from tests.workflows.executor.pins import Pins
from tests.workflows.executor.problems import WorkflowRejected
from tests.workflows.executor.sandbox import Network

GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
}
"""Git environment without the configuration of the user who runs the tests."""


PROGRAMS = Path(__file__).with_name("programs")
"""Fakes of programs of the runner's image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """One signed statement about one file."""

    name: str
    sha256: str
    kind: str
    """`provenance` or `sbom`."""
    repository: str
    signer: str
    """Workflow file that contains the job; for a called workflow, the called file."""
    ref: str


@dataclass(slots=True, kw_only=True)
class GitHubState:
    """State that outlives a run."""

    directory: Path
    repository: str
    repositories: dict[str, Path]
    """Git repositories by owner and name."""
    evaluator: Evaluator
    network: Network
    pins: Pins
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    """Additional variables of every runner, such as `GITHUB_API_URL`."""
    grant: Callable[[str, Permissions], object] = field(default=lambda *_: None)
    """Called with each new token and its permissions."""
    longest_step_s: float = 120.0
    """Time limit of any step in a test, in addition to its own timeout."""
    attestations: list[Attestation] = field(default_factory=list)
    code_scanning: list[dict[str, Any]] = field(default_factory=list)
    """Uploaded SARIF documents with their categories."""
    issued: int = 0
    runs: int = 0
    sources: dict[tuple[str, str], Source] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for program in PROGRAMS.glob("*.py"):
            self.program(program.stem, f"exec '{sys.executable}' '{program}' \"$@\"")

    def program(self, name: str, script: str) -> None:
        """Replace a program by a shell script in every job; it comes first in the PATH."""
        directory = self.directory / "programs"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(f"#!/bin/sh\n{script}\n")
        (directory / name).chmod(0o755)

    def token(self, permissions: Permissions, job: str) -> str:
        """Issue a token for one job."""
        self.issued += 1
        token = f"ghs_{self.issued}_{''.join(character for character in job if character.isalnum())}"
        self.grant(token, permissions)
        file = self.directory / "tokens.json"
        tokens = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps({**tokens, token: dict(permissions.levels)}))
        return token

    def attest(self, attestation: Attestation) -> None:
        """Store a signed statement where the fake `gh attestation verify` reads it."""
        self.attestations.append(attestation)
        statements = [{name: getattr(one, name) for name in one.__slots__} for one in self.attestations]
        (self.directory / "attestations.json").write_text(json.dumps(statements))

    def source(self, repository: str, sha: str) -> Source:
        """Return a read-only checkout of a commit.

        Raises:
            WorkflowRejected: no such repository or commit.
        """
        if (repository, sha) not in self.sources:
            if repository not in self.repositories:
                raise WorkflowRejected(f"{repository} is not a repository of this test")
            directory = self.directory / "sources" / f"{len(self.sources)}"
            directory.mkdir(parents=True)
            packed = self.git(repository, "archive", sha)
            subprocess.run(["tar", "-x"], input=packed, cwd=directory, check=True)
            self.sources[repository, sha] = Source(repository=repository, sha=sha, directory=directory)
        return self.sources[repository, sha]

    def git(self, repository: str, *arguments: str) -> bytes:
        """Run git in a repository.

        Raises:
            WorkflowRejected: git fails.
        """
        command = ["git", "-C", str(self.repositories[repository]), *arguments]
        completed = subprocess.run(command, env={**os.environ, **GIT}, capture_output=True, check=False)
        if completed.returncode:
            raise WorkflowRejected(completed.stderr.decode().strip())
        return completed.stdout
