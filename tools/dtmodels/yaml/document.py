"""Strict YAML documents: ambiguous constructs are rejected, and every value has a position.

PyYAML's loaders keep the last of two equal keys, expand nested aliases for minutes, and read `1.10` as 1.1. Here the
bytes are checked first, then the parse events, and only then nodes are built. Each scalar stays text until
`dtmodels.card.schema_fit` converts it to the type of the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import yaml

MAX_DOCUMENT_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_NODES = 20_000
MAX_CHARACTERS = 8 * 1024

_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff"
_INVISIBLE = (
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f\u2800\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), blanks that are letters or symbols included."""
_DIRECTION = r"\u061c\u202a-\u202e\u2066-\u2069"
HIDDEN_CHARACTERS = re.compile(f"[{_CONTROL}{_INVISIBLE}{_DIRECTION}]")
"""Characters invisible to a reviewer: controls, unusual line breaks, zero-width characters, direction marks."""

FieldPath = tuple[str | int, ...]
"""Path of a value in a document: keys and list positions."""


@dataclass(frozen=True, slots=True)
class Span:
    """A position in a file: line and columns count from 1; `end` is the column after the last character of the line."""

    line: int
    column: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChange:
    """An automatic change of the source text; all other text is unchanged, comments included."""

    kind: Literal["value", "key", "delete"]
    """Replace a value, replace a key, or delete an entry."""
    where: FieldPath
    source: str = ""
    """The new value or key, as YAML source."""
    safe: bool = False
    """True when the change keeps the meaning of the card, or its intent is unambiguous."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadProblem:
    """A problem of a document, and the lint rule that reports it."""

    rule: str
    span: Span
    what: str
    fix: str
    where: FieldPath = ()
    severity: Literal["error", "warning"] = "error"
    structural: bool = False
    """True when a value is missing or has another type, so that no `Card` can be built."""
    change: SourceChange | None = None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as the text in the file; `plain` when it has no quotes."""

    text: str
    plain: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: list[YamlNode]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order of the file; keys are unique."""

    pairs: list[tuple[Scalar, YamlNode]]
    span: Span

    def get(self, name: str) -> tuple[Scalar, YamlNode] | None:
        """Return the key `name` and its value, or None."""
        return next((pair for pair in self.pairs if pair[0].text == name), None)


YamlNode = Scalar | Sequence | Mapping


class UnreadableDocument(Exception):
    """A problem that makes reading the rest of the document impossible."""

    def __init__(self, problem: ReadProblem) -> None:
        super().__init__(problem.what)
        self.problem = problem


def decode_document(data: bytes) -> str:
    """Decode the bytes of a file.

    Raises:
        UnreadableDocument: the file is too large, not UTF-8, or contains hidden characters.
    """
    if len(data) > MAX_DOCUMENT_BYTES:
        raise _unreadable(
            "YML001", Span(1, 1, 1), f"the file is larger than {MAX_DOCUMENT_BYTES // 1024} KiB", "shorten it"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        preceding = data[: exc.start].decode("utf-8-sig")
        what = f"byte 0x{data[exc.start]:02x} is not UTF-8"
        raise _unreadable("YML001", _span_after(preceding, 1), what, "save the file as UTF-8") from exc
    if hidden := HIDDEN_CHARACTERS.search(text):
        raise _unreadable("YML001", _span_after(text[: hidden.start()], 1), _hidden(hidden), "remove it")
    return text


def compose_document(text: str) -> tuple[YamlNode | None, list[ReadProblem]]:
    """Build the nodes of a decoded document, and collect problems that do not prevent reading.

    Returns:
        The root, or None when the document is empty, and the problems.

    Raises:
        UnreadableDocument: the text is not a single plain YAML document within the limits.
    """
    composer = _Composer(text)
    return composer.document(), composer.problems


def node_span(node: YamlNode) -> Span:
    """Return the span to report for a node: a block collection is represented by its first key or item."""
    match node:
        case Mapping(pairs=[(key, _), *_]):
            return key.span
        case Sequence(items=[first, *_]):
            return node_span(first)
        case _:
            return node.span


def locate(root: YamlNode, where: FieldPath) -> Span:
    """Return the span of the value at a path, or of its nearest existing parent; a collection by its key.

    A field that is missing from the root is located at the start of the document.
    """
    top = node_span(root)
    span, node = Span(top.line, top.column, top.column), root
    for step in where:
        if isinstance(node, Mapping) and isinstance(step, str) and (pair := node.get(step)):
            key, node = pair
            span = node.span if isinstance(node, Scalar) and node.span.end > node.span.column else key.span
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            span = node_span(node)
        else:
            break
    return span


def locate_part(root: YamlNode, where: FieldPath, start: int, end: int) -> Span:
    """Return the span of the characters `start` to `end` of a scalar, from 0; of all of it when escapes hide them."""
    span, node = locate(root, where), root
    for step in where:
        if isinstance(node, Mapping) and isinstance(step, str) and (pair := node.get(step)):
            node = pair[1]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
    if not isinstance(node, Scalar):
        return span
    quote = 0 if node.plain else 1
    if span.end - span.column != len(node.text) + 2 * quote:
        return span
    first = span.column + quote + start
    return Span(span.line, first, first + max(1, end - start))


class _Composer:
    """Builds nodes and counts them, so that a hostile file is rejected before it uses many resources."""

    def __init__(self, text: str) -> None:
        self.problems: list[ReadProblem] = []
        self.lines = text.splitlines()
        self.events = _events(text)
        self.nodes = 0

    def document(self) -> YamlNode | None:
        next(self.events)
        start = next(self.events)
        if isinstance(start, yaml.StreamEndEvent):
            return None
        if start.version or start.tags:
            raise _unreadable("YML004", self._span(start), "a directive is not allowed", "delete the line")
        root = self._node(next(self.events), depth=1)
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _unreadable(
                "YML002", self._span(after), "a second document starts here", "keep one document in a file"
            )
        return root

    def _node(self, event: Any, depth: int) -> YamlNode:
        self._check_event(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                items.append(self._node(inner, depth + 1))
            return Sequence(items, self._span(event))
        return self._mapping(event, depth)

    def _mapping(self, start: Any, depth: int) -> Mapping:
        mapping = Mapping([], self._span(start))
        seen: dict[str, Scalar] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, depth)
            value = self._node(next(self.events), depth + 1)
            if first := seen.get(key.text):
                what = f"'{key.text}' is set twice; the first time in line {first.span.line}"
                problem = ReadProblem(rule="YML003", span=key.span, what=what, fix="delete one of the two")
                self.problems.append(problem)
                continue
            seen[key.text] = key
            mapping.pairs.append((key, value))
        return mapping

    def _key(self, event: Any, depth: int) -> Scalar:
        key = self._node(event, depth + 1)
        if not isinstance(key, Scalar) or (key.plain and not key.text):
            raise _unreadable("YML002", node_span(key), "a key must be one piece of text", "write `key: value`")
        if key.plain and key.text == "<<":
            raise _unreadable("YML004", key.span, "a merge key is not allowed", "write the keys out")
        return key

    def _scalar(self, event: Any) -> Scalar:
        span = self._span(event)
        if len(event.value) > MAX_CHARACTERS:
            what = f"one value has {len(event.value)} characters, more than {MAX_CHARACTERS}"
            raise _unreadable("YML005", span, what, "shorten it")
        if hidden := HIDDEN_CHARACTERS.search(event.value):
            raise _unreadable("YML001", span, _hidden(hidden), "remove it")
        return Scalar(event.value, not event.style, span)

    def _check_event(self, event: Any, depth: int) -> None:
        """Reject constructs that a card never needs or that make reading expensive."""
        self.nodes += 1
        if isinstance(event, yaml.AliasEvent):
            raise self._rejected("YML004", event, f"alias *{event.anchor} is not allowed", "write the value out")
        if event.anchor:
            raise self._rejected("YML004", event, f"anchor &{event.anchor} is not allowed", "delete it")
        if event.tag:
            raise self._rejected("YML004", event, "a tag is not allowed", "delete it; the schema knows the type")
        if depth > MAX_DEPTH:
            raise self._rejected("YML005", event, f"nested deeper than {MAX_DEPTH} levels", "reduce the nesting")
        if self.nodes > MAX_NODES:
            raise self._rejected("YML005", event, f"more than {MAX_NODES} keys and values", "shorten it")

    def _rejected(self, rule: str, event: Any, what: str, fix: str) -> UnreadableDocument:
        return _unreadable(rule, self._span(event), what, fix)

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        if start.line == end.line:
            return Span(start.line + 1, start.column + 1, end.column + 1)
        length = len(self.lines[start.line].rstrip()) if start.line < len(self.lines) else 0
        return Span(start.line + 1, start.column + 1, max(length, start.column) + 1)


def _events(text: str) -> Iterator[Any]:
    """Parse events with libyaml if available; error messages come from PyYAML's own parser."""
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.YAMLError as exc:
        raise _syntax(_same_error_in_python(text) or exc) from exc


