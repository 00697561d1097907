"""propose and submit: only the files of the named models and the tables, or nothing."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.terminal.console import Console
from dtmodels.pages.generate import write_docs
from dtmodels.publishing.proposal import FACTS, FILES, PATCH, TEXT, prepare
from dtmodels.publishing.pull_request import read_proposal

QUIET = Console(quiet=True)
ID = "denoise-toy"


def git(root: Path, *arguments: str) -> bytes:
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    return subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True).stdout


@pytest.fixture
def promotion(add_model: Callable[..., Path], tmp_path: Path) -> Callable[[Callable[[Path], object]], Path]:
    """A committed repository, and the patch of a change to it, which is undone."""
    root = tmp_path / "repository"

    def make(change: Callable[[Path], object]) -> Path:
        add_model(ID)
        (tmp_path / "models").rename(root.mkdir() or root / "models")
        write_docs(root, QUIET, check=False)
        git(root, "init", "-q")
        git(root, "add", "-A")
        git(root, "commit", "-qm", "All")
        change(root)
        git(root, "add", "-A")
        record = tmp_path / "promotion"
        record.mkdir()
        (record / PATCH).write_bytes(git(root, "diff", "--cached", "--binary"))
        (record / TEXT).write_text("# Page")
        git(root, "reset", "-q", "--hard")
        return record

    return make


def golden(root: Path) -> None:
    (root / f"models/{ID}/golden.json").write_text('{"schema": 1, "files": {}, "outputs": {}}')


def test_proposal_has_the_changed_files_and_pages(promotion: Callable[..., Path], tmp_path: Path) -> None:
    root, target = tmp_path / "repository", tmp_path / "proposal"
    prepare(root, promotion(golden), target, [ID], QUIET)
    proposal = read_proposal(target, [ID])
    assert set(proposal.files) >= {f"models/{ID}/golden.json"}
    assert (proposal.branch, proposal.title, proposal.text) == (f"promote/{ID}", f"Promote {ID}", "# Page")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda root: (root / "setup.py").write_text("evil"), "changes 'setup.py'"),
        (lambda root: (root / "models/other").mkdir() or (root / "models/other/card.yaml").write_text("x"), "other"),
        (lambda root: (root / f"models/{ID}/convert.py").write_text("evil"), "convert.py"),
        (lambda root: (root / f"models/{ID}/golden.json").symlink_to("/etc/passwd"), "a file of mode 120000"),
        (lambda root: (root / f"models/{ID}/card.yaml").chmod(0o755), "a file of mode 100755"),
        (lambda root: (root / f"models/{ID}/card.yaml").unlink(), "disappear"),
    ],
)
def test_patch_of_anything_else_changes_nothing(
    promotion: Callable[..., Path], tmp_path: Path, change: Callable[[Path], object], words: str
) -> None:
    root, record = tmp_path / "repository", promotion(change)
    with pytest.raises(Failure, match=words):
        prepare(root, record, tmp_path / "proposal", [ID], QUIET)
    assert git(root, "status", "--porcelain") == b""
    assert not (tmp_path / "proposal").exists()


def test_patch_that_is_empty_missing_or_of_another_commit(promotion: Callable[..., Path], tmp_path: Path) -> None:
    root, record = tmp_path / "repository", promotion(golden)
    (record / PATCH).write_text("--- a/models/x\n+++ b/models/x\n@@ -1 +1 @@\n-a\n+b\n")
    with pytest.raises(WrongUsage, match="does not apply"):
        prepare(root, record, tmp_path / "proposal", [ID], QUIET)
    (record / PATCH).write_text("")
    with pytest.raises(NothingToDo, match="changes nothing"):
        prepare(root, record, tmp_path / "proposal", [ID], QUIET)
    (record / PATCH).unlink()
    with pytest.raises(WrongUsage, match="there is no patch"):
        prepare(root, record, tmp_path / "proposal", [ID], QUIET)


def test_proposal_with_another_path_or_for_another_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILES).mkdir()
    (tmp_path / TEXT).write_text("")
    (tmp_path / FACTS).write_text(json.dumps({"base": "0" * 40, "ids": [ID], "files": ["../../etc/passwd"]}))
    with pytest.raises(Failure, match="etc/passwd"):
        read_proposal(tmp_path, [ID])
    with pytest.raises(Failure, match="is for denoise-toy, not for mask-toy"):
        read_proposal(tmp_path, ["mask-toy"])
    (tmp_path / FACTS).write_text("[]")
    with pytest.raises(WrongUsage, match="is no proposal"):
        read_proposal(tmp_path, [ID])
