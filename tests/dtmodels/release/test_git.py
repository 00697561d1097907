"""git runs in the repository of the given directory, and what git refuses is said in git's own words."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from dtbase.system.errors import WrongUsage
from dtmodels.release.git import git

HERE, OTHER = "here", "other"


def run(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=A. Author", "-c", "user.email=a@example.org")
    return subprocess.run(
        ["git", "-C", str(root), *identity, *arguments], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def repositories(tmp_path: Path) -> Path:
    for name in (HERE, OTHER):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text(name)
        run(tmp_path / name, "init", "-q")
        run(tmp_path / name, "add", "--all")
        run(tmp_path / name, "commit", "-q", "-m", name)
    return tmp_path


@pytest.mark.parametrize(
    "variables",
    [
        {"GIT_DIR": "{other}/.git"},
        {"GIT_DIR": "{other}/.git", "GIT_WORK_TREE": "{other}"},
        {"GIT_INDEX_FILE": "{other}/.git/index"},
        {"GIT_OBJECT_DIRECTORY": "{other}/.git/objects"},
        {"GIT_COMMON_DIR": "{other}/.git"},
        {"GIT_PREFIX": "elsewhere/"},
        {"GIT_NAMESPACE": "elsewhere"},
    ],
    ids="+".join,
)
def test_the_environment_chooses_no_other_repository(
    repositories: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    commit = run(repositories / HERE, "rev-parse", "HEAD")
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(other=repositories / OTHER))
    assert git(repositories / HERE, "rev-parse", "HEAD").decode().strip() == commit
    assert git(repositories / HERE, "ls-files").decode() == "here.txt\n"


def test_a_directory_without_git_is_none_whatever_the_environment_says(
    repositories: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repositories))
    monkeypatch.setenv("GIT_DIR", str(repositories / OTHER / ".git"))
    (repositories / "plain").mkdir()
    with pytest.raises(WrongUsage, match="does not open this repository: not a git repository"):
        git(repositories / "plain", "rev-parse", "HEAD")


def test_clone_of_another_owner_is_refused_with_the_remedy_of_git(
    repositories: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own switch for this case
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    root = repositories / HERE
    with pytest.raises(WrongUsage, match="detected dubious ownership in repository at") as refused:
        git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}", what="there is no revision 'HEAD'")
    assert refused.value.fix == f"git config --global --add safe.directory {root}"
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(root))
    assert git(root, "ls-files").decode() == "here.txt\n"


def test_broken_repository_is_refused_in_words_of_git(repositories: Path) -> None:
    (repositories / HERE / ".git" / "config").write_text("[core\n")
    with pytest.raises(WrongUsage, match="does not open this repository: bad config line 1"):
        git(repositories / HERE, "ls-files", what="the files cannot be listed")


def test_other_failures_keep_the_message_of_the_caller(repositories: Path) -> None:
    with pytest.raises(WrongUsage, match="no such tag"):
        git(repositories / HERE, "rev-parse", "--verify", "--quiet", "refs/tags/v1", what="no such tag")
