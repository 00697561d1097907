"""docs: the files that are generated from cards and rules, and which of them are out of date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from dtbase.system.files import write_text
from dtbase.terminal.console import Console
from dtbase.text.generated_section import replace_section
from dtmodels.card.catalogue import Catalogue
from dtmodels.openness.grade import grade
from dtmodels.pages.collection_page import collection_tables
from dtmodels.pages.markdown import code, table, text
from dtmodels.pages.model_page import model_page
from dtmodels.pages.phrases import UNPUBLISHED, has_no_release

BEGIN = "<!-- models:begin, written by `dtmodels docs` -->"
END = "<!-- models:end -->"


def write_docs(root: Path, console: Console, *, check: bool, others: Sequence[tuple[Path, str]] = ()) -> int:
    """Update every generated file, or with `check` only list the stale ones.

    Args:
        root: the model repository.
        console: prints the name of each file.
        check: write nothing.
        others: more stale files with their new text, which are not generated from cards.

    Returns:
        1 when `check` found a stale file, else 0.
    """
    files = [*stale(root), *others]
    for path, content in files:
        if not check:
            write_text(path, content)
        console.say(f"{'stale' if check else 'written'}: {path.relative_to(root)}")
    return 1 if check and files else 0


def stale(root: Path) -> list[tuple[Path, str]]:
    """The generated files that differ from the cards, each with its new text."""
    catalogue = Catalogue.load(root)
    pages = {entry.directory / "README.md": model_page(entry) for entry in catalogue.entries}
    return [*differing(pages), *_stale_tables(catalogue)]


def stale_outside_models(root: Path) -> list[tuple[Path, str]]:
    """As `stale`, without the pages of models. Reads no card where no file contains a table of the collection."""
    return _stale_tables(Catalogue.load(root)) if any(_files_with_tables(root)) else []


def _stale_tables(catalogue: Catalogue) -> list[tuple[Path, str]]:
    expected = {
        path: replace_section(content, BEGIN, END, tables(catalogue), str(path))
        for path, content, tables in _files_with_tables(catalogue.root)
    }
    return differing(expected)


def _files_with_tables(root: Path) -> Iterator[tuple[Path, str, Callable[[Catalogue], str]]]:
    """The files with markers for tables of the collection: path, text, and the function that writes the tables."""
    for name, tables in {"README.md": model_table, "docs/collection.md": collection_tables}.items():
        if (path := root / name).is_file() and BEGIN in (content := path.read_text()):
            yield path, content, tables


def differing(expected: Mapping[Path, str]) -> list[tuple[Path, str]]:
    """The expected files that are missing or have another text."""
    return [(path, content) for path, content in expected.items() if _content(path) != content]


def model_table(catalogue: Catalogue) -> str:
    """The collection as a table for README.md."""
    rows = [
        [
            f"[{text(entry.card.id)}](models/{entry.card.id}/)",
            text(entry.card.description),
            text(entry.card.task),
            text(entry.card.version),
            text(entry.card.status),
            text(grade(entry.card)),
            code(entry.card.license.weights),
        ]
        for entry in catalogue.entries
    ]
    columns = ["model", "description", "task", "version", "status", "grade", "licence of the weights"]
    status = f"\nStatus *released*: {UNPUBLISHED}.\n" if has_no_release(catalogue.root) else ""
    return table(columns, rows) + status


def _content(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None
