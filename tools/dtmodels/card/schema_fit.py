"""Validate a YAML document against a JSON Schema: typed values, and one problem with its position per defect.

Unlike a general validator, it converts text to the type that the schema requires, and it starts fast. It supports the
keywords of the card schema; a test compares its results with those of the `jsonschema` library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping as Dict
from datetime import date
from typing import Any, Literal

from dtbase.system.suggestions import did_you_mean, edit_distance, nearest_names
from dtmodels.yaml.document import (
    FieldPath,
    Mapping,
    ReadProblem,
    Scalar,
    Sequence,
    SourceChange,
    Span,
    YamlNode,
    locate,
)
from dtmodels.yaml.values import NotJson, is_null, other_reading, plain_value

Schema = Dict[str, Any]
DefectKind = Literal["missing", "type", "value"]
_RULES: Dict[DefectKind, str] = {"missing": "SCH002", "type": "SCH004", "value": "SCH004"}
_CONDITIONAL = "x-conditional"
"""Fields that only a condition requires: a card without them can still be linted."""
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_KINDS = {"object": "a mapping", "array": "a list", "string": "text", "integer": "an integer", "number": "a number"}


def validate_against_schema(root: Mapping, schema: Schema) -> tuple[dict[str, Any], list[ReadProblem]]:
    """Return the values of a document in the types of `schema`, and all problems in the order of the file.

    Values that do not fit are None or unchanged; unknown fields are omitted.
    """
    validator = _SchemaValidator(root, schema.get("definitions", {}))
    values = validator.object(root, schema, ())
    return values, sorted(validator.problems, key=lambda problem: (problem.span.line, problem.span.column))


def field_name(where: FieldPath) -> str:
    """Format a path for messages: `checkpoints[0].sha256`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    return text.removeprefix(".") or "the card"


