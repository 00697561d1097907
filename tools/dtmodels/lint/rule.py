"""Types of the linter: rules, their input (a card) and their results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dtmodels.card.model import Card
from dtmodels.card.reader import CardReading
from dtmodels.card.source_edits import TextEdit
from dtmodels.openness.inheritance import with_inherited
from dtmodels.yaml.document import FieldPath, SourceChange, Span, locate

if TYPE_CHECKING:
    from dtmodels.lint.history import History
    from dtmodels.lint.web import Web

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A violation of a rule: position, message and fix."""

    rule: str
    severity: Severity
    path: str
    """File, relative to the root of the repository, with slashes."""
    line: int
    column: int
    end: int
    """Column after the last affected character; equals `column` if the finding affects the whole line.

    Lines and columns are counted from 1."""
    message: str
    fix: str
    hard: bool = False
    """The finding cannot be accepted."""
    fixable: Literal["", "safe", "unsafe"] = ""
    """`safe` if `--fix` fixes it, `unsafe` if only `--unsafe-fixes` does."""
    edits: tuple[TextEdit, ...] = ()
    """Edits of the fix; empty if a whole file is regenerated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """Result of a rule; the engine adds the id of the rule and the position in the file."""

    what: str
    fix: str
    where: FieldPath = ()
    """The affected card field; the whole card if empty."""
    part: tuple[int, int] | None = None
    """Affected characters of the field: start (from 0) and exclusive end; the whole field if None."""
    path: Path | None = None
    """Another file than the card; `line` is a line of it."""
    line: int = 1
    span: Span | None = None
    """Exact position in the card, if there is no field for it."""
    severity: Severity | None = None
    """Severity, if it differs from the rule's."""
    hard: bool = False
    """This finding cannot be accepted, although others of the rule can be."""
    change: SourceChange | None = None
    """Change of the card that fixes the finding."""
    generated: bool = False
    """The file is generated; regenerating it is the fix."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A card with its location; the input of a rule."""

    root: Path
    directory: Path
    reading: CardReading
    card: Card

    def span(self, where: FieldPath) -> Span:
        """Position of a field in the card file."""
        return locate(self.reading.root, where) if self.reading.root else Span(1, 1, 1)

    def texts(self) -> Iterator[tuple[FieldPath, str]]:
        """Yield every text of the card with its field, except options and attributes."""
        return iter(self._texts)

    @cached_property
    def with_bases(self) -> Card:
        """The card with what it inherits from its base models."""
        return with_inherited(self.card, self.directory.parent)

    @cached_property
    def _texts(self) -> list[tuple[FieldPath, str]]:
        return list(_texts(self.reading.values, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A value of one card that a rule compares with other cards after all are read."""

    model: str
    key: str
    """What is compared. A card is related if its text has the key or the model; a key in parentheses is in none."""
    value: str
    path: Path
    """Path of the card."""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule, read from its file; `registry` builds it."""

    id: str
    title: str
    why: str
    fix: str
    bad: str
    good: str
    severity: Severity
    hard: bool
    """Its findings cannot be accepted."""
    check_card: Callable[[Subject], Iterator[RuleResult]] | None
    check_repository: Callable[[Path], Iterator[RuleResult]] | None
    remember: Callable[[Subject], Iterator[Fact]] | None = None
    compare: Callable[[Sequence[Fact]], Iterator[tuple[Fact, RuleResult]]] | None = None
    """Compares the facts of all cards; each result is reported at the position of its fact."""
    check_history: Callable[[History, CardReading], Iterator[RuleResult]] | None = None
    """Compares a model with an earlier revision; runs with `--since` only."""
    check_online: Callable[[Subject, Web], Iterator[RuleResult]] | None = None
    """Uses the network; runs with `--online` only."""
    authority: str = ""
    """Source of the rule."""


_UNCHECKED_FIELDS = {"options", "attributes"}


def _texts(value: Any, where: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in _UNCHECKED_FIELDS:
                yield from _texts(inner, (*where, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*where, index))
