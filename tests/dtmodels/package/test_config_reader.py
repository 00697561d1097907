from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dtmodels.findings.check_report import CheckProblem
from dtmodels.package.config_keys import check_keys
from dtmodels.package.config_reader import MISSING, PackageConfig, read_config

VALID = {"id": "toy", "name": "toy", "task": "denoise", "version": "1.0", "model_card": {}}


def read_bytes(tmp_path: Path, data: bytes) -> tuple[PackageConfig | None, list[CheckProblem]]:
    (tmp_path / "config.json").write_bytes(data)
    return read_config(tmp_path)


def key_problems(**changed: Any) -> list[CheckProblem]:
    values = {key: value for key, value in {**VALID, **changed}.items() if value is not ...}
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
        (b'{"a": 1e999}', "too large"),
        (b'{"a": %s}' % (b"9" * 5000), "too large"),
        (b'{"a": 9223372036854775808}', "too large"),
        (b'{"\\ud800": 1}', "half a character"),
    ],
)
def test_unparsable_file_is_an_error_with_its_cause(tmp_path: Path, data: bytes, cause: str) -> None:
    config, (problem,) = read_bytes(tmp_path, data)
    assert config is None
    assert problem.code == "config.syntax"
    assert any(word in problem.what for word in cause.split("|"))


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    config, (problem,) = read_config(tmp_path)
    assert (config, problem.code) == (None, "config.absent")


def test_byte_order_mark_is_a_warning(tmp_path: Path) -> None:
    config, (problem,) = read_bytes(tmp_path, b"\xef\xbb\xbf" + json.dumps(VALID).encode())
    assert config is not None
    assert (config.text("id"), problem.severity, problem.code) == ("toy", "warning", "config.byte-order-mark")


@pytest.mark.parametrize(("size", "severity"), [(64 << 10, None), ((64 << 10) + 1, "warning"), (1 << 20, "warning")])
def test_large_file_is_a_warning(tmp_path: Path, size: int, severity: str | None) -> None:
    data = json.dumps({**VALID, "description": ""}).encode()
    config, problems = read_bytes(tmp_path, data.replace(b'""', b'"%s"' % (b"x" * (size - len(data))), 1))
    assert config is not None
    assert [problem.severity for problem in problems] == ([severity] if severity else [])


def test_huge_file_is_an_error_and_not_parsed(tmp_path: Path) -> None:
    config, (problem,) = read_bytes(tmp_path, b"[" * ((1 << 20) + 1))
    assert (config, problem.severity, problem.code) == (None, "error", "config.size")


def test_repeated_key_is_an_error_and_the_last_value_wins(tmp_path: Path) -> None:
    config, (problem,) = (
        read_bytes(tmp_path, b'{"a": {"id": "x", "id": "y"}, "id": "first", "id": "last"}')[0],
        read_bytes(tmp_path, b'{"id": "first", "id": "last"}')[1],
    )
    assert config is not None
    assert config.text("id") == "last"
    assert (problem.code, problem.where) == ("config.repeated-key", "config.json: id")


@pytest.mark.parametrize("value", [1.0, "v1.0", "1", "1.0.1", None, ..., "1.0 ", "", "١.٠"])
def test_version_must_be_a_pair_of_integers(value: Any) -> None:
    (problem,) = key_problems(version=value)
    assert (problem.code, bool(problem.reason)) == ("config.version", True)


@pytest.mark.parametrize(("value", "word"), [(None, "crashes"), (1, "crashes"), ("tflite", "rejects")])
def test_unknown_backend_is_an_error(value: Any, word: str) -> None:
    (problem,) = key_problems(backend=value)
    assert problem.code == "config.backend"
    assert word in problem.what


def test_backend_is_optional() -> None:
    assert key_problems(backend=...) == []


@pytest.mark.parametrize("key", ["id", "name", "task"])
@pytest.mark.parametrize("value", [None, 7, "", ...])
def test_id_name_and_task_must_be_non_empty_strings(key: str, value: Any) -> None:
    (problem,) = key_problems(**{key: value})
    assert (problem.severity, problem.code) == ("error", f"config.{key}")


def test_id_must_equal_the_directory_name() -> None:
    (problem,) = key_problems(id="other")
    assert problem.code == "config.id-folder"


@pytest.mark.parametrize("changed", [{"description": None}, {"model_card": {"author": 5}}, {"model_card": []}])
def test_texts_must_be_strings_because_darktable_drops_other_values(changed: dict[str, Any]) -> None:
    (problem,) = key_problems(**changed)
    assert (problem.code, bool(problem.reason)) == ("config.text", True)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"arch": None}, "config.arch"),
        ({"model_card": ...}, "config.model-card"),
    ],
)
def test_harmless_problems_are_warnings(changed: dict[str, Any], code: str) -> None:
    (problem,) = key_problems(**changed)
    assert (problem.severity, problem.code) == ("warning", code)


@pytest.mark.parametrize(
    ("key", "intended"),
    [
        ("ort_optimisation", "ort_optimization"),
        ("cpuOnly", "cpu_only"),
        ("coreml-format", "coreml_format"),
        ("Attributes", "attributes"),
        ("attribute", "attributes"),
        ("model_cart", "model_card"),
    ],
)
def test_misspelt_key_is_a_warning_with_the_intended_one(key: str, intended: str) -> None:
    (problem,) = key_problems(**{key: "all"})
    assert (problem.severity, problem.code) == ("warning", "config.unknown-key")
    assert problem.fix == f"rename it to {intended}"


def test_keys_of_other_programs_have_no_problems() -> None:
    assert key_problems(tiling=True, type="multi", dep_group="nind", stand_in=0, checkpoints=[], tags={}) == []


def test_setting_of_the_loader_among_the_attributes_is_a_warning() -> None:
    (problem,) = key_problems(attributes={"cpu_only": ["CUDA"]})
    assert (problem.code, problem.where) == ("config.unknown-key", "config.json: attributes.cpu_only")


def test_attributes_must_be_an_object() -> None:
    (problem,) = key_problems(attributes=[1])
    assert problem.code == "config.attributes"


def attributes(**values: Any) -> PackageConfig:
    return PackageConfig(values={"attributes": values})


def test_attributes_are_accessed_by_dotted_path() -> None:
    config = attributes(model_x2={"input_sizes": [64]}, **{"a.b": 1})
    assert config.integers("model_x2.input_sizes") == (64,)
    assert config.attribute("a.b") is MISSING
    assert config.attribute("model_x2.input_sizes.deeper") is MISSING


@pytest.mark.parametrize(("value", "expected"), [("text", "text"), (5, None), (None, None), (True, None)])
def test_string_accepts_only_strings(value: Any, expected: str | None) -> None:
    assert attributes(a=value).string("a") == expected


@pytest.mark.parametrize(("value", "expected"), [(True, True), (2, True), (0, False), ("true", False), (None, True)])
def test_boolean_of_a_string_is_false_and_of_null_the_default(value: Any, expected: bool) -> None:
    assert attributes(a=value).boolean("a", default=True) is expected


@pytest.mark.parametrize(("value", "expected"), [(4, 4), (4.9, 4), (True, 1), ("4", 0), (None, 9), ([4], 9)])
def test_integer_of_a_string_is_zero_and_of_null_the_default(value: Any, expected: int) -> None:
    assert attributes(a=value).integer("a", 9) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [([8, 9.5], (8, 9)), (8, ()), (["8"], (0,)), ([], ()), ([1] * 300, (1,) * 256)]
)
def test_integers_returns_at_most_256_items(value: Any, expected: tuple[int, ...]) -> None:
    assert attributes(a=value).integers("a") == expected
