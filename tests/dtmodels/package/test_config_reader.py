from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dtmodels.findings.check_report import CheckProblem
from dtmodels.package.config_keys import check_keys
from dtmodels.package.config_reader import MISSING, PackageConfig, read_config

GOOD = {"id": "toy", "name": "toy", "task": "denoise", "version": "1.0", "model_card": {}}


def found(tmp_path: Path, data: bytes) -> tuple[PackageConfig | None, list[CheckProblem]]:
    (tmp_path / "config.json").write_bytes(data)
    return read_config(tmp_path)


def keys(**changed: Any) -> list[CheckProblem]:
    values = {key: value for key, value in {**GOOD, **changed}.items() if value is not ...}
    return list(check_keys(PackageConfig(values=values), "toy"))


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"/* c */ {}", "comment"),
        (b"// c\n{}", "comment"),
        (b'{"a": 1,}', "Illegal trailing comma|property name"),
        (b'{"a": "\xe9"}', "UTF-8"),
        (b'{"a": NaN}', "NaN"),
        (b"[1]", "a list instead of an object"),
        (b"42", "a number instead of an object"),
        (b"null", "null instead of an object"),
        (b"[" * 100_000, "nested"),
    ],
)
def test_what_darktable_cannot_parse_is_an_error_with_its_cause(tmp_path: Path, data: bytes, cause: str) -> None:
    config, (problem,) = found(tmp_path, data)
    assert config is None
    assert problem.code == "config.syntax"
    assert any(word in problem.what for word in cause.split("|"))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    config, (problem,) = read_config(tmp_path)
    assert (config, problem.code) == (None, "config.absent")


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    config, problems = found(tmp_path, b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert config is not None
    assert (config.text("id"), problems) == ("toy", [])


def test_of_equal_keys_the_last_one_wins_and_it_is_an_error(tmp_path: Path) -> None:
    config, (problem,) = (
        found(tmp_path, b'{"a": {"id": "x", "id": "y"}, "id": "first", "id": "last"}')[0],
        found(tmp_path, b'{"id": "first", "id": "last"}')[1],
    )
    assert config is not None
    assert config.text("id") == "last"
    assert (problem.code, problem.where) == ("config.repeated-key", "config.json: id")


@pytest.mark.parametrize("value", [1.0, "v1.0", "1", "1.0.1", None, ..., "1.0 ", "", "١.٠"])
def test_a_version_that_is_no_pair_of_integers_is_an_error(value: Any) -> None:
    (problem,) = keys(version=value)
    assert (problem.code, bool(problem.reason)) == ("config.version", True)


@pytest.mark.parametrize(("value", "word"), [(None, "crashes"), (1, "crashes"), ("tflite", "rejects")])
def test_a_wrong_backend_is_an_error(value: Any, word: str) -> None:
    (problem,) = keys(backend=value)
    assert problem.code == "config.backend"
    assert word in problem.what


def test_no_backend_is_fine() -> None:
    assert keys(backend=...) == []


@pytest.mark.parametrize("key", ["id", "name", "task"])
@pytest.mark.parametrize("value", [None, 7, "", ...])
def test_identity_has_to_be_strings(key: str, value: Any) -> None:
    (problem,) = keys(**{key: value})
    assert (problem.severity, problem.code) == ("error", f"config.{key}")


def test_the_id_is_the_directory() -> None:
    (problem,) = keys(id="other")
    assert problem.code == "config.id-folder"


@pytest.mark.parametrize("changed", [{"description": None}, {"model_card": {"author": 5}}, {"model_card": []}])
def test_texts_that_are_no_strings_are_errors_because_darktable_drops_them(changed: dict[str, Any]) -> None:
    (problem,) = keys(**changed)
    assert (problem.code, bool(problem.reason)) == ("config.text", True)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"arch": None}, "config.arch"),
        ({"model_card": ...}, "config.model-card"),
        ({"cpu_only": ["CUDA", "cuda9"]}, "config.cpu-only"),
        ({"cpu_only": {"model": "CUDA"}}, "config.cpu-only"),
    ],
)
def test_harmless_oddities_are_warnings(changed: dict[str, Any], code: str) -> None:
    (problem,) = keys(**changed)
    assert (problem.severity, problem.code) == ("warning", code)


def test_providers_are_known_in_any_case() -> None:
    assert keys(cpu_only={"model": ["coreml", "CUDA", "DirectML"]}) == []


def test_attributes_that_are_no_object_are_an_error() -> None:
    (problem,) = keys(attributes=[1])
    assert problem.code == "config.attributes"


def attributes(**values: Any) -> PackageConfig:
    return PackageConfig(values={"attributes": values})


def test_attributes_are_looked_up_by_dotted_path() -> None:
    config = attributes(model_x2={"input_sizes": [64]}, **{"a.b": 1})
    assert config.integers("model_x2.input_sizes") == (64,)
    assert config.attribute("a.b") is MISSING
    assert config.attribute("model_x2.input_sizes.deeper") is MISSING


@pytest.mark.parametrize(("value", "read_as"), [("text", "text"), (5, None), (None, None), (True, None)])
def test_only_strings_count_as_strings(value: Any, read_as: str | None) -> None:
    assert attributes(a=value).string("a") == read_as


@pytest.mark.parametrize(("value", "read_as"), [(True, True), (2, True), (0, False), ("true", False), (None, True)])
def test_a_string_is_false_and_null_the_default(value: Any, read_as: bool) -> None:
    assert attributes(a=value).boolean("a", default=True) is read_as


@pytest.mark.parametrize(("value", "read_as"), [(4, 4), (4.9, 4), (True, 1), ("4", 0), (None, 9), ([4], 9)])
def test_a_string_is_zero_and_null_the_default(value: Any, read_as: int) -> None:
    assert attributes(a=value).integer("a", 9) == read_as


@pytest.mark.parametrize(
    ("value", "read_as"), [([8, 9.5], (8, 9)), (8, ()), (["8"], (0,)), ([], ()), ([1] * 300, (1,) * 256)]
)
def test_lists_hold_at_most_256_numbers(value: Any, read_as: tuple[int, ...]) -> None:
    assert attributes(a=value).integers("a") == read_as
