"""The release commands as a workflow calls them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dtmodels.publishing.collection import Collection


def called(collection: Collection, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dtmodels", "--root", str(collection.root), *arguments]
    env = os.environ | collection.fake.environment() | environment
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def outputs(path: Path) -> dict[str, str]:
    found = re.findall(r"^(\w+)<<(end-\w+)\n(.*?)\n\2$", path.read_text(), re.DOTALL | re.MULTILINE)
    return {name: value for name, _, value in found}


def test_the_commands_make_a_release_and_hand_on_what_jobs_need(collection: Collection, tmp_path: Path) -> None:
    commit = collection.tag("v1.0.0", {"denoise-one": "1.0"})
    said = called(collection, "plan", "v1.0.0", GITHUB_OUTPUT=str(tmp_path / "outputs"))
    assert said.returncode == 0, said.stderr
    assert commit[:12] in said.stdout
    found = outputs(tmp_path / "outputs")
    assert json.loads(found["shards"]) == [{"ids": "denoise-one", "name": "1"}]
    assert (found["tag"], found["count"], found["previous"]) == ("v1.0.0", "1", "")
    collection.build()
    built, dist = str(tmp_path / "built"), str(tmp_path / "dist")
    for arguments in (["assemble", built, "--tag", "v1.0.0"], ["verify", dist], ["publish", "v1.0.0", "--dry-run"]):
        said = called(collection, *arguments)
        assert said.returncode == 0, said.stdout + said.stderr
    assert "would upload" in said.stdout
    assert collection.fake.state.releases == []
    assert called(collection, "publish", "v1.0.0").returncode == 0
    said = called(collection, "verify", "v1.0.0")
    assert said.returncode == 0, said.stderr
    again = called(collection, "publish", "v1.0.0")
    assert "nothing to do" in again.stdout


@pytest.mark.parametrize(
    "arguments", [["plan", "v1"], ["publish", "v1.0.0;rm -rf ~"], ["verify", "v1.0.0\n::error::x"]]
)
def test_an_odd_tag_is_one_clear_error(collection: Collection, arguments: list[str]) -> None:
    said = called(collection, *arguments)
    assert said.returncode == 2
    assert re.fullmatch(r"error: '.*' is no tag of a release\n  fix: .*\n", said.stderr)
