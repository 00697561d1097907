"""The card schema, the dataclasses and the reader say the same."""

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
from dtmodels.yaml.document import compose

CARD = load_schema("card-v1")
KEYWORDS = {
    "$schema", "$id", "$ref", "title", "description", "examples", "definitions", "x-rules", "x-fixes",
    "type", "enum", "const", "pattern", "format", "minLength", "maxLength",
    "minimum", "maximum", "exclusiveMinimum", "items", "minItems", "maxItems",
    "properties", "required", "additionalProperties", "propertyNames", "allOf", "oneOf", "if", "then", "else",
}  # fmt: skip


def properties(form: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every property of a schema, with its path; conditions, which only add demands, are left out."""
    inner = dict(form.get("properties", {}))
    if isinstance(form.get("items"), dict):
        inner["[]"] = form["items"]
    if isinstance(form.get("additionalProperties"), dict) and "type" in form["additionalProperties"]:
        inner["*"] = form["additionalProperties"]
    for name, part in inner.items():
        yield f"{path}/{name}", part
        yield from properties(part, f"{path}/{name}")
    if not path:
        for name, part in form.get("definitions", {}).items():
            yield from properties({"properties": part.get("properties", {})}, f"#{name}")


def keywords(form: Any) -> Iterator[str]:
    if isinstance(form, dict):
        for name, part in form.items():
            yield name
            if name in {"properties", "definitions"}:
                yield from (word for inner in part.values() for word in keywords(inner))
            elif name not in {"examples", "x-rules", "x-fixes", "enum", "const", "required"}:
                yield from keywords(part)
    elif isinstance(form, list):
        for part in form:
            yield from keywords(part)


def part_of(form: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with its reference followed."""
    for part in form.get("allOf", ()):
        if "$ref" in part:
            return {**CARD["definitions"][part["$ref"].rpartition("/")[2]], **form}
    return form


def agree(kind: type[Any], form: Mapping[str, Any], path: str) -> None:
    """A dataclass has the fields of its schema, and demands the same ones."""
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    assert {field.name for field in fields} == set(form["properties"]), path
    empty = (dataclasses.MISSING, dataclasses.MISSING)
    assert {field.name for field in fields if (field.default, field.default_factory) == empty} == set(
        form.get("required", ())
    ), path
    for field in fields:
        agree_value(hints[field.name], part_of(form["properties"][field.name]), f"{path}.{field.name}")


def agree_value(hint: Any, form: Mapping[str, Any], path: str) -> None:
    inner = [choice for choice in typing.get_args(hint) if choice is not type(None)]
    if typing.get_origin(hint) is types.UnionType:
        return agree_value(inner[0], form, path)
    if dataclasses.is_dataclass(hint):
        return agree(typing.cast(type[Any], hint), form, path)
    if typing.get_origin(hint) is tuple:
        assert form["type"] == "array", path
        return agree_value(inner[0], form["items"], f"{path}[]")
    if len(inner) == 2 and isinstance(form.get("additionalProperties"), dict):
        return agree_value(inner[1], form["additionalProperties"], f"{path}.*")
    if len(inner) == 2 and dataclasses.is_dataclass(inner[1]):
        for name, part in form["properties"].items():
            agree_value(inner[1], part_of(part), f"{path}.{name}")
        return None
    expected = {str: "string", int: "integer", float: "number"}.get(hint, "object")
    assert form["type"] == expected, path
    return None


def test_the_dataclasses_are_the_typed_view_of_the_schema() -> None:
    agree(Card, CARD, "card")


@pytest.mark.parametrize("name", schema_names())
def test_a_schema_is_valid_draft_07(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(load_schema(name))


@pytest.mark.parametrize("name", schema_names())
def test_every_property_is_described_and_has_a_valid_example(name: str) -> None:
    whole = load_schema(name)
    for path, part in properties(whole):
        assert part.get("description", "").endswith("."), f"{name}{path}: no description"
        assert part.get("examples"), f"{name}{path}: no example"
        for example in part["examples"]:
            rooted = {**part, "definitions": whole.get("definitions", {})}
            jsonschema.Draft7Validator(rooted, format_checker=jsonschema.FormatChecker()).validate(example)


def test_the_reader_knows_every_keyword_the_card_schema_uses() -> None:
    assert set(keywords(CARD)) <= KEYWORDS


def test_patterns_are_anchored_and_mean_ascii_digits() -> None:
    for name in schema_names():
        for path, part in properties(load_schema(name)):
            for pattern in filter(None, (part.get("pattern"), part.get("propertyNames", {}).get("pattern"))):
                assert pattern.startswith("^") and pattern.endswith("$"), f"{name}{path}"
                assert "\\" not in pattern, f"{name}{path}: classes such as \\d match other scripts too"


def test_licences_are_never_a_closed_list() -> None:
    for path, part in properties(CARD):
        if "license" in path.rpartition("/")[2]:
            assert "enum" not in part, path


def test_every_rule_the_schema_names_exists() -> None:
    rules = {rule.id for rule in all_rules()}
    for path, part in properties(CARD):
        assert set(part.get("x-rules", {}).values()) <= rules, path


def full_card() -> dict[str, Any]:
    """A released card that uses every field, made of the schema's own examples."""
    card = {name: copy.deepcopy(part["examples"][0]) for name, part in CARD["properties"].items()}
    card["status"] = "released"
    card["checkpoints"] = [copy.deepcopy(CARD["properties"]["checkpoints"]["items"]["examples"][0])]
    card["training"]["datasets"] = [
        copy.deepcopy(CARD["properties"]["training"]["properties"]["datasets"]["items"]["examples"][0])
    ]
    return card


def changed(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The value with one thing wrong at a time: each part left out, or replaced by something of another kind."""
    if isinstance(value, dict):
        for name in value:
            yield f"{path} without {name}", {key: part for key, part in value.items() if key != name}
        yield f"{path} with more", {**value, "no_such_field": "x"}
    others = [
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
    for other in [*others, -1, 0, 0.5, 10**6] if isinstance(value, int | float) else others:
        yield f"{path} = {other!r:.20}", other
    if isinstance(value, dict):
        for name, part in value.items():
            for what, inner in changed(part, (*path, name)):
                yield what, {**value, name: inner}
    if isinstance(value, list):
        for index, part in enumerate(value):
            for what, inner in changed(part, (*path, index)):
                yield what, [*value[:index], inner, *value[index + 1 :]]


def accepted_by_reader(card: Any) -> bool:
    root, problems = compose(yaml.dump(card, Dumper=yaml.CSafeDumper, width=10_000))
    if not isinstance(root, Document):
        return False
    values, departures = validate_against_schema(root, CARD)
    wrong = [problem for problem in [*problems, *departures] if problem.severity == "error"]
    if not wrong:
        assert dataclasses.asdict(build_dataclass(Card, values))["id"] == card["id"]
    return not wrong


def test_the_reader_and_jsonschema_judge_a_thousand_cards_alike() -> None:
    judge = jsonschema.Draft7Validator(CARD, format_checker=jsonschema.FormatChecker())
    cases = [("unchanged", full_card()), *changed(full_card())]
    assert len(cases) > 1000
    assert judge.is_valid(full_card())
    different = [what for what, card in cases if accepted_by_reader(card) != judge.is_valid(card)]
    assert different == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("config-v1", {"id": "toy-model", "arch": None}),
        ("versions-v1", {"schema": 1, "models": {"toy-model": {"version": "1.0", "sha256": "ab"}}}),
        ("releases-index-v1", {"schema": 1, "compatible_releases": {"5.6": "v1"}}),
    ],
)
def test_a_file_that_breaks_its_schema_is_refused_with_its_name(name: str, value: Any) -> None:
    with pytest.raises(Failure, match=r"toy[.]json: .*breaks"):
        check_json(name, value, where="toy.json")


def test_the_schema_directory_is_found_in_a_checkout() -> None:
    assert {path.name for path in (Path(__file__).parents[2] / "schema").glob("*.schema.json")} == {
        f"{name}.schema.json" for name in schema_names()
    }