class _SchemaValidator:
    def __init__(self, root: Mapping, definitions: Schema) -> None:
        self.root = root
        self.definitions = definitions
        self.problems: list[ReadProblem] = []

    def value(self, node: YamlNode, schema: Schema, where: FieldPath) -> Any:
        schema = self._effective(node, schema)
        if is_null(node):
            return self._report_missing(schema, where, f"{field_name(where)} has no value")
        match schema["type"], node:
            case "object", Mapping():
                return self.object(node, schema, where)
            case "array", Sequence():
                return self._list(node, schema, where)
            case "string", Scalar():
                return self._text(node, schema, where)
            case (("integer" | "number"), Scalar(plain=True)):
                return self._number(node, schema, where)
            case kind, _:
                what = f"{field_name(where)} is {_node_kind(node)}, not {_KINDS[kind]}"
                return self._report("type", schema, where, what, _example(schema, where), structural=True)

    def object(self, node: Mapping, schema: Schema, where: FieldPath) -> dict[str, Any]:
        schema = self._effective(node, schema)
        properties: Schema = schema.get("properties", {})
        additional = schema.get("additionalProperties", True)
        if not properties and additional is True:
            return self._free_form(node, where)  # type: ignore[no-any-return]
        values = {}
        unknown = []
        for key, inner in node.pairs:
            if key.text in properties:
                values[key.text] = self.value(inner, properties[key.text], (*where, key.text))
            elif additional is False:
                unknown.append(key)
            else:
                self._check_key(key, schema, (*where, key.text))
                values[key.text] = self.value(inner, additional, (*where, key.text))
        self._check_fields(node, schema, unknown, where)
        return values

    def _check_fields(self, node: Mapping, schema: Schema, unknown: list[Scalar], where: FieldPath) -> None:
        """Report unknown and missing fields; a misspelt field is one problem, not two."""
        missing = [name for name in schema.get("required", ()) if not node.get(name)]
        unused = [name for name in schema.get("properties", {}) if not node.get(name)] if unknown else []
        for key in unknown:
            intended = nearest_names(key.text, missing, limit=1)
            missing = [name for name in missing if name not in intended]
            known = did_you_mean(key.text, schema.get("properties", {}))
            fix = f"rename it to {intended[0]}" if intended else f"delete it, or fix its name; {known}"
            what = f"'{_short(key.text)}' is not a field of {field_name(where)}"
            change = _renamed((*where, key.text), intended or nearest_names(key.text, unused, limit=1))
            unused = [name for name in unused if not change or name != change.source]
            self._add("SCH003", (*where, key.text), what, fix, span=key.span, structural=bool(intended), change=change)
        for name in missing:
            inner = self._effective(None, schema["properties"][name])
            structural = name not in schema.get(_CONDITIONAL, ())
            self._report_missing(
                inner, (*where, name), f"{field_name((*where, name))} is missing", structural=structural
            )
        choices = [name for choice in schema.get("oneOf", ()) for name in choice["required"]]
        if choices and (present := sum(1 for name in choices if node.get(name))) != 1:
            what = f"{field_name(where)} has {'more than one' if present else 'none'} of {', '.join(choices)}"
            self._add("SCH004" if present else "SCH002", where, what, "set exactly one of them")

    def _check_key(self, key: Scalar, schema: Schema, where: FieldPath) -> None:
        self._warn_if_ambiguous(key, str, where, span=key.span)
        pattern = schema.get("propertyNames", {}).get("pattern", "")
        if not re.fullmatch(pattern, key.text):
            what = f"'{_short(key.text)}' is not well formed as a key of {field_name(where[:-1])}"
            self._add("SCH004", where, what, schema["description"], span=key.span)

    def _list(self, node: Sequence, schema: Schema, where: FieldPath) -> list[Any]:
        if not node.items and schema.get("minItems", 0):
            self._report_missing(schema, where, f"{field_name(where)} is empty", structural=False)
        elif len(node.items) < schema.get("minItems", 0):
            what = f"{field_name(where)} has {len(node.items)} entries, fewer than {schema['minItems']}"
            self._report("value", schema, where, what, _example(schema, where))
        if len(node.items) > schema.get("maxItems", len(node.items)):
            what = f"{field_name(where)} has {len(node.items)} entries, more than {schema['maxItems']}"
            self._report("value", schema, where, what, "shorten it")
        return [self.value(item, schema["items"], (*where, index)) for index, item in enumerate(node.items)]

    def _text(self, node: Scalar, schema: Schema, where: FieldPath) -> str:
        text = node.text
        self._warn_if_ambiguous(node, str, where)
        if not text.strip():
            self._report_missing(schema, where, f"{field_name(where)} is empty", structural=False)
        elif "const" in schema and text != schema["const"]:
            what = f"{field_name(where)} is '{_short(text)}', but only '{schema['const']}' is accepted"
            self._report("value", schema, where, what, schema["description"])
        elif text not in (known := schema.get("enum", [text])):
            what = f"{field_name(where)} cannot be '{_short(text)}'"
            self._report("value", schema, where, what, did_you_mean(text, known))
        elif not re.fullmatch(schema.get("pattern", r"(?s:.*)"), text):
            what = f"{field_name(where)} is '{_short(text)}', which is not well formed"
            self._report("value", schema, where, what, schema["description"])
        elif not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)):
            limits = f"{schema.get('minLength', 0)} to {schema['maxLength']}"
            what = f"{field_name(where)} has {len(text)} characters, not {limits}"
            self._report("value", schema, where, what, schema["description"])
        elif schema.get("format") == "date" and not _is_date(text):
            self._report(
                "value", schema, where, f"{field_name(where)} is '{text}', which is not a date", schema["description"]
            )
        return text

    def _number(self, node: Scalar, schema: Schema, where: FieldPath) -> float | None:
        try:
            value = plain_value(node.text)
        except NotJson:
            value = None
        integer = schema["type"] == "integer"
        if type(value) not in (int, float) or (integer and not _INTEGER.fullmatch(node.text)):
            what = f"{field_name(where)} is '{_short(node.text)}', not {_KINDS[schema['type']]}"
            self._report("type", schema, where, what, _example(schema, where), structural=True)
            return None
        self._warn_if_ambiguous(node, int if integer else float, where)
        if value != schema.get("const", value):
            what = f"{field_name(where)} is {node.text}, but only {schema['const']} is supported"
            self._report("value", schema, where, what, schema["description"])
        elif (
            value < schema.get("minimum", value)
            or value > schema.get("maximum", value)
            or ("exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"])
        ):
            what = f"{field_name(where)} is {node.text}, which is out of range"
            self._report("value", schema, where, what, _range(schema))
        return int(value) if integer else float(value)

    def _free_form(self, node: YamlNode, where: FieldPath) -> Any:
        """Convert a free-form value: plain scalars by the core schema of YAML 1.2."""
        match node:
            case Mapping():
                for key, _ in node.pairs:
                    self._warn_if_ambiguous(key, str, (*where, key.text), span=key.span)
                return {key.text: self._free_form(value, (*where, key.text)) for key, value in node.pairs}
            case Sequence():
                return [self._free_form(item, (*where, index)) for index, item in enumerate(node.items)]
            case Scalar() if not node.plain:
                return node.text
            case Scalar():
                return self._free_scalar(node, where)

    def _free_scalar(self, node: Scalar, where: FieldPath) -> Any:
        try:
            value = plain_value(node.text)
        except NotJson:
            what = f"{field_name(where)} is '{_short(node.text)}', which JSON cannot represent"
            return self._add("SCH004", where, what, "write a finite number, or put text in quotes")
        self._warn_if_ambiguous(node, type(value), where)
        return value

    def _warn_if_ambiguous(self, node: Scalar, kind: type, where: FieldPath, *, span: Span | None = None) -> None:
        if other := other_reading(node, kind):
            what = f"some YAML readers parse '{_short(node.text)}' without quotes as {other}"
            source = json.dumps(node.text if kind is str else plain_value(node.text), ensure_ascii=False)
            change = SourceChange(kind="key" if span else "value", where=where, source=source, safe=True)
            self._add("YML006", where, what, f"write {source}", span=span, severity="warning", change=change)

    def _effective(self, node: YamlNode | None, schema: Schema) -> Schema:
        """Resolve the references of a schema, its alternative for this node, and the branch of each condition."""
        for part in schema.get("allOf", ()):
            if name := part.get("$ref", "").rpartition("/")[2]:
                schema = {**self.definitions[name], **schema}
        if "anyOf" in schema:
            schema = {**_alternative(node, schema["anyOf"]), **schema}
        for part in [*schema.get("allOf", ()), schema]:
            if "if" in part and isinstance(node, Mapping):
                schema = _merged(schema, part.get("then" if _satisfies(node, part["if"]) else "else", {}))
        return schema

    def _report_missing(self, schema: Schema, where: FieldPath, what: str, *, structural: bool = True) -> None:
        self._report("missing", schema, where, what, _example(schema, where), structural=structural)

    def _report(
        self, defect: DefectKind, schema: Schema, where: FieldPath, what: str, fix: str, *, structural: bool = False
    ) -> None:
        rule = schema.get("x-rules", {}).get(defect) or _RULES[defect]
        fix = schema.get("x-fixes", {}).get(defect, fix)
        self._add(rule, where, what, fix, structural=structural)

    def _add(
        self,
        rule: str,
        where: FieldPath,
        what: str,
        fix: str,
        *,
        span: Span | None = None,
        structural: bool = False,
        severity: Literal["error", "warning"] = "error",
        change: SourceChange | None = None,
    ) -> None:
        problem = ReadProblem(
            rule=rule,
            span=span or locate(self.root, where),
            what=what,
            fix=fix,
            where=where,
            structural=structural,
            severity=severity,
            change=change,
        )
        self.problems.append(problem)


