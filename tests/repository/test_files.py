"""What is true of every file of the repository."""

import re
import subprocess
from pathlib import Path

import pytest

from dtmodels.card.catalogue import model_directories
from dtmodels.pages.generate import BEGIN, END

SOURCES = {".py", ".sh", ".c", ".lua", ".yml", ".yaml", ".toml"}
HISTORY = {"CHANGELOG.md", "releases-index.json"}
"""Files that tell what was released, so they may name models."""


@pytest.fixture(scope="module")
def tracked(root: Path) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    return [root / name for name in listed.split("\0") if name and (root / name).is_file()]


def own_words(path: Path) -> str:
    """The text of a file without what is generated from the cards."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", "", text, flags=re.DOTALL)


def test_no_source_file_is_longer_than_400_lines(tracked: list[Path], root: Path) -> None:
    sources = [path for path in tracked if path.suffix in SOURCES or path.name == "Makefile"]
    assert len(sources) > 50
    long = {str(path.relative_to(root)): len(path.read_bytes().splitlines()) for path in sources}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def named(text: str, ids: list[str]) -> list[str]:
    """The ids that stand in a text as whole words."""
    return [name for name in ids if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]


def test_an_id_is_a_whole_word() -> None:
    assert named("see models/toy-one/ and toy-one-large", ["toy-one", "toy", "one"]) == ["toy-one"]
    assert named("toy-one.dtmodel", ["toy-one"]) == ["toy-one"]


def test_a_model_is_named_in_its_own_directory_only(tracked: list[Path], root: Path) -> None:
    ids = [directory.name for directory in model_directories(root)]
    others = [path for path in tracked if path.name not in HISTORY and not path.is_relative_to(root / "models")]
    found = {str(path.relative_to(root)): names for path in others if (names := named(own_words(path), ids))}
    assert found == {}


def test_a_model_names_no_other_model_by_its_directory(tracked: list[Path], root: Path) -> None:
    ids = [directory.name for directory in model_directories(root)]
    found = [
        f"{path.relative_to(root)} reaches into models/{other}"
        for path in tracked
        if path.is_relative_to(root / "models") and path.parent != root / "models"
        for other in ids
        if other != path.relative_to(root / "models").parts[0] and f"../{other}/" in own_words(path)
    ]
    assert found == []


def test_names_that_differ_only_in_case_do_not_meet(tracked: list[Path], root: Path) -> None:
    names = [str(path.relative_to(root)).lower() for path in tracked]
    assert len(names) == len(set(names))
