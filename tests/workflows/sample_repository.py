"""Sample of this repository: its current tools and workflows with toy models that build within seconds."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import CARD, ROOT, denoiser
from tests.fake_github import FakeGitHub, State
from tests.workflows.executor import Event, GitHubState
from tests.workflows.executor.events import push_tag
from tests.workflows.executor.permissions import Permissions
from tests.workflows.git_repository import GitRepository

TOOLS = (".ci", ".github", "tools", "schema", "constraints.txt", "pyproject.toml", "setup.py", "README.md", "LICENSE")
GOLDEN = Path(__file__).with_name("golden.json")
"""Output of `dtmodels validate --pin` for the toy network, which returns its input."""
README = "# Toy models\n\n<!-- models:begin -->\n<!-- models:end -->\n"
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n* Something that comes later.\n"


def copy_tools(directory: Path) -> None:
    """Copy this checkout's tools and workflows, including uncommitted changes."""
    arguments = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *TOOLS]
    listed = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)


def write_models(directory: Path, versions: Mapping[str, str]) -> None:
    """Write toy models with their pages; two versions of a model differ in the version number only."""
    for model_id, version in versions.items():
        data = denoiser().SerializeToString()
        model_directory = directory / "models" / model_id
        model_directory.mkdir(parents=True, exist_ok=True)
        (model_directory / "model.onnx").write_bytes(data)
        shutil.copyfile(GOLDEN, model_directory / "golden.json")
        facts = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": str(len(data))}
        (model_directory / "card.yaml").write_text(
            CARD.format(id=model_id, version=version, status="released", **facts)
        )
    if not (directory / "README.md").exists() or "models:begin" not in (directory / "README.md").read_text():
        (directory / "README.md").write_text(README)
    run_dtmodels(directory, "docs")


def run_dtmodels(directory: Path, *words: str) -> None:
    """Run dtmodels of this checkout on a repository."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tools")}
    full_command = [sys.executable, "-m", "dtmodels", "--root", str(directory), *words]
    completed = subprocess.run(full_command, env=environment, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stdout + completed.stderr


@dataclass(frozen=True, slots=True)
class SampleRepository:
    """A repository like this one, with a simulated GitHub for its workflows and releases."""

    git_repo: GitRepository
    fake: FakeGitHub
    github: GitHubState

    def release(self, tag: str, versions: Mapping[str, str]) -> Event:
        """Change model versions and the changelog, commit and tag; return the event of the tag."""
        write_models(self.git_repo.directory, versions)
        path = self.git_repo.directory / "CHANGELOG.md"
        head, mark, rest = path.read_text().partition("## [Unreleased]\n")
        heading = f"\n## [{tag.removeprefix('v')}] - 2026-01-31\n\n* What {tag} brings.\n"
        path.write_text(f"{head}{mark}{heading}{rest}")
        self.git_repo.commit({}, f"What {tag} brings")
        return self.tag(tag)

    def run_dtmodels(self, *words: str) -> None:
        """Run dtmodels on the repository, and regenerate its pages."""
        run_dtmodels(self.git_repo.directory, *words)
        run_dtmodels(self.git_repo.directory, "docs")

    def tag(self, tag: str, commit: str = "main") -> Event:
        """Set a tag in git and on GitHub; return its event."""
        sha = self.git_repo.tag(tag, commit)
        self.fake.state.tags[tag] = sha
        self.fake.state.branches["main"] = self.git_repo.head
        return push_tag(sha, tag)

    def served(self, tag: str) -> dict[str, bytes]:
        """Return the public assets of a release; empty if it is not published."""
        release = self.fake.state.published(tag)
        return {one.name: self.fake.state.blob(one).read_bytes() for one in release.assets} if release else {}


@contextmanager
def on_github(github: GitHubState, git_repo: GitRepository, state: State | None = None) -> Iterator[SampleRepository]:
    """Serve a repository on a fake GitHub that only its workflow runs can connect to.

    Args:
        github: state of the workflow runs.
        git_repo: the repository.
        state: initial state of the fake GitHub; its blobs are copied, and the original is never changed.
    """
    directory = github.directory.with_name(f"{github.directory.name}-github")
    state = state or State(directory=directory, tokens={})
    if state.directory.exists():
        shutil.copytree(state.directory, directory)
    state.directory, state.repository, state.log = directory, github.repository, []
    state.branches["main"] = git_repo.head
    fake = github.network.inside(lambda: FakeGitHub(directory, state))
    with fake:
        urls = fake.environment()
        github.environment |= {name: urls[name] for name in ("GITHUB_API_URL", "GITHUB_SERVER_URL", "DTMODELS_RAW_URL")}

        def grant(token: str, permissions: Permissions) -> None:
            fake.state.tokens[token] = permissions.level("contents")
            fake.state.pull_tokens[token] = permissions.level("pull-requests")

        github.grant = grant
        yield SampleRepository(git_repo=git_repo, fake=fake, github=github)
