"""`dtmodels changed` in real git repositories: branches, merges, shallow clones, words in the names of directories."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import onnx
import pytest

from dtbase.terminal.cli_group import run
from dtmodels.command.cli import cli

Add = Callable[..., Path]
Changed = Callable[..., "Said"]


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", "-C", str(root), *who, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(root: Path, message: str = "change") -> str:
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD")


def edit(root: Path, model_id: str) -> None:
    card = root / "models" / model_id / "card.yaml"
    card.write_text(card.read_text() + "\n")


@pytest.fixture
def repository(add_model: Add, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three models, committed; outputs of a step go to `tmp_path/output.txt`."""
    git(tmp_path, "init", "-q")
    for name in ("denoise-a", "denoise-b", "denoise-c"):
        add_model(name)
    (tmp_path / ".gitignore").write_text("*.txt\n")
    commit(tmp_path, "first")
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output.txt"))
    return tmp_path


@dataclass(frozen=True)
class Said:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def changed(capsys: pytest.CaptureFixture[str]) -> Changed:
    """The command, in this process."""

    def call(root: Path, *arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            run(cli, "dtmodels", ["--root", str(root), "changed", *arguments])
        heard = capsys.readouterr()
        return Said(int(ended.value.code or 0), heard.out, heard.err)

    return call


def outputs(root: Path) -> dict[str, str]:
    """What a runner reads from the file, by GitHub's rules of the multi-line form."""
    found, lines = {}, iter((root / "output.txt").read_text().splitlines())
    for line in lines:
        name, _, end = line.partition("<<")
        content = []
        while (following := next(lines)) != end:
            content.append(following)
        found[name] = "\n".join(content)
    return found


def models(root: Path) -> list[str]:
    found: list[str] = json.loads(outputs(root)["models"])
    return found


def test_one_card_is_one_job(changed: Changed, repository: Path) -> None:
    edit(repository, "denoise-b")
    commit(repository)
    said = changed(repository, "--since", "HEAD~1")
    assert said.returncode == 0, said.stderr
    assert outputs(repository) == {
        "models": '["denoise-b"]',
        "shards": '[{"ids":"denoise-b","name":"1"}]',
        "count": "1",
    }
    assert "denoise-b  models/denoise-b/card.yaml" in said.stdout


def test_nothing_changed_is_no_job(changed: Changed, repository: Path) -> None:
    (repository / "README.md").write_text("words\n")
    commit(repository)
    said = changed(repository, "--since", "HEAD~1")
    assert (said.returncode, said.stdout) == (0, "to build: 0 in 0 jobs\n")
    assert outputs(repository) == {"models": "[]", "shards": "[]", "count": "0"}


def test_what_main_did_in_the_meantime_does_not_count(changed: Changed, repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "feature")
    edit(repository, "denoise-a")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    edit(repository, "denoise-c")
    commit(repository)
    git(repository, "checkout", "-q", "feature")
    changed(repository, "--since", "main")
    assert models(repository) == ["denoise-a"]


def test_a_merge_commit_as_github_makes_it_shows_the_branch(changed: Changed, repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "feature")
    edit(repository, "denoise-a")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    edit(repository, "denoise-c")
    base = commit(repository)
    git(repository, "merge", "-q", "--no-ff", "-m", "merge", "feature")
    changed(repository, "--since", base)
    assert models(repository) == ["denoise-a"]


def test_what_is_not_committed_yet_counts(changed: Changed, repository: Path) -> None:
    edit(repository, "denoise-c")
    changed(repository, "--since", "HEAD")
    assert models(repository) == ["denoise-c"]


@pytest.mark.parametrize("since", ["", "0" * 40])
def test_a_first_push_builds_everything(changed: Changed, repository: Path, since: str) -> None:
    changed(repository, "--since", since)
    assert models(repository) == ["denoise-a", "denoise-b", "denoise-c"]


def test_all_is_everything_in_as_many_jobs_as_are_allowed(changed: Changed, repository: Path) -> None:
    changed(repository, "--all", "--max-shards", "2")
    assert [job["name"] for job in json.loads(outputs(repository)["shards"])] == ["1", "2"]


def test_a_deleted_model_is_named_and_not_built(changed: Changed, repository: Path) -> None:
    git(repository, "rm", "-r", "-q", "models/denoise-b")
    commit(repository)
    said = changed(repository, "--since", "HEAD~1")
    assert "denoise-b  it is no longer here" in said.stdout
    assert models(repository) == []


def test_json_says_why(changed: Changed, repository: Path) -> None:
    edit(repository, "denoise-b")
    told = json.loads(changed(repository, "--since", "HEAD", "--json").stdout)
    assert told["because"] == {"denoise-b": ["models/denoise-b/card.yaml"]}
    assert (told["count"], told["broken"], told["gone"]) == (1, [], [])


@pytest.mark.parametrize("since", ["no-such-thing", "--output=owned.txt", "f" * 40, "HEAD; touch owned"])
def test_an_unknown_revision_is_wrong_usage_with_the_remedy(changed: Changed, repository: Path, since: str) -> None:
    said = changed(repository, f"--since={since}")
    assert said.returncode == 2
    assert "fetch-depth: 0" in said.stderr
    assert not (repository / "output.txt").exists()
    assert not (repository / "owned.txt").exists()


def test_a_shallow_clone_says_that_its_history_is_cut_off(changed: Changed, repository: Path, tmp_path: Path) -> None:
    git(repository, "checkout", "-q", "-b", "feature")
    edit(repository, "denoise-a")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    edit(repository, "denoise-c")
    commit(repository)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "feature", repository.as_uri(), str(clone))
    git(clone, "fetch", "-q", "--depth", "1", "origin", "main:main")
    said = changed(clone, "--since", "main")
    assert said.returncode == 2
    assert "there is no merge base of HEAD and 'main'" in said.stderr
    assert "fetch-depth: 0" in said.stderr
    assert not (repository / "output.txt").exists()


