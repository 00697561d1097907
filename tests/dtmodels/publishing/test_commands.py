"""The release commands as a workflow calls them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dtmodels.publishing.sample_collection import Collection


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
    assert re.fullmatch(r"error: '.*' is not a release tag\n  fix: .*\n", said.stderr)


def test_a_release_that_is_finished_plans_nothing(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    said = called(collection, "plan", "v1.0.0", "--json", GITHUB_OUTPUT=str(tmp_path / "outputs"))
    found = outputs(tmp_path / "outputs")
    assert (found["published"], found["count"], found["shards"]) == ("true", "0", "[]")
    assert json.loads(said.stdout)["carried"]["denoise-one"]["tag"] == "v1.0.0"


def test_verify_shows_what_darktable_asked(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.fake.state.index = json.dumps({"schema": 1, "compatible_releases": {"5.6.2": "v1.0.0"}})
    said = called(collection, "verify", "latest", "--transcript", "--into", str(tmp_path / "downloaded"))
    assert said.returncode == 0, said.stderr
    assert "denoise-one.dtmodel\n    200" in said.stdout
    assert "the digest is right, installed as denoise-one" in said.stdout
    assert said.stdout.splitlines()[-1] == "darktable that downloads it: 5.6.2"
    shown = json.loads(called(collection, "verify", "v1.0.0", "--json").stdout)
    assert shown == {"tag": "v1.0.0", "files": 7, "models": {"denoise-one": "1.0"}, "served": ["5.6.2"]}


def test_verify_of_the_latest_release_may_be_asked_before_there_is_one(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    for arguments in (["latest"], [str(collection.build()), "--same-as", "latest"]):
        assert called(collection, "verify", *arguments).returncode == 3
        said = called(collection, "verify", *arguments, "--if-any")
        assert (said.returncode, "no version is published" in said.stderr) == (0, True), said.stdout


def test_verify_compares_a_build_with_the_last_release(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    said = called(collection, "verify", str(collection.build()), "--same-as", "latest")
    assert (said.returncode, "same bytes" in said.stdout) == (0, True), said.stderr
    card = collection.root / "models/denoise-one/card.yaml"
    card.write_text(f"{card.read_text()}# changed, and the version was not raised\n")
    said = called(collection, "verify", str(collection.build()), "--same-as", "v1.0.0", "--json")
    (model,) = json.loads(said.stdout)["models"]
    assert (said.returncode, model["result"], model["detail"]) == (1, "different", "card.yaml")


def test_yank_and_index_change_their_files_and_say_what_comes_next(collection: Collection) -> None:
    collection.add_model("denoise-one")
    said = called(collection, "yank", "denoise-one", "--reason", "darkens the corners of every picture")
    assert said.returncode == 0, said.stderr
    assert "models/denoise-one/card.yaml: status is yanked" in said.stdout
    said = called(collection, "index", "--serve", "5.6=v1.0.0", "--serve", "5.7.0=v1.1.0")
    assert said.stdout.splitlines()[0] == "darktable 5.6.0 downloads v1.0.0"
    index = json.loads((collection.root / "releases-index.json").read_bytes())
    assert index["compatible_releases"]["5.7.0"] == "v1.1.0"


def test_publish_stocks_the_next_draft_and_goes_to_the_hub_only_when_asked(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    said = called(collection, "publish", "v1.0.0", "--ahead")
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("waiting for the next release: uploaded 3 files, ")
    assert called(collection, "publish", "v1.0.0", "--ahead", "--hub", "someone").returncode == 2
    said = called(collection, "publish", "v1.0.1", "--hub", "someone")
    assert (said.returncode, "dist/ is v1.0.0" in said.stderr) == (2, True)


def test_a_job_without_its_repository_is_told_what_to_set(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    said = called(collection, "plan", "v1.0.0", GITHUB_REPOSITORY="")
    assert said.returncode == 2
    assert said.stderr.startswith("error: GITHUB_REPOSITORY does not say owner/name")


def test_the_commands_start_without_what_they_may_not_need(collection: Collection) -> None:
    heavy = {"torch", "onnx", "onnxruntime", "numpy", "spdx_tools", "lark", "huggingface_hub"}
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    for arguments in (["plan", "v1.0.0"], ["publish", "--help"], ["verify", "v1"]):
        code = (
            f"import atexit, sys; sys.argv = ['dtmodels', '--root', {str(collection.root)!r}, *{arguments!r}]\n"
            f"atexit.register(lambda: print(sorted({heavy!r} & set(sys.modules))))\n"
            "from dtmodels.command.cli import main; main()"
        )
        env = os.environ | collection.fake.environment()
        command = [sys.executable, "-c", code]
        said = subprocess.run(command, capture_output=True, text=True, check=False, env=env).stdout
        assert said.splitlines()[-1] == "[]", arguments
