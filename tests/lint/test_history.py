"""Rules CHG: changes since a git revision, and git errors."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import WrongUsage
from dtmodels.lint.engine import lint
from dtmodels.lint.history import History

HERE = Path(__file__).parent
Commit = Callable[..., None]
DRAFT = (HERE / "SCH001" / "good-mapping" / "card.yaml").read_text()
CARD = DRAFT.replace("status: draft", "status: released")
FAMILY = "tools/dtmodels/families/onnx.py"
SHARED = "from dtmodels.families import _blocks\n"


@pytest.fixture
def toy(tmp_path: Path, commit: Commit) -> Path:
    write(tmp_path, "models/toy-model/card.yaml", CARD)
    write(tmp_path, "models/toy-model/README.md", "page\n")
    write(tmp_path, "models/toy-model/convert.py", "WIDTH = 32\n")
    write(tmp_path, FAMILY, f"{SHARED}WIDTH = 32\n")
    write(tmp_path, "tools/dtmodels/families/_blocks.py", "WIDTH = 32\n")
    write(tmp_path, "tools/dtmodels/families/_layers.py", "WIDTH = 32\n")
    write(tmp_path, "tools/dtmodels/families/lama.py", "WIDTH = 32\n")
    write(tmp_path, ".gitignore", "*.tmp\n")
    commit(tmp_path)
    return tmp_path


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def messages(root: Path, since: str = "HEAD") -> list[str]:
    return [finding.message for finding in lint(root, select=["CHG"], since=since)]


def test_no_findings_without_a_revision(toy: Path) -> None:
    write(toy, "models/toy-model/card.yaml", CARD.replace("weights: MIT", "weights: ISC"))
    assert lint(toy, select=["CHG"]) == []


@pytest.mark.parametrize(
    ("path", "text", "part"),
    [
        ("models/toy-model/card.yaml", CARD.replace("weights: MIT", "weights: ISC"), "license.weights"),
        ("models/toy-model/card.yaml", CARD.replace("[A. Author]", "[A. Author, B. Author]"), "source.authors"),
        ("models/toy-model/convert.py", "WIDTH = 64\n", "convert.py"),
        ("models/toy-model/weights.bin", "new", "weights.bin"),
        (FAMILY, f"{SHARED}WIDTH = 64\n", "family onnx"),
        ("tools/dtmodels/families/_blocks.py", "WIDTH = 64\n", "family onnx"),
    ],
)
def test_changed_package_input_needs_a_new_version(toy: Path, path: str, text: str, part: str) -> None:
    write(toy, path, text)
    assert messages(toy) == [f"{part} changed since HEAD, but the version is still 1.0"]
    write(toy, "models/toy-model/card.yaml", (toy / "models/toy-model/card.yaml").read_text().replace('"1.0"', '"1.1"'))
    assert messages(toy) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("models/toy-model/card.yaml", CARD.replace("name: toy", "name:   toy  # a toy")),
        ("models/toy-model/card.yaml", CARD + 'changes: {"1.0": "First."}\n'),
        ("models/toy-model/card.yaml", CARD.replace("status: released", "status: yanked")),
        ("models/toy-model/README.md", "another page\n"),
        ("models/toy-model/convert.py", '"""What it does."""\n\nWIDTH = 32  # channels\n'),
        ("models/toy-model/notes.tmp", "ignored by git"),
        (FAMILY, f"{SHARED}# a comment\nWIDTH = 32\n"),
        ("tools/dtmodels/families/lama.py", "WIDTH = 64\n"),
        ("tools/dtmodels/families/_layers.py", "WIDTH = 64\n"),
        ("tools/dtmodels/lint/other.py", "WIDTH = 64\n"),
    ],
)
def test_other_changes_need_no_new_version(toy: Path, path: str, text: str) -> None:
    write(toy, path, text)
    assert messages(toy) == []


def test_unpublished_draft_keeps_its_version(toy: Path, commit: Commit) -> None:
    write(toy, "models/new-model/card.yaml", DRAFT.replace("toy-model", "new-model"))
    commit(toy)
    changed = DRAFT.replace("toy-model", "new-model").replace("weights: MIT", "weights: ISC")
    for status in ("draft", "released"):
        write(toy, "models/new-model/card.yaml", changed.replace("status: draft", f"status: {status}"))
        assert messages(toy) == []


def test_previously_published_draft_needs_a_new_version(toy: Path, commit: Commit) -> None:
    write(toy, "models/toy-model/card.yaml", DRAFT)
    commit(toy)
    write(toy, "models/toy-model/card.yaml", DRAFT.replace("weights: MIT", "weights: ISC"))
    (message,) = messages(toy)
    assert message.startswith("license.weights changed since HEAD")


def test_committed_and_uncommitted_changes_count(toy: Path, commit: Commit) -> None:
    write(toy, "models/toy-model/convert.py", "WIDTH = 64\n")
    commit(toy)
    assert messages(toy) == []
    assert len(messages(toy, since="HEAD~1")) == 1


def test_new_model_may_have_any_version(toy: Path) -> None:
    write(toy, "models/new-model/card.yaml", CARD.replace("toy-model", "new-model").replace('"1.0"', '"3.7"'))
    assert messages(toy) == []


def test_restored_model_needs_a_new_version(toy: Path, commit: Commit) -> None:
    (toy / "models/toy-model/card.yaml").unlink()
    commit(toy)
    write(toy, "models/toy-model/card.yaml", CARD)
    (message,) = messages(toy)
    assert message.startswith("version 1.0 was already used, in commit ")


def test_broken_earlier_card_is_ignored(toy: Path, commit: Commit) -> None:
    write(toy, "models/toy-model/card.yaml", "[")
    commit(toy)
    write(toy, "models/toy-model/card.yaml", CARD.replace('"1.0"', '"1.1"'))
    assert messages(toy) == []


def test_unsafe_fix_raises_the_version(toy: Path) -> None:
    write(toy, "models/toy-model/convert.py", "WIDTH = 64\n")
    (finding,) = lint(toy, select=["CHG"], since="HEAD")
    assert (finding.line, finding.column, finding.fixable) == (8, 10, "unsafe")
    assert [edit.text for edit in finding.edits] == ['"1.1"']


def test_repository_in_a_subdirectory_of_a_git_repository(tmp_path: Path, commit: Commit) -> None:
    inner = tmp_path / "inner"
    write(inner, "models/toy-model/card.yaml", CARD)
    write(tmp_path, "models/toy-model/card.yaml", CARD)
    commit(tmp_path)
    write(tmp_path, "models/toy-model/convert.py", "x")
    assert messages(inner) == []
    write(inner, "models/toy-model/convert.py", "x")
    assert len(messages(inner)) == 1


@pytest.mark.parametrize("revision", ["no-such", "--help", "-q", "HEAD:models", "", "a b"])
def test_unknown_revision_is_wrong_usage(toy: Path, revision: str) -> None:
    with pytest.raises(WrongUsage, match="no revision"):
        History.since(toy, revision)


def test_directory_without_git_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(WrongUsage, match="not a git repository"):
        History.since(tmp_path, "HEAD")
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(WrongUsage, match="git is not installed"):
        History.since(tmp_path, "HEAD")


def test_unusual_file_names(toy: Path) -> None:
    write(toy, "models/toy-model/a\nb \u00e9.bin", "x")
    (message,) = messages(toy)
    assert "a\nb \u00e9.bin" in message
    subprocess.run(["git", "-C", str(toy), "status"], check=True, capture_output=True)


def test_review_profile_reports_changed_drafts_as_warnings(toy: Path, commit: Commit) -> None:
    bad = DRAFT.replace("inference: local", "inference: cloud")
    for name in ("toy-model", "other-model"):
        write(toy, f"models/{name}/card.yaml", bad.replace("id: toy-model", f"id: {name}"))
    commit(toy)
    write(toy, "models/toy-model/notes.txt", "reviewed\n")
    assert "status: draft" in bad

    def reviewed(since: str = "HEAD") -> set[tuple[str, str]]:
        found = lint(toy, select=["PRI"], profile="review", since=since)
        return {(finding.path, finding.severity) for finding in found}

    assert {finding.severity for finding in lint(toy, select=["PRI"])} == {"error"}
    assert reviewed() == {("models/toy-model/card.yaml", "warning")}
    assert reviewed(since="") == set()
    write(toy, "models/toy-model/card.yaml", bad.replace("status: draft", "status: released"))
    assert ("models/toy-model/card.yaml", "error") in reviewed()