def _same_error_in_python(text: str) -> yaml.YAMLError | None:
    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except yaml.YAMLError as exc:
        return exc
    return None


_SYNTAX = {
    r"found unexpected end of stream": ("quoted text that starts here never ends", "close the quote"),
    r"found character '\\t'": ("a tab is used where only spaces are allowed", "indent with spaces"),
    r"found character": ("a value may not start with this character", "put the value in quotes"),
    r"mapping values are not allowed": (
        "a colon is used where no key is allowed",
        "put the value in quotes, or fix the indentation",
    ),
    r"could not find expected ':'": ("a line that is neither a key with a colon nor a list item", "write `key: value`"),
    r"expected <block end>, but found '<scalar>'": (
        "text follows a complete value",
        "check that every quote here and in the lines above is closed",
    ),
    r"expected <block end>": ("the indentation does not match the lines above", "align it with the lines above"),
    r"expected ',' or": ("a bracket or brace is not closed, or a comma is missing", "close it on the same line"),
}
"""Messages and fixes for common syntax errors, by PyYAML's message."""


def _syntax(exc: yaml.YAMLError) -> UnreadableDocument:
    original = getattr(exc, "problem", None) or str(exc).splitlines()[0]
    known = (texts for pattern, texts in _SYNTAX.items() if re.match(pattern, original))
    what, fix = next(known, (original, "fix the syntax"))
    mark = getattr(exc, "problem_mark", None)
    if original.startswith(("found unexpected end", "could not find")):
        mark = getattr(exc, "context_mark", None) or mark
    span = Span(mark.line + 1, mark.column + 1, mark.column + 2) if mark else Span(1, 1, 1)
    return _unreadable("YML002", span, f"not valid YAML: {what}", fix)


def _span_after(preceding: str, width: int) -> Span:
    """Return the span after the text `preceding`, with the line breaks of YAML."""
    lines = re.split(r"\r\n|\r|\n", preceding)
    column = len(lines[-1]) + 1
    return Span(len(lines), column, column + width)


def _hidden(match: re.Match[str]) -> str:
    return f"character U+{ord(match[0]):04X} is invisible"


def _unreadable(rule: str, span: Span, what: str, fix: str) -> UnreadableDocument:
    return UnreadableDocument(ReadProblem(rule=rule, span=span, what=what, fix=fix, structural=True))
