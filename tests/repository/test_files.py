"""Requirements on all tracked files: length, names, and references to models."""

import re
import subprocess
from pathlib import Path

import pytest

from dtmodels.card.catalogue import model_directories

SOURCES = {".py", ".sh", ".c", ".lua", ".yml", ".yaml", ".toml"}
HISTORY = {"CHANGELOG.md", "releases-index.json"}
"""Files about releases, which may name models."""
GENERATED = re.compile(r"<!-- ([\w-]+):begin.*?<!-- \1:end -->", re.DOTALL)
"""Sections that a command writes, of any page."""


@pytest.fixture(scope="module")
def tracked(root: Path) -> list[Path]:
    output = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    return [root / name for name in output.split("\0") if name and (root / name).is_file()]


def hand_written_text(path: Path) -> str:
    """Return the text of a file without its generated sections."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return GENERATED.sub("", text) if path.suffix == ".md" else text


def test_source_files_have_at_most_400_lines(tracked: list[Path], root: Path) -> None:
    named = [path for path in tracked if path.suffix in SOURCES or path.name == "Makefile"]
    sources = [path for path in named if b"written by `python -m" not in path.read_bytes()[:200]]
    assert len(sources) > 50
    lengths = {str(path.relative_to(root)): len(path.read_bytes().splitlines()) for path in sources}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def mentioned_ids(text: str, ids: set[str]) -> list[str]:
    """Return the ids that occur in a text as whole words."""
    return sorted(ids.intersection(re.findall(r"[\w-]+", text)))


def test_mentioned_ids_matches_whole_words() -> None:
    assert mentioned_ids("see models/toy-one/ and toy-one-large", {"toy-one", "toy", "one"}) == ["toy-one"]
    assert mentioned_ids("toy-one.dtmodel", {"toy-one"}) == ["toy-one"]


def test_generated_sections_of_any_page_are_not_hand_written(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("a\n<!-- models:begin, written by x -->\nb\n<!-- models:end -->\nc\n<!-- chain:begin -->d")
    assert hand_written_text(path) == "a\n\nc\n<!-- chain:begin -->d"


def test_model_ids_occur_only_in_the_directory_of_the_model(tracked: list[Path], root: Path) -> None:
    ids = {directory.name for directory in model_directories(root)}
    others = [path for path in tracked if path.name not in HISTORY and not path.is_relative_to(root / "models")]
    found = {
        str(path.relative_to(root)): names for path in others if (names := mentioned_ids(hand_written_text(path), ids))
    }
    assert found == {}


def test_model_files_do_not_refer_to_other_model_directories(tracked: list[Path], root: Path) -> None:
    ids = {directory.name for directory in model_directories(root)}
    found = []
    for path in tracked:
        if path.is_relative_to(root / "models") and path.parent != root / "models":
            referenced = ids.intersection(re.findall(r"\.\./([\w-]+)/", hand_written_text(path)))
            others = sorted(referenced - {path.relative_to(root / "models").parts[0]})
            found.extend(f"{path.relative_to(root)} refers to models/{other}" for other in others)
    assert found == []


def test_file_names_differ_in_more_than_case(tracked: list[Path], root: Path) -> None:
    names = [str(path.relative_to(root)).lower() for path in tracked]
    assert len(names) == len(set(names))
