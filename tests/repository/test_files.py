"""Requirements on all tracked files: length, names, and references to models."""

import re
import subprocess
from pathlib import Path

import pytest

from dtmodels.card.catalogue import model_directories
from dtmodels.pages.generate import BEGIN, END

SOURCES = {".py", ".sh", ".c", ".lua", ".yml", ".yaml", ".toml"}
HISTORY = {"CHANGELOG.md", "releases-index.json"}
"""Files about releases, which may name models."""


@pytest.fixture(scope="module")
def tracked(root: Path) -> list[Path]:
    output = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    return [root / name for name in output.split("\0") if name and (root / name).is_file()]


def hand_written_text(path: Path) -> str:
    """Return the text of a file without its generated sections."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", "", text, flags=re.DOTALL)


def test_source_files_have_at_most_400_lines(tracked: list[Path], root: Path) -> None:
    sources = [path for path in tracked if path.suffix in SOURCES or path.name == "Makefile"]
    assert len(sources) > 50
    lengths = {str(path.relative_to(root)): len(path.read_bytes().splitlines()) for path in sources}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def mentioned_ids(text: str, ids: list[str]) -> list[str]:
    """Return the ids that occur in a text as whole words."""
    return [name for name in ids if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]


def test_mentioned_ids_matches_whole_words() -> None:
    assert mentioned_ids("see models/toy-one/ and toy-one-large", ["toy-one", "toy", "one"]) == ["toy-one"]
    assert mentioned_ids("toy-one.dtmodel", ["toy-one"]) == ["toy-one"]


def test_model_ids_occur_only_in_the_directory_of_the_model(tracked: list[Path], root: Path) -> None:
    ids = [directory.name for directory in model_directories(root)]
    others = [path for path in tracked if path.name not in HISTORY and not path.is_relative_to(root / "models")]
    found = {
        str(path.relative_to(root)): names for path in others if (names := mentioned_ids(hand_written_text(path), ids))
    }
    assert found == {}


def test_model_files_do_not_refer_to_other_model_directories(tracked: list[Path], root: Path) -> None:
    ids = [directory.name for directory in model_directories(root)]
    found = [
        f"{path.relative_to(root)} refers to models/{other}"
        for path in tracked
        if path.is_relative_to(root / "models") and path.parent != root / "models"
        for other in ids
        if other != path.relative_to(root / "models").parts[0] and f"../{other}/" in hand_written_text(path)
    ]
    assert found == []


def test_file_names_differ_in_more_than_case(tracked: list[Path], root: Path) -> None:
    names = [str(path.relative_to(root)).lower() for path in tracked]
    assert len(names) == len(set(names))
