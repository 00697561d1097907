"""Names in an archive: what Windows or another system cannot hold is an error, with its cause."""

from __future__ import annotations

import pytest

from dtmodels.findings.check_report import CheckProblem
from dtmodels.package.entry_names import check_names


def problems(*names: str) -> list[CheckProblem]:
    return list(check_names([f"toy/{name}" for name in names], "toy"))


@pytest.mark.parametrize(
    "names",
    [
        ("config.json", "model.onnx", "LICENSE", "LICENSE-MIT.txt", ".hidden"),
        ("console.txt", "auxiliary.txt", "com.txt", "com10.txt", "nulls", "lpt.onnx", "a.con"),
        ("", "extra/", "extra/tags.json"),
        ("model x2.onnx", "n" * 170),
    ],
)
def test_usual_names_have_no_problems(names: tuple[str, ...]) -> None:
    assert problems(*names) == []


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("con", "device"),
        ("CON.onnx", "device"),
        ("aux.txt", "device"),
        ("nul.tar.gz", "device"),
        ("com1", "device"),
        ("LPT9.json", "device"),
        ("COM¹.txt", "device"),
        ("prn .txt", "device"),
        ("CONOUT$", "device"),
        ("aux/model.onnx", "device"),
        ("a:b.txt", "contains :"),
        ('a"<b>.txt', 'contains " < >'),
        ("what?.txt", "contains ?"),
        ("a|b*", "contains * |"),
        ("model.onnx.", "dot or a blank"),
        ("model.onnx ", "dot or a blank"),
        ("extra /model.onnx", "dot or a blank"),
        ("extra./", "dot or a blank"),
        ("n" * 177, "181 characters"),
        ("d/" * 90, "too long"),
        ("ü" * 150, "longer than 255 bytes"),
    ],
)
def test_name_that_windows_cannot_hold_is_an_error(name: str, cause: str) -> None:
    (problem,) = problems(name)
    assert (problem.severity, problem.code, problem.where) == ("error", "archive.windows-name", f"toy/{name}")
    assert cause in problem.what
    assert problem.reason


@pytest.mark.parametrize(
    "name", ["a\\b.onnx", "a//b.onnx", "./model.onnx", "extra/./x", "a\0b", "a\x1bb", "a\u202ebnno"]
)
def test_name_that_is_no_plain_path_is_an_error(name: str) -> None:
    (problem,) = problems(name)
    assert (problem.severity, problem.code) == ("error", "archive.name")


def test_name_outside_ascii_is_a_warning() -> None:
    (problem,) = problems("modèle.onnx")
    assert (problem.severity, problem.code) == ("warning", "archive.name")


@pytest.mark.parametrize("names", [("Model.onnx", "model.onnx"), ("STRASSE", "straße"), ("é.txt", "e\u0301.txt")])
def test_names_that_differ_in_capitals_or_accents_are_errors(names: tuple[str, str]) -> None:
    (problem,) = [problem for problem in problems(*names) if problem.severity == "error"]
    assert (problem.code, problem.where) == ("archive.case-duplicate", f"toy/{names[1]}")
    assert names[0] in problem.what


def test_equal_names_are_one_error_for_each_repetition() -> None:
    assert [problem.code for problem in problems("a", "a", "b", "a")] == ["archive.duplicate", "archive.duplicate"]


def test_id_that_windows_cannot_hold_is_an_error() -> None:
    (problem,) = check_names(["aux/config.json"], "aux")
    assert problem.code == "archive.windows-name"
