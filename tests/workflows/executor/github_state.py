"""GitHub as far as runs need it: repositories, pins, secrets, tokens, and what runs leave outside themselves."""

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
from tests.workflows.executor.permissions import Rights
from tests.workflows.executor.pins import Pins
from tests.workflows.executor.problems import Refused
from tests.workflows.executor.sandbox import Network

GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
}
"""Git without the habits of whoever runs the tests."""


PROGRAMS = Path(__file__).with_name("programs")
"""Stand-ins for programs of the runner's image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """One signed statement about one file."""

    name: str
    sha256: str
    kind: str
    """`provenance` or `sbom`."""
    repository: str
    signer: str
    """The workflow file that holds the job: where a workflow is called, that of the called one."""
    ref: str


@dataclass(slots=True, kw_only=True)
class World:
    """What outlives a run."""

    directory: Path
    repository: str
    origins: dict[str, Path]
    """Git repositories by owner and name."""
    evaluator: Evaluator
    network: Network
    pins: Pins
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    """Variables every runner has beside the usual ones, such as `GITHUB_API_URL`."""
    grant: Callable[[str, Rights], object] = field(default=lambda *_: None)
    """Told of each token and what it may do."""
    longest_step_s: float = 120.0
    """No step of a test may take longer, whatever its timeout says."""
    attestations: list[Attestation] = field(default_factory=list)
    code_scanning: list[dict[str, Any]] = field(default_factory=list)
    """SARIF documents that were uploaded, with their category."""
    issued: int = 0
    runs: int = 0
    sources: dict[tuple[str, str], Source] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for program in PROGRAMS.glob("*.py"):
            self.program(program.stem, f"exec '{sys.executable}' '{program}' \"$@\"")

    def program(self, name: str, script: str) -> None:
        """Let a shell script stand for a program in every job; it wins over all others of its name."""
        directory = self.directory / "programs"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(f"#!/bin/sh\n{script}\n")
        (directory / name).chmod(0o755)

    def token(self, rights: Rights, job: str) -> str:
        """A token for one job."""
        self.issued += 1
        token = f"ghs_{self.issued}_{''.join(character for character in job if character.isalnum())}"
        self.grant(token, rights)
        file = self.directory / "tokens.json"
        known = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps({**known, token: dict(rights.levels)}))
        return token

    def attest(self, attestation: Attestation) -> None:
        """Keep a signed statement, where `gh attestation verify` finds it too."""
        self.attestations.append(attestation)
        statements = [{name: getattr(one, name) for name in one.__slots__} for one in self.attestations]
        (self.directory / "attestations.json").write_text(json.dumps(statements))

    def source(self, repository: str, sha: str) -> Source:
        """A checkout of a commit that nothing writes to.

        Raises:
            Refused: no such repository or commit.
        """
        if (repository, sha) not in self.sources:
            if repository not in self.origins:
                raise Refused(f"{repository} is not a repository here")
            directory = self.directory / "sources" / f"{len(self.sources)}"
            directory.mkdir(parents=True)
            packed = self.git(repository, "archive", sha)
            subprocess.run(["tar", "-x"], input=packed, cwd=directory, check=True)
            self.sources[repository, sha] = Source(repository=repository, sha=sha, directory=directory)
        return self.sources[repository, sha]

    def git(self, repository: str, *arguments: str) -> bytes:
        """Ask git about a repository.

        Raises:
            Refused: git says no.
        """
        command = ["git", "-C", str(self.origins[repository]), *arguments]
        done = subprocess.run(command, env={**os.environ, **GIT}, capture_output=True, check=False)
        if done.returncode:
            raise Refused(done.stderr.decode().strip())
        return done.stdout