def test_directories_named_like_commands_are_only_text_in_the_log(changed: Changed, repository: Path) -> None:
    """A pull request may hold any directory; a runner obeys lines that begin with ::, and takes outputs as they are."""
    for name in ("::error::forged", "##[error]forged", "a\nmodels<<x", "$(touch owned)"):
        directory = repository / "models" / name
        directory.mkdir()
        (directory / "card.yaml").write_text("- no card\n")
    said = changed(repository, "--since", "HEAD")
    assert said.returncode == 0
    assert not any(line.lstrip().startswith(("::", "##[")) for line in said.stdout.splitlines())
    assert re.search(r"none +::error::forged +its card cannot be read; lint says why", said.stdout)
    assert outputs(repository) == {"models": "[]", "shards": "[]", "count": "0"}


@pytest.mark.parametrize("arguments", [(), ("--all", "--since", "HEAD")])
def test_it_wants_to_know_what_to_compare_with(changed: Changed, repository: Path, arguments: tuple[str, ...]) -> None:
    said = changed(repository, *arguments)
    assert said.returncode == 2
    assert "--since REV, or --all" in said.stderr


def test_a_collection_below_the_top_of_its_repository_has_paths_of_its_own(
    changed: Changed, add_model: Add, tmp_path: Path
) -> None:
    add_model("denoise-a")
    top = tmp_path.parent / f"{tmp_path.name}-top"
    top.mkdir()
    (tmp_path / "models").rename(top / "models")
    git(top.parent, "init", "-q", str(top))
    (top / "collection").mkdir()
    (top / "models").rename(top / "collection" / "models")
    commit(top)
    edit(top / "collection", "denoise-a")
    (top / "constraints.txt").write_text("of somebody else\n")
    told = json.loads(changed(top / "collection", "--since", "HEAD", "--json").stdout)
    assert told["because"] == {"denoise-a": ["models/denoise-a/card.yaml"]}


def test_of_300_models_a_shared_change_builds_all_in_40_jobs_and_one_card_builds_one(
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
    told = json.loads(changed(tmp_path, "--since", first, "--json").stdout)
    assert (told["count"], len(told["shards"])) == (300, 40)
    assert sorted(" ".join(job["ids"] for job in told["shards"]).split()) == told["models"]
    edit(tmp_path, "denoise-123")
    assert json.loads(changed(tmp_path, "--since", "HEAD", "--json").stdout)["models"] == ["denoise-123"]
