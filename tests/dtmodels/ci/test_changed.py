"""`dtmodels changed` in real git repositories: branches, merges, shallow clones, hostile directory names."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import onnx
import pytest

from dtbase.terminal.cli_group import run_cli
from dtmodels.command.cli import cli

Add = Callable[..., Path]
Changed = Callable[..., "Result"]


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main")
    completed = subprocess.run(
        ["git", "-C", str(root), *identity, *arguments], capture_output=True, text=True, check=True
    )
    return completed.stdout.strip()


def commit(root: Path, message: str = "change") -> str:
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD")


def edit(root: Path, model_id: str) -> None:
    card = root / "models" / model_id / "card.yaml"
    card.write_text(card.read_text() + "\n")


@pytest.fixture
def repository(add_model: Add, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commit three models; step outputs go to `tmp_path/output.txt`."""
    git(tmp_path, "init", "-q")
    for name in ("denoise-a", "denoise-b", "denoise-c"):
        add_model(name)
    (tmp_path / ".gitignore").write_text("*.txt\n")
    commit(tmp_path, "first")
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output.txt"))
    return tmp_path


@dataclass(frozen=True)
class Result:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def changed(capsys: pytest.CaptureFixture[str]) -> Changed:
    """Run the command in this process."""

    def call(root: Path, *arguments: str) -> Result:
        with pytest.raises(SystemExit) as exited:
            run_cli(cli, "dtmodels", ["--root", str(root), "changed", *arguments])
        captured = capsys.readouterr()
        return Result(int(exited.value.code or 0), captured.out, captured.err)

    return call


def outputs(root: Path) -> dict[str, str]:
    """Parse the output file as a runner does: GitHub's multi-line form."""
    values, lines = {}, iter((root / "output.txt").read_text().splitlines())
    for line in lines:
        name, _, end = line.partition("<<")
        content = []
        while (following := next(lines)) != end:
            content.append(following)
        values[name] = "\n".join(content)
    return values


def models(root: Path) -> list[str]:
    ids: list[str] = json.loads(outputs(root)["models"])
    return ids


def test_one_changed_card_gives_one_job(changed: Changed, repository: Path) -> None:
    edit(repository, "denoise-b")
    commit(repository)
    result = changed(repository, "--since", "HEAD~1")
    assert result.returncode == 0, result.stderr
    assert outputs(repository) == {
        "models": '["denoise-b"]',
        "shards": '[{"ids":"denoise-b","name":"1"}]',
        "count": "1",
    }
    assert "denoise-b  models/denoise-b/card.yaml" in result.stdout


def test_no_changed_model_gives_no_job(changed: Changed, repository: Path) -> None:
    (repository / "README.md").write_text("words\n")
    commit(repository)
    result = changed(repository, "--since", "HEAD~1")
    assert (result.returncode, result.stdout) == (0, "to build: 0 in 0 jobs\n")
    assert outputs(repository) == {"models": "[]", "shards": "[]", "count": "0"}


def test_later_commits_on_main_are_ignored(changed: Changed, repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "feature")
    edit(repository, "denoise-a")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    edit(repository, "denoise-c")
    commit(repository)
    git(repository, "checkout", "-q", "feature")
    changed(repository, "--since", "main")
    assert models(repository) == ["denoise-a"]


def test_github_merge_commit_gives_changes_of_the_branch(changed: Changed, repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "feature")
    edit(repository, "denoise-a")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    edit(repository, "denoise-c")
    base = commit(repository)
    git(repository, "merge", "-q", "--no-ff", "-m", "merge", "feature")
    changed(repository, "--since", base)
    assert models(repository) == ["denoise-a"]


def test_uncommitted_changes_count(changed: Changed, repository: Path) -> None:
    edit(repository, "denoise-c")
    changed(repository, "--since", "HEAD")
    assert models(repository) == ["denoise-c"]


@pytest.mark.parametrize("since", ["", "0" * 40])
def test_first_push_builds_all_models(changed: Changed, repository: Path, since: str) -> None:
    changed(repository, "--since", since)
    assert models(repository) == ["denoise-a", "denoise-b", "denoise-c"]


def test_all_option_respects_max_shards(changed: Changed, repository: Path) -> None:
    changed(repository, "--all", "--max-shards", "2")
    assert [job["name"] for job in json.loads(outputs(repository)["shards"])] == ["1", "2"]


