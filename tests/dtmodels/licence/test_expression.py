"""The parser: what it makes of expressions, where it points in texts that are none, and that it raises nothing else."""

import random
import re

import pytest

from dtmodels.licence.expression import And, Name, Or, leaves, parse
from dtmodels.licence.tokens import LicenceError

WORDS = [
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


def test_with_binds_more_than_and_and_and_more_than_or() -> None:
    node = parse("MIT OR Apache-2.0 WITH LLVM-exception AND ISC")
    assert isinstance(node, Or)
    first, second = node.parts
    assert isinstance(first, Name) and first.id == "MIT"
    assert isinstance(second, And)
    assert [name.id for name in leaves(second)] == ["Apache-2.0", "ISC"]
    apache = next(leaves(second))
    assert apache.exception is not None and apache.exception.text == "LLVM-exception"


def test_brackets_change_what_binds() -> None:
    node = parse("(MIT OR Apache-2.0) AND ISC")
    assert isinstance(node, And) and isinstance(node.parts[0], Or)


def test_places_are_those_of_the_text() -> None:
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
        ("(MIT", "(", "never closed"),
        ("MIT)", ")", "never opened"),
        ("(Apache-2.0) AND ()", ")", "between '(' and ')'"),
        ("MIT ISC", "ISC", "without AND or OR"),
        ("MIT (ISC)", "(", "without AND or OR"),
        ("MIT Or ISC", "Or", "no operator"),
        ("MIT/ISC", "/", "no operator"),
        ("MIT, ISC", ",", "no operator"),
        ("MIT || ISC", "||", "no operator"),
        ("ＭＩＴ", "Ｍ", "FULLWIDTH LATIN CAPITAL LETTER M"),
        ("МIT", "М", "CYRILLIC CAPITAL LETTER EM"),
        ("MIT\u200b", "\u200b", "ZERO WIDTH SPACE"),
        ("MIT_0", "MIT_0", "cannot be a licence id"),
        ("-MIT", "-MIT", "cannot be a licence id"),
        ("MIT++", "MIT++", "cannot be a licence id"),
        ("DocumentRef-a:LicenseRef-b", "DocumentRef-a:LicenseRef-b", "another document"),
        ("Apache-2.0 WITH AdditionRef-x", "AdditionRef-x", "another document"),
        ("MIT WITH", "WITH", "ends after 'WITH'"),
        ("MIT WITH (LLVM-exception)", "(", "not one exception"),
        ("(MIT OR ISC) WITH LLVM-exception", "WITH", "not one licence"),
        ("MIT OR NOASSERTION", "NOASSERTION", "beside another licence"),
        ("NONE WITH LLVM-exception", "NONE", "beside another licence"),
        ("(" * 13 + "MIT" + ")" * 13, "(", "nested deeper"),
    ],
)
def test_what_is_no_expression_is_said_at_its_place(text: str, part: str, what: str) -> None:
    with pytest.raises(LicenceError, match=re.escape(what)) as caught:
        parse(text)

    assert text[caught.value.start : caught.value.end] == part
    assert caught.value.fix


@pytest.mark.parametrize("text", [" OR ".join(["MIT"] * 200), "(" * 300 + "MIT", "A" * 513, "MIT " * 65])
def test_what_is_too_long_is_refused_before_it_costs_anything(text: str) -> None:
    with pytest.raises(LicenceError):
        parse(text)


@pytest.mark.parametrize("text", ["NOASSERTION", "NONE", "LicenseRef-a.b-1", "(NONE)", "noassertion"])
def test_unstated_and_own_licences_are_expressions(text: str) -> None:
    assert isinstance(parse(text), Name)


def test_nothing_else_is_ever_raised() -> None:
    chance = random.Random(7)  # noqa: S311 - the same texts each time
    refused = 0
    for _ in range(20_000):
        text = chance.choice(["", " "]).join(chance.choices(WORDS, k=chance.randint(0, 9)))
        try:
            parse(text)
        except LicenceError as exc:
            refused += 1
            assert 0 <= exc.start <= exc.end <= len(text)
    assert 0 < refused < 20_000
