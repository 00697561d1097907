"""The card schema, the dataclasses and the reader agree."""

import copy
import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from dtbase.system.errors import Failure
from dtmodels.card.model import Card
from dtmodels.card.reader import build_dataclass
from dtmodels.card.schema_fit import validate_against_schema
from dtmodels.card.schemas import check_json, load_schema, schema_names
from dtmodels.lint.registry import all_rules
from dtmodels.yaml.document import Mapping as Document
from dtmodels.yaml.document import compose_document

CARD = load_schema("card-v1")
KEYWORDS = {
    "$schema", "$id", "$ref", "title", "description", "examples", "definitions", "x-rules", "x-fixes",
    "type", "enum", "const", "pattern", "format", "minLength", "maxLength",
    "minimum", "maximum", "exclusiveMinimum", "items", "minItems", "maxItems",
    "properties", "required", "additionalProperties", "propertyNames", "allOf", "oneOf", "anyOf", "if", "then", "else",
}  # fmt: skip


def properties(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every property of a schema with its path, without conditions, which only add requirements."""
    inner = dict(schema.get("properties", {}))
    if isinstance(schema.get("items"), dict):
        inner["[]"] = schema["items"]
    if isinstance(schema.get("additionalProperties"), dict) and "type" in schema["additionalProperties"]:
        inner["*"] = schema["additionalProperties"]
    for name, part in inner.items():
        yield f"{path}/{name}", part
        yield from properties(part, f"{path}/{name}")
    if not path:
        for name, part in schema.get("definitions", {}).items():
            yield from properties({"properties": part.get("properties", {})}, f"#{name}")


def keywords(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for name, part in schema.items():
            yield name
            if name in {"properties", "definitions"}:
                yield from (keyword for inner in part.values() for keyword in keywords(inner))
            elif name not in {"examples", "x-rules", "x-fixes", "enum", "const", "required"}:
                yield from keywords(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from keywords(part)


def resolve(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Resolve the reference of a schema."""
    for part in schema.get("allOf", ()):
        if "$ref" in part:
            return {**CARD["definitions"][part["$ref"].rpartition("/")[2]], **schema}
    return schema


def assert_fields_agree(kind: type[Any], schema: Mapping[str, Any], path: str) -> None:
    """Assert that a dataclass has the fields of its schema, with the same required ones."""
    hints = typing.get_type_hints(kind)
    fields = [field for field in dataclasses.fields(kind) if not field.metadata.get("found_out")]
    assert {field.name for field in fields} == set(schema["properties"]), path
    empty = (dataclasses.MISSING, dataclasses.MISSING)
    assert {field.name for field in fields if (field.default, field.default_factory) == empty} == set(
        schema.get("required", ())
    ), path
    for field in fields:
        assert_types_agree(hints[field.name], resolve(schema["properties"][field.name]), f"{path}.{field.name}")


def assert_types_agree(hint: Any, schema: Mapping[str, Any], path: str) -> None:
    inner, schema = [choice for choice in typing.get_args(hint) if choice is not type(None)], resolve(schema)
    if "anyOf" in schema:
        for choice, alternative in zip(inner, schema["anyOf"], strict=True):
            assert_types_agree(choice, alternative, path)
        return None
    if typing.get_origin(hint) is types.UnionType:
        return assert_types_agree(inner[0], schema, path)
    if dataclasses.is_dataclass(hint):
        return assert_fields_agree(typing.cast(type[Any], hint), schema, path)
    if typing.get_origin(hint) is tuple:
        assert schema["type"] == "array", path
        return assert_types_agree(inner[0], schema["items"], f"{path}[]")
    if len(inner) == 2 and isinstance(schema.get("additionalProperties"), dict):
        return assert_types_agree(inner[1], schema["additionalProperties"], f"{path}.*")
    if len(inner) == 2 and dataclasses.is_dataclass(inner[1]):
        for name, part in schema["properties"].items():
            assert_types_agree(inner[1], resolve(part), f"{path}.{name}")
        return None
    expected = {str: "string", int: "integer", float: "number"}.get(hint, "object")
    assert schema["type"] == expected, path
    return None


def test_dataclasses_agree_with_the_card_schema() -> None:
    assert_fields_agree(Card, CARD, "card")


@pytest.mark.parametrize("name", schema_names())
def test_schema_is_valid_draft_07(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(load_schema(name))


@pytest.mark.parametrize("name", schema_names())
def test_every_property_has_a_description_and_valid_examples(name: str) -> None:
    schema = load_schema(name)
    for path, part in properties(schema):
        assert part.get("description", "").endswith("."), f"{name}{path}: no description"
        assert part.get("examples"), f"{name}{path}: no example"
        for example in part["examples"]:
            rooted = {**part, "definitions": schema.get("definitions", {})}
            jsonschema.Draft7Validator(rooted, format_checker=jsonschema.FormatChecker()).validate(example)


def test_reader_supports_every_keyword_of_the_card_schema() -> None:
    assert set(keywords(CARD)) <= KEYWORDS


def test_patterns_are_anchored_and_use_no_character_classes() -> None:
    for name in schema_names():
        for path, part in properties(load_schema(name)):
            for pattern in filter(None, (part.get("pattern"), part.get("propertyNames", {}).get("pattern"))):
                assert pattern.startswith("^") and pattern.endswith("$"), f"{name}{path}"
                assert "\\" not in pattern, f"{name}{path}: classes such as \\d match digits of other scripts too"


def test_licence_fields_have_no_enum() -> None:
    for path, part in properties(CARD):
        if "license" in path.rpartition("/")[2]:
            assert "enum" not in part, path


def test_rules_named_by_the_schema_exist() -> None:
    rules = {rule.id for rule in all_rules()}
    for path, part in properties(CARD):
        assert set(part.get("x-rules", {}).values()) <= rules, path


def full_card() -> dict[str, Any]:
    """Return a released card with every field, built from the examples of the schema."""
    card = {name: copy.deepcopy(part["examples"][0]) for name, part in CARD["properties"].items()}
    card["status"] = "released"
    checkpoint = CARD["properties"]["checkpoints"]["items"]
    member = copy.deepcopy(checkpoint["properties"]["member"]["examples"][0])
    card["checkpoints"] = [{**copy.deepcopy(checkpoint["examples"][0]), "member": member}]
    card["training"]["datasets"] = [
        copy.deepcopy(CARD["properties"]["training"]["properties"]["datasets"]["items"]["examples"][0])
    ]
    return card


def mutations(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield variants of a value with one fault each: a part missing, added, or replaced by a value of another kind."""
    if isinstance(value, dict):
        for name in value:
            yield f"{path} without {name}", {key: part for key, part in value.items() if key != name}
        yield f"{path} with more", {**value, "no_such_field": "x"}
    replacements = [
        "wrong",
        ["wrong"],
        [],
        {"wrong": "wrong"},
        {},
        "2026-02-30",
        "x" * 3000,
        "https://a.b",
        "none",
        "self",
        "1.0",
        "f" * 64,
    ]
    numbers = [-1, 0, 0.5, 10**6] if isinstance(value, int | float) else []
    for replacement in [*replacements, *numbers]:
        yield f"{path} = {replacement!r:.20}", replacement
    if isinstance(value, dict):
        for name, part in value.items():
            for what, inner in mutations(part, (*path, name)):
                yield what, {**value, name: inner}
    if isinstance(value, list):
        for index, part in enumerate(value):
            for what, inner in mutations(part, (*path, index)):
                yield what, [*value[:index], inner, *value[index + 1 :]]


def accepted_by_reader(card: Any) -> bool:
    root, problems = compose_document(yaml.dump(card, Dumper=yaml.CSafeDumper, width=10_000))
    if not isinstance(root, Document):
        return False
    values, departures = validate_against_schema(root, CARD)
    errors = [problem for problem in [*problems, *departures] if problem.severity == "error"]
    if not errors:
        assert dataclasses.asdict(build_dataclass(Card, values))["id"] == card["id"]
    return not errors


def test_reader_and_jsonschema_agree_on_a_thousand_cards() -> None:
    validator = jsonschema.Draft7Validator(CARD, format_checker=jsonschema.FormatChecker())
    cases = [("unchanged", full_card()), *mutations(full_card())]
    assert len(cases) > 1000
    assert validator.is_valid(full_card())
    different = [what for what, card in cases if accepted_by_reader(card) != validator.is_valid(card)]
    assert different == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("config-v1", {"id": "toy-model", "arch": None}),
        ("versions-v1", {"schema": 1, "models": {"toy-model": {"version": "1.0", "sha256": "ab"}}}),
        ("releases-index-v1", {"schema": 1, "compatible_releases": {"5.6": "v1"}}),
    ],
)
def test_file_that_breaks_its_schema_is_rejected_with_its_name(name: str, value: Any) -> None:
    with pytest.raises(Failure, match=r"toy[.]json: .*breaks"):
        check_json(name, value, where="toy.json")


def test_schema_directory_of_a_checkout_is_found() -> None:
    assert {path.name for path in (Path(__file__).parents[2] / "schema").glob("*.schema.json")} == {
        f"{name}.schema.json" for name in schema_names()
    }
