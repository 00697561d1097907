"""The release commands, called as a workflow calls them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dtmodels.publishing.sample_collection import Collection


def run_command(collection: Collection, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dtmodels", "--root", str(collection.root), *arguments]
    env = os.environ | collection.fake.environment() | environment
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def outputs(path: Path) -> dict[str, str]:
    pairs = re.findall(r"^(\w+)<<(end-\w+)\n(.*?)\n\2$", path.read_text(), re.DOTALL | re.MULTILINE)
    return {name: value for name, _, value in pairs}


def test_commands_make_a_release_and_set_job_outputs(collection: Collection, tmp_path: Path) -> None:
    commit = collection.tag("v1.0.0", {"denoise-one": "1.0"})
    result = run_command(collection, "plan", "v1.0.0", GITHUB_OUTPUT=str(tmp_path / "outputs"))
    assert result.returncode == 0, result.stderr
    assert commit[:12] in result.stdout
    values = outputs(tmp_path / "outputs")
    assert json.loads(values["shards"]) == [{"ids": "denoise-one", "name": "1"}]
    assert (values["tag"], values["count"], values["previous"]) == ("v1.0.0", "1", "")
    collection.build()
    built, dist = str(tmp_path / "built"), str(tmp_path / "dist")
    for arguments in (["assemble", built, "--tag", "v1.0.0"], ["verify", dist], ["publish", "v1.0.0", "--dry-run"]):
        result = run_command(collection, *arguments)
        assert result.returncode == 0, result.stdout + result.stderr
    assert "would upload" in result.stdout
    assert collection.fake.state.releases == []
    assert run_command(collection, "publish", "v1.0.0").returncode == 0
    result = run_command(collection, "verify", "v1.0.0")
    assert result.returncode == 0, result.stderr
    again = run_command(collection, "publish", "v1.0.0")
    assert "nothing to do" in again.stdout


@pytest.mark.parametrize(
    "arguments", [["plan", "v1"], ["publish", "v1.0.0;rm -rf ~"], ["verify", "v1.0.0\n::error::x"]]
)
def test_malformed_tag_is_one_error(collection: Collection, arguments: list[str]) -> None:
    result = run_command(collection, *arguments)
    assert result.returncode == 2
    assert re.fullmatch(r"error: '.*' is not a release tag\n  fix: .*\n", result.stderr)


def test_plan_of_a_finished_release_is_empty(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    result = run_command(collection, "plan", "v1.0.0", "--json", GITHUB_OUTPUT=str(tmp_path / "outputs"))
    values = outputs(tmp_path / "outputs")
    assert (values["published"], values["count"], values["shards"]) == ("true", "0", "[]")
    assert json.loads(result.stdout)["carried"]["denoise-one"]["tag"] == "v1.0.0"


def test_verify_prints_requests_of_darktable(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.fake.state.index = json.dumps({"schema": 1, "compatible_releases": {"5.6.2": "v1.0.0"}})
    result = run_command(collection, "verify", "latest", "--transcript", "--into", str(tmp_path / "downloaded"))
    assert result.returncode == 0, result.stderr
    assert "denoise-one.dtmodel\n    200" in result.stdout
    assert "the digest matches, installed as denoise-one" in result.stdout
    assert result.stdout.splitlines()[-1] == "darktable versions that download it: 5.6.2"
    facts = json.loads(run_command(collection, "verify", "v1.0.0", "--json").stdout)
    assert facts == {"tag": "v1.0.0", "files": 7, "models": {"denoise-one": "1.0"}, "served": ["5.6.2"]}


def test_verify_latest_before_the_first_release(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    for arguments in (["latest"], [str(collection.build()), "--same-as", "latest"]):
        assert run_command(collection, "verify", *arguments).returncode == 3
        result = run_command(collection, "verify", *arguments, "--if-any")
        assert (result.returncode, "no version is published" in result.stderr) == (0, True), result.stdout


def test_verify_compares_build_with_last_release(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    result = run_command(collection, "verify", str(collection.build()), "--same-as", "latest")
    assert (result.returncode, "same bytes" in result.stdout) == (0, True), result.stderr
    card = collection.root / "models/denoise-one/card.yaml"
    card.write_text(f"{card.read_text()}# changed, and the version was not raised\n")
    result = run_command(collection, "verify", str(collection.build()), "--same-as", "v1.0.0", "--json")
    (model,) = json.loads(result.stdout)["models"]
    assert (result.returncode, model["result"], model["detail"]) == (1, "different", "card.yaml")


def test_yank_and_index_edit_their_files(collection: Collection) -> None:
    collection.add_model("denoise-one")
    result = run_command(collection, "yank", "denoise-one", "--reason", "darkens the corners of every image")
    assert result.returncode == 0, result.stderr
    assert "models/denoise-one/card.yaml: status is yanked" in result.stdout
    result = run_command(collection, "index", "--serve", "5.6=v1.0.0", "--serve", "5.7.0=v1.1.0")
    assert result.stdout.splitlines()[0] == "darktable 5.6.0 downloads v1.0.0"
    index = json.loads((collection.root / "releases-index.json").read_bytes())
    assert index["compatible_releases"]["5.7.0"] == "v1.1.0"


def test_publish_ahead_and_hub_options(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    result = run_command(collection, "publish", "v1.0.0", "--ahead")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("draft of the next release: uploaded 3 files, ")
    assert run_command(collection, "publish", "v1.0.0", "--ahead", "--hub", "someone").returncode == 2
    result = run_command(collection, "publish", "v1.0.1", "--hub", "someone")
    assert (result.returncode, "dist/ is v1.0.0" in result.stderr) == (2, True)


def test_missing_repository_variable_is_wrong_usage(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    result = run_command(collection, "plan", "v1.0.0", GITHUB_REPOSITORY="")
    assert result.returncode == 2
    assert result.stderr.startswith("error: GITHUB_REPOSITORY is not owner/name")


def test_commands_import_no_heavy_packages(collection: Collection) -> None:
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
        output = subprocess.run(command, capture_output=True, text=True, check=False, env=env).stdout
        assert output.splitlines()[-1] == "[]", arguments
