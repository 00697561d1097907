"""docs: the files that are generated from cards and rules, and which of them are out of date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import write_text
from dtbase.terminal.console import Console
from dtbase.text.generated_section import replace_section
from dtmodels.card.catalogue import Catalogue
from dtmodels.card.model import Card
from dtmodels.openness.grade import grade
from dtmodels.openness.inheritance import with_inherited
from dtmodels.pages.collection_page import collection_tables
from dtmodels.pages.comparison_page import comparison_table
from dtmodels.pages.differences import diff_lines
from dtmodels.pages.markdown import code, table, text
from dtmodels.pages.model_page import model_page
from dtmodels.pages.phrases import UNPUBLISHED, has_no_release

PAGE = "README.md"
"""The generated page in a model's directory."""
TABLES = ("README.md", "docs/models.md", "docs/collection.md", "docs/comparison.md")
"""The pages with a table of all models."""
BEGIN = "<!-- models:begin, written by `dtmodels docs` -->"
END = "<!-- models:end -->"


def write_docs(root: Path, console: Console, *, check: bool, others: Sequence[tuple[Path, str]] = ()) -> int:
    """Update every generated file, or with `check` only list the stale ones.

    Args:
        root: the model repository.
        console: prints the name of each file.
        check: write nothing; print what would change.
        others: more stale files with their new text, which are not generated from cards.

    Returns:
        1 when `check` found a stale file, else 0.
    """
    files = [*stale(root), *others]
    for path, content in files:
        if not check:
            write_text(path, content)
        console.say(f"{'stale' if check else 'written'}: {path.relative_to(root)}")
        for line in diff_lines(_content(path) or "", content) if check else ():
            console.say(f"  {line}")
    return 1 if check and files else 0


def stale(root: Path) -> list[tuple[Path, str]]:
    """The generated files that differ from the cards, each with its new text."""
    catalogue = Catalogue.load(root)
    pages = {entry.directory / PAGE: model_page(entry) for entry in catalogue.entries}
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
    generated = dict(zip(TABLES, (task_table, model_table, collection_tables, comparison_table), strict=True))
    for name, tables in generated.items():
        if (path := root / name).is_file() and BEGIN.encode() in (data := path.read_bytes()):
            yield path, _decoded(path, data), tables


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as exc:
        what = f"byte 0x{data[exc.start]:02x} at offset {exc.start} is not UTF-8"
        raise Failure(what, where=str(path), fix="save the page as UTF-8") from exc


def differing(expected: Mapping[Path, str]) -> list[tuple[Path, str]]:
    """The expected files that are missing or have another text."""
    return [(path, content) for path, content in expected.items() if _content(path) != content]


def task_table(catalogue: Catalogue) -> str:
    """The collection by task, for README.md: number of models by status and grade, and one of them as an example."""
    by_task: dict[str, list[Card]] = {}
    for entry in catalogue.entries:
        by_task.setdefault(entry.card.task, []).append(entry.card)
    return table(
        ["task", "models", "status", "grade", "for example"],
        [_task_row(by_task[key], catalogue.root / "models") for key in sorted(by_task)],
    )


def _task_row(cards: Sequence[Card], models: Path) -> list[str]:
    example = min(cards, key=lambda card: (len(card.description), card.id))
    return [
        text(cards[0].task),
        str(len(cards)),
        _counts(card.status for card in cards),
        _counts(grade(with_inherited(card, models)) for card in cards),
        f"[{text(example.id)}](models/{example.id}/): {text(example.description)}",
    ]


def _counts(values: Iterable[str]) -> str:
    return ", ".join(f"{count} {text(value)}" for value, count in sorted(Counter(values).items()))


def model_table(catalogue: Catalogue) -> str:
    """The collection as a table with a row for each model, for docs/models.md."""
    rows = [
        [
            f"[{text(entry.card.id)}](../models/{entry.card.id}/)",
            text(entry.card.description),
            text(entry.card.task),
            text(entry.card.version),
            text(entry.card.status),
            text(grade(with_inherited(entry.card, entry.directory.parent))),
            code(entry.card.license.weights),
        ]
        for entry in catalogue.entries
    ]
    columns = ["model", "description", "task", "version", "status", "grade", "licence of the weights"]
    status = f"\nStatus *released*: {UNPUBLISHED}.\n" if has_no_release(catalogue.root) else ""
    return table(columns, rows) + status


def _content(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None
