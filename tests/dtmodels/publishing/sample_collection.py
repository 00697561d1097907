"""Small collection in git, with fake packages, and all steps of a release."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from dtbase.terminal.console import Console
from dtmodels.build.download import RetryPolicy
from dtmodels.card.catalogue import Catalogue
from dtmodels.package.config_writer import build_config
from dtmodels.publishing.assemble import assemble
from dtmodels.publishing.dist import Dist, read_dist
from dtmodels.publishing.github import GitHub
from dtmodels.publishing.http_client import MOST_WAIT_S, HttpClient
from dtmodels.publishing.plan import Plan, plan
from dtmodels.publishing.publish import Published, publish
from dtmodels.release.tags import parse_tag
from dtmodels.stages.package import write_archive
from tests.conftest import CARD, denoiser
from tests.fake_github import FakeGitHub

SIGNED = {"NAME": "A. Author", "EMAIL": "a@b.c", "DATE": "2026-01-31T12:00:00Z"}
IDENTITY = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in SIGNED.items()}
SETTINGS = IDENTITY | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
QUIET = Console(out=StringIO(), remarks=StringIO(), quiet=True)


@dataclass(frozen=True)
class Collection:
    """A model repository and the fake GitHub for its releases."""

    root: Path
    fake: FakeGitHub
    add_model: Callable[..., Path]

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.root), *arguments]
        completed = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | SETTINGS)
        return completed.stdout.strip()

    def commit(self, message: str = "change") -> str:
        if not (self.root / ".git").is_dir():
            self.git("init", "-q", "-b", "main")
            (self.root / ".gitignore").write_text("/output/\n/dist/\n/built/\n")
        if not (self.root / "CHANGELOG.md").exists():
            (self.root / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        head = self.git("rev-parse", "HEAD")
        self.fake.state.branches["main"] = head
        return head

    def tag(self, name: str, models: Mapping[str, str], changes: str = "* Something new.") -> str:
        """Commit models in these versions with a changelog section, and set the tag locally and on GitHub."""
        for model_id, version in models.items():
            self.add_model(model_id, version=version)
        version = name.removeprefix("v")
        path = self.root / "CHANGELOG.md"
        before = path.read_text() if path.exists() else "# Changelog\n\n## [Unreleased]\n"
        head, _, rest = before.partition("## [Unreleased]\n")
        path.write_text(f"{head}## [Unreleased]\n\n## [{version}] - 2026-01-31\n\n{changes}\n{rest}")
        commit = self.commit(name)
        self.git("tag", name)
        self.fake.state.tags[name] = commit
        return commit

    def build(self, *ids: str) -> Path:
        """Write packages as a build does, by default for all released models."""
        for entry in Catalogue.load(self.root).entries:
            card = entry.card
            if card.status != "released" or (ids and card.id not in ids):
                continue
            directory = self.root / "built" / card.id
            directory.mkdir(parents=True, exist_ok=True)
            (directory / "config.json").write_text(json.dumps(build_config(card, {})))
            # Here, the bytes of a package depend on its version only; in a real build, on its card.
            (directory / "model.onnx").write_bytes(f"graph of {card.id} {card.version}".encode() * 100)
            entries = {name: directory / name for name in ("config.json", "model.onnx")}
            write_archive(
                directory / f"{card.id}.dtmodel", card.id, {**entries, "card.yaml": entry.directory / "card.yaml"}
            )
        (self.root / "built").mkdir(exist_ok=True)
        return self.root / "built"

    def github(
        self,
        *,
        token: str = "good-token",  # noqa: S107 - of the fake server
        tries: int = 3,
        timeout_s: float = 5.0,
        slept: list[float] | None = None,
    ) -> GitHub:
        github = GitHub.from_environment(self.fake.environment(token))
        sleep = (slept if slept is not None else []).append
        http = HttpClient(
            token=token, patience=RetryPolicy(tries=tries, timeout_s=timeout_s, sleep=sleep, max_wait_s=MOST_WAIT_S)
        )
        return GitHub(
            repository=github.repository,
            api_url=github.api_url,
            server_url=github.server_url,
            raw_url=github.raw_url,
            http=http,
        )

    def plan(self, tag: str) -> Plan:
        return plan(self.root, tag, self.github(), branch="main")

    def assemble(self, tag: str) -> Dist:
        github = self.github()
        assemble(self.root, self.build(), plan(self.root, tag, github, branch="main"), github, QUIET)
        return read_dist(self.root / "dist")

    def publish(self, tag: str, github: GitHub | None = None, *, dry_run: bool = False) -> Published:
        dist = read_dist(self.root / "dist")
        return publish(
            dist,
            parse_tag(dist.record["tag"]) if tag == "nightly" else parse_tag(tag),
            github or self.github(),
            QUIET,
            dry_run=dry_run,
        )

    def release(self, tag: str, models: Mapping[str, str]) -> Published:
        """Tag, assemble and publish a release."""
        self.tag(tag, models)
        self.assemble(tag)
        return self.publish(tag)

    def served(self, tag: str) -> dict[str, bytes]:
        """Return the assets that GitHub has for a published tag."""
        release = self.fake.state.published(tag)
        assert release is not None, f"{tag} is not published"
        return {asset.name: self.fake.state.blob(asset).read_bytes() for asset in release.assets}


def adder(root: Path) -> Callable[..., Path]:
    """Return a function that adds a small model to a collection, for use without fixtures."""
    data = denoiser().SerializeToString()

    def add(model_id: str, *, version: str = "1.0", status: str = "released") -> Path:
        directory = root / "models" / model_id
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "model.onnx").write_bytes(data)
        fields = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": str(len(data))}
        (directory / "card.yaml").write_text(CARD.format(id=model_id, version=version, status=status, **fields))
        return directory

    return add
