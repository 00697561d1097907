"""Parser of licence expressions: trees, error positions, and no exception other than LicenceError."""

import random
import re

import pytest

from dtmodels.licence.expression import And, Licence, Or, leaves, parse
from dtmodels.licence.tokens import LicenceError

TOKENS = [
    "MIT",
    "GPL-2.0+",
    "AND",
    "OR",
    "WITH",
    "and",
    "Or",
    "(",
    ")",
    "LicenseRef-x",
    "NOASSERTION",
    "/",
    "é",
    "+",
    "\t",
]


def test_operator_precedence() -> None:
    node = parse("MIT OR Apache-2.0 WITH LLVM-exception AND ISC")
    assert isinstance(node, Or)
    first, second = node.parts
    assert isinstance(first, Licence) and first.id == "MIT"
    assert isinstance(second, And)
    assert [name.id for name in leaves(second)] == ["Apache-2.0", "ISC"]
    apache = next(leaves(second))
    assert apache.exception is not None and apache.exception.text == "LLVM-exception"


def test_brackets_override_precedence() -> None:
    node = parse("(MIT OR Apache-2.0) AND ISC")
    assert isinstance(node, And) and isinstance(node.parts[0], Or)


def test_positions_refer_to_the_text() -> None:
    text = "  (MIT or GPL-2.0+)\tAND Apache-2.0 WITH LLVM-exception"
    names = list(leaves(parse(text)))
    assert [text[name.start : name.end] for name in names] == ["MIT", "GPL-2.0+", "Apache-2.0"]
    assert [name.later for name in names] == [False, True, False]
    exception = names[2].exception
    assert exception is not None and text[exception.start : exception.end] == "LLVM-exception"


@pytest.mark.parametrize(
    ("text", "part", "what"),
    [
        ("", "", "is empty"),
        (" \t", " \t", "is empty"),
        ("MIT OR", "OR", "ends after 'OR'"),
        ("AND MIT", "AND", "missing before 'AND'"),
        ("MIT AND OR ISC", "OR", "between 'AND' and 'OR'"),
        ("(MIT", "(", "no closing bracket"),
        ("MIT)", ")", "no opening bracket"),
        ("(Apache-2.0) AND ()", ")", "between '(' and ')'"),
        ("MIT ISC", "ISC", "without AND or OR"),
        ("MIT (ISC)", "(", "without AND or OR"),
        ("MIT Or ISC", "Or", "not an operator"),
        ("MIT/ISC", "/", "not an operator"),
        ("MIT, ISC", ",", "not an operator"),
        ("MIT || ISC", "||", "not an operator"),
        ("ＭＩＴ", "Ｍ", "FULLWIDTH LATIN CAPITAL LETTER M"),
        ("МIT", "М", "CYRILLIC CAPITAL LETTER EM"),
        ("MIT\u200b", "\u200b", "ZERO WIDTH SPACE"),
        ("MIT_0", "MIT_0", "cannot be a licence id"),
        ("-MIT", "-MIT", "cannot be a licence id"),
        ("MIT++", "MIT++", "cannot be a licence id"),
        ("DocumentRef-a:LicenseRef-b", "DocumentRef-a:LicenseRef-b", "another document"),
        ("Apache-2.0 WITH AdditionRef-x", "AdditionRef-x", "another document"),
        ("MIT WITH", "WITH", "ends after 'WITH'"),
        ("MIT WITH (LLVM-exception)", "(", "not followed by a single exception"),
        ("(MIT OR ISC) WITH LLVM-exception", "WITH", "does not follow a single licence"),
        ("MIT OR NOASSERTION", "NOASSERTION", "combined with another licence"),
        ("NONE WITH LLVM-exception", "NONE", "combined with another licence"),
        ("(" * 13 + "MIT" + ")" * 13, "(", "nested deeper"),
    ],
)
def test_syntax_error_has_position_and_fix(text: str, part: str, what: str) -> None:
    with pytest.raises(LicenceError, match=re.escape(what)) as caught:
        parse(text)

    assert text[caught.value.start : caught.value.end] == part
    assert caught.value.fix


@pytest.mark.parametrize("text", [" OR ".join(["MIT"] * 200), "(" * 300 + "MIT", "A" * 513, "MIT " * 65])
def test_too_long_expressions_are_rejected(text: str) -> None:
    with pytest.raises(LicenceError):
        parse(text)


@pytest.mark.parametrize("text", ["NOASSERTION", "NONE", "LicenseRef-a.b-1", "(NONE)", "noassertion"])
def test_noassertion_none_and_licence_refs_parse(text: str) -> None:
    assert isinstance(parse(text), Licence)


def test_random_texts_raise_only_licence_errors() -> None:
    generator = random.Random(7)  # noqa: S311 - reproducible test texts
    rejected = 0
    for _ in range(20_000):
        text = generator.choice(["", " "]).join(generator.choices(TOKENS, k=generator.randint(0, 9)))
        try:
            parse(text)
        except LicenceError as exc:
            rejected += 1
            assert 0 <= exc.start <= exc.end <= len(text)
    assert 0 < rejected < 20_000