def _renamed(where: FieldPath, intended: list[str]) -> SourceChange | None:
    """Return the change that renames a field to the intended name; it is safe up to an edit distance of 2."""
    if not intended:
        return None
    safe = edit_distance(str(where[-1]), intended[0]) <= 2
    return SourceChange(kind="key", where=where, source=intended[0], safe=safe)


def _satisfies(node: Mapping, test: Schema) -> bool:
    """Check a mapping against an `if`, which only compares constants; an absent optional field satisfies it."""
    if not all(node.get(name) for name in test.get("required", ())):
        return False
    fields = ((node.get(name), expected) for name, expected in test["properties"].items())
    return all(
        isinstance(pair[1], Scalar) and pair[1].text in expected.get("enum", [expected.get("const")])
        for pair, expected in fields
        if pair
    )


def _alternative(node: YamlNode | None, alternatives: list[Schema]) -> Schema:
    """Return the alternative of a field for a mapping, a list or a scalar; the first one when there is none."""
    kind = {Mapping: "object", Sequence: "array"}.get(type(node), "string")
    return next((schema for schema in alternatives if schema["type"] == kind), alternatives[0])


def _merged(schema: Schema, branch: Schema) -> Schema:
    merged = {**schema, **branch}
    for name in schema.keys() & branch.keys():
        if isinstance(branch[name], dict):
            merged[name] = _merged(schema[name], branch[name])
        elif isinstance(branch[name], list):
            merged[name] = [*schema[name], *branch[name]]
    if "required" in branch:
        merged[_CONDITIONAL] = [*schema.get(_CONDITIONAL, ()), *branch["required"]]
    return merged


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _node_kind(node: YamlNode) -> str:
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar():
            return f"'{_short(node.text)}'" if node.plain else "text in quotes"


def _example(schema: Schema, where: FieldPath) -> str:
    """Return a fix for a field: a short example of the schema, or else the field's description."""
    example = json.dumps(schema["examples"][0], ensure_ascii=False)
    if len(example) > 80:
        return str(schema["description"])
    return (
        f"write for example `{where[-1]}: {example}`" if isinstance(where[-1], str) else f"write for example {example}"
    )


def _range(schema: Schema) -> str:
    words = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
    return "write a number " + " and ".join(f"{text} {schema[name]}" for name, text in words.items() if name in schema)


def _short(text: str) -> str:
    """Shorten a value to at most 60 characters on one line, for messages."""
    text = text.encode("unicode_escape").decode() if "\n" in text or "\r" in text else text
    return text if len(text) <= 60 else f"{text[:57]}..."
