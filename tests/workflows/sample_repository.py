"""This repository in small: its tools and workflows as they are here, around toy models that build in a blink."""

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
from tests.workflows.executor import Event, World
from tests.workflows.executor.events import push_tag
from tests.workflows.origin import Origin

TOOLS = (".ci", ".github", "tools", "schema", "constraints.txt", "pyproject.toml", "setup.py", "README.md", "LICENSE")
GOLDEN = Path(__file__).with_name("golden.json")
"""What `dtmodels validate --pin` wrote for the toy network, which returns its input."""
README = "# Toy models\n\n<!-- models:begin -->\n<!-- models:end -->\n"
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n* Something that comes later.\n"


def tools(directory: Path) -> None:
    """Lay down this checkout's tools and workflows, uncommitted changes included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *TOOLS]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)


def models(directory: Path, versions: Mapping[str, str]) -> None:
    """Lay down toy models, each with its page; of two versions only the number differs, and with it the package."""
    for model_id, version in versions.items():
        data = denoiser().SerializeToString()
        place = directory / "models" / model_id
        place.mkdir(parents=True, exist_ok=True)
        (place / "model.onnx").write_bytes(data)
        shutil.copyfile(GOLDEN, place / "golden.json")
        facts = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": str(len(data))}
        (place / "card.yaml").write_text(CARD.format(id=model_id, version=version, status="released", **facts))
    if not (directory / "README.md").exists() or "models:begin" not in (directory / "README.md").read_text():
        (directory / "README.md").write_text(README)
    command(directory, "docs")


def command(directory: Path, *words: str) -> None:
    """Call the tools of this checkout on a repository."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tools")}
    called = [sys.executable, "-m", "dtmodels", "--root", str(directory), *words]
    done = subprocess.run(called, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True, slots=True)
class SampleRepository:
    """A repository like this one, on a GitHub that keeps releases."""

    origin: Origin
    fake: FakeGitHub
    world: World

    def release(self, tag: str, versions: Mapping[str, str]) -> Event:
        """Bring models to these versions, say so in the changelog, merge, tag; the event of the tag."""
        models(self.origin.directory, versions)
        path = self.origin.directory / "CHANGELOG.md"
        head, mark, rest = path.read_text().partition("## [Unreleased]\n")
        heading = f"\n## [{tag.removeprefix('v')}] - 2026-01-31\n\n* What {tag} brings.\n"
        path.write_text(f"{head}{mark}{heading}{rest}")
        self.origin.commit({}, f"What {tag} brings")
        return self.tag(tag)

    def command(self, *words: str) -> None:
        """Call the tools on it, and write again what is generated."""
        command(self.origin.directory, *words)
        command(self.origin.directory, "docs")

    def tag(self, tag: str, commit: str = "main") -> Event:
        """Set a tag here and there; the event of it."""
        sha = self.origin.tag(tag, commit)
        self.fake.state.tags[tag] = sha
        self.fake.state.branches["main"] = self.origin.head
        return push_tag(sha, tag)

    def served(self, tag: str) -> dict[str, bytes]:
        """What everybody can download from a release; nothing where there is none."""
        release = self.fake.state.published(tag)
        return {one.name: self.fake.state.blob(one).read_bytes() for one in release.assets} if release else {}


@contextmanager
def on_github(world: World, origin: Origin, state: State | None = None) -> Iterator[SampleRepository]:
    """Put a repository on a stand-in for GitHub that runs of this world can reach, and nobody else.

    Args:
        state: what GitHub remembers already; its blobs are copied, so that nothing written here reaches them.
    """
    directory = world.directory.with_name(f"{world.directory.name}-github")
    state = state or State(directory=directory, tokens={})
    if state.directory.exists():
        shutil.copytree(state.directory, directory)
    state.directory, state.repository, state.log = directory, world.repository, []
    state.branches["main"] = origin.head
    fake = world.network.inside(lambda: FakeGitHub(directory, state))
    with fake:
        found = fake.environment()
        world.environment |= {name: found[name] for name in ("GITHUB_API_URL", "GITHUB_SERVER_URL", "DTMODELS_RAW_URL")}
        world.grant = lambda token, rights: fake.state.tokens.__setitem__(token, rights.level("contents"))
        yield SampleRepository(origin=origin, fake=fake, world=world)