def test_deleted_model_is_listed_but_not_built(changed: Changed, repository: Path) -> None:
    git(repository, "rm", "-r", "-q", "models/denoise-b")
    commit(repository)
    result = changed(repository, "--since", "HEAD~1")
    assert "denoise-b  it was deleted" in result.stdout
    assert models(repository) == []


def test_json_output_contains_reasons(changed: Changed, repository: Path) -> None:
    edit(repository, "denoise-b")
    document = json.loads(changed(repository, "--since", "HEAD", "--json").stdout)
    assert document["because"] == {"denoise-b": ["models/denoise-b/card.yaml"]}
    assert (document["count"], document["broken"], document["gone"]) == (1, [], [])


@pytest.mark.parametrize("since", ["no-such-thing", "--output=owned.txt", "f" * 40, "HEAD; touch owned"])
def test_unknown_revision_is_wrong_usage_with_a_fix(changed: Changed, repository: Path, since: str) -> None:
    result = changed(repository, f"--since={since}")
    assert result.returncode == 2
    assert "fetch-depth: 0" in result.stderr
    assert not (repository / "output.txt").exists()
    assert not (repository / "owned.txt").exists()


def test_shallow_clone_reports_missing_history(changed: Changed, repository: Path, tmp_path: Path) -> None:
    git(repository, "checkout", "-q", "-b", "feature")
    edit(repository, "denoise-a")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    edit(repository, "denoise-c")
    commit(repository)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "feature", repository.as_uri(), str(clone))
    git(clone, "fetch", "-q", "--depth", "1", "origin", "main:main")
    result = changed(clone, "--since", "main")
    assert result.returncode == 2
    assert "there is no merge base of HEAD and 'main'" in result.stderr
    assert "fetch-depth: 0" in result.stderr
    assert not (repository / "output.txt").exists()


def test_directory_names_cannot_inject_workflow_commands(changed: Changed, repository: Path) -> None:
    """A pull request may contain any directory name, and a runner executes lines that begin with `::`."""
    for name in ("::error::forged", "##[error]forged", "a\nmodels<<x", "$(touch owned)"):
        directory = repository / "models" / name
        directory.mkdir()
        (directory / "card.yaml").write_text("- no card\n")
    result = changed(repository, "--since", "HEAD")
    assert result.returncode == 0
    assert not any(line.lstrip().startswith(("::", "##[")) for line in result.stdout.splitlines())
    assert re.search(r"none +::error::forged +its card cannot be read; lint says why", result.stdout)
    assert outputs(repository) == {"models": "[]", "shards": "[]", "count": "0"}


@pytest.mark.parametrize("arguments", [(), ("--all", "--since", "HEAD")])
def test_exactly_one_of_since_and_all_is_required(
    changed: Changed, repository: Path, arguments: tuple[str, ...]
) -> None:
    result = changed(repository, *arguments)
    assert result.returncode == 2
    assert "--since REV, or --all" in result.stderr


def test_collection_in_a_subdirectory_uses_relative_paths(changed: Changed, add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-a")
    top = tmp_path.parent / f"{tmp_path.name}-top"
    top.mkdir()
    (tmp_path / "models").rename(top / "models")
    git(top.parent, "init", "-q", str(top))
    (top / "collection").mkdir()
    (top / "models").rename(top / "collection" / "models")
    commit(top)
    edit(top / "collection", "denoise-a")
    (top / "constraints.txt").write_text("of another project\n")
    document = json.loads(changed(top / "collection", "--since", "HEAD", "--json").stdout)
    assert document["because"] == {"denoise-a": ["models/denoise-a/card.yaml"]}


def test_shared_change_builds_300_models_in_40_jobs_and_one_card_builds_one(
    changed: Changed, add_model: Add, tmp_path: Path, make_denoiser: Callable[..., onnx.ModelProto]
) -> None:
    git(tmp_path, "init", "-q")
    toy = make_denoiser()
    for number in range(300):
        add_model(f"denoise-{number:03}", model=toy)
    (tmp_path / "constraints.txt").write_text("torch==1\n")
    first = commit(tmp_path)
    (tmp_path / "constraints.txt").write_text("torch==2\n")
    commit(tmp_path)
    document = json.loads(changed(tmp_path, "--since", first, "--json").stdout)
    assert (document["count"], len(document["shards"])) == (300, 40)
    assert sorted(" ".join(job["ids"] for job in document["shards"]).split()) == document["models"]
    edit(tmp_path, "denoise-123")
    assert json.loads(changed(tmp_path, "--since", "HEAD", "--json").stdout)["models"] == ["denoise-123"]
