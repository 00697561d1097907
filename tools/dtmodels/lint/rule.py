"""What a rule is, what it sees, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dtmodels.card.model import Card
from dtmodels.card.reader import Reading
from dtmodels.card.source_edits import Edit
from dtmodels.yaml.document import Change, Span, Where, locate

if TYPE_CHECKING:
    from dtmodels.lint.history import History
    from dtmodels.lint.web import Web

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A departure from a rule: where, what, and what to do."""

    rule: str
    severity: Severity
    path: str
    """File, from the root of the repository, with slashes."""
    line: int
    column: int
    end: int
    """Column after the last character the finding is about; equals `column` when it is about the whole line."""
    message: str
    fix: str
    hard: bool = False
    """Nobody may accept it."""
    fixable: Literal["", "safe", "unsafe"] = ""
    """Whether `--fix` or `--unsafe-fixes` corrects it."""
    edits: tuple[Edit, ...] = ()
    """The correction; none where a whole file is generated again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What a rule says; the engine adds the rule's name and the place in the file."""

    what: str
    fix: str
    where: Where = ()
    """The field of the card it is about; the card as a whole when empty."""
    part: tuple[int, int] | None = None
    """The characters of that field it is about, first and after the last, counted from 0; all of them when not said."""
    path: Path | None = None
    """Another file than the card; `line` then says where in it."""
    line: int = 1
    span: Span | None = None
    """The exact place in the card, where no field stands for it."""
    severity: Severity | None = None
    """When it differs from the rule's own."""
    hard: bool = False
    """Nobody may accept this, though other findings of the rule may be accepted."""
    change: Change | None = None
    """How a program would correct the card."""
    generated: bool = False
    """The file is generated; writing it again is the correction."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A card as a rule sees it."""

    root: Path
    directory: Path
    reading: Reading
    card: Card

    def span(self, where: Where) -> Span:
        """Where a field stands in the file of the card."""
        return locate(self.reading.root, where) if self.reading.root else Span(1, 1, 1)

    def texts(self) -> Iterator[tuple[Where, str]]:
        """Every text of the card with its field, options and attributes left out."""
        return iter(self._texts)

    @cached_property
    def _texts(self) -> list[tuple[Where, str]]:
        return list(_texts(self.reading.values, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What a rule remembers of one card, to hold it against other cards once all are read."""

    model: str
    key: str
    value: str
    path: Path
    """The file of the card."""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule, as its file describes it."""

    id: str
    title: str
    why: str
    fix: str
    bad: str
    good: str
    severity: Severity
    hard: bool
    """Nobody may accept its findings."""
    check_card: Callable[[Subject], Iterator[RuleResult]] | None
    check_repository: Callable[[Path], Iterator[RuleResult]] | None
    remember: Callable[[Subject], Iterator[Fact]] | None = None
    compare: Callable[[Sequence[Fact]], Iterator[tuple[Fact, RuleResult]]] | None = None
    """Speaks about what was remembered of all cards; each remark stands at the place of its fact."""
    check_history: Callable[[History, Reading], Iterator[RuleResult]] | None = None
    """Holds a model against what it was at an earlier revision; asked with `--since` only."""
    check_online: Callable[[Subject, Web], Iterator[RuleResult]] | None = None
    """Asks the network; asked with `--online` only, and never needed for a verdict."""
    authority: str = ""
    """Where the rule comes from."""


_UNCHECKED_FIELDS = {"options", "attributes"}


def _texts(value: Any, where: Where) -> Iterator[tuple[Where, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in _UNCHECKED_FIELDS:
                yield from _texts(inner, (*where, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*where, index))
