"""What is wrong with the words of an expression, whatever their licences permit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from dtmodels.licence.expression import UNSTATED, Name, leaves, parse
from dtmodels.licence.free_text import advice, is_prose
from dtmodels.licence.table import Table
from dtmodels.licence.tokens import OPERATORS, LicenceError, Word, words

Kind = Literal["invalid", "unlisted", "deprecated", "misfit", "spelling"]
_OWN = re.compile(r"LicenseRef-[A-Za-z0-9.-]+", re.IGNORECASE)
_VERSIONED = re.compile(r"[A-Za-z].*-[0-9]+(\.[0-9]+)*")
_NAMES = "see https://spdx.org/licenses/"
_EXCEPTIONS = "see https://spdx.org/licenses/exceptions-index.html"
_LONGEST_HINTED = 60
_ALIKE = 0.75
"""Ids differ by a digit or a letter; what is less alike is another licence."""
_SLASH = re.compile(r"\s*(?:/|\|\|?|,)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionProblem:
    """Something wrong with a word: what, where in the expression, and what to write."""

    kind: Kind
    """invalid: no expression. unlisted: not reviewed. misfit: an exception of other licences. The rest is style."""
    what: str
    fix: str
    start: int
    end: int
    meant: tuple[str, ...] = ()
    """What may be written instead of these characters, when that is known."""


def problems(expression: str, table: Table) -> Iterator[ExpressionProblem]:
    """Everything wrong with the words of an expression, in the order of the text."""
    try:
        node = parse(expression)
    except LicenceError as exc:
        yield _no_expression(expression, exc, table)
        return
    found = [problem for name in leaves(node) for problem in _of_licence(name, table)]
    found = _hinted(expression, found, table)
    found += _spelling(expression, table)
    yield from sorted(found, key=lambda problem: problem.start)


def _hinted(expression: str, found: list[ExpressionProblem], table: Table) -> list[ExpressionProblem]:
    """The problems, the first unknown name answered with the nearest ones: comparing names is slow."""
    for index, problem in enumerate(found):
        word = expression[problem.start : problem.end].removesuffix("+")
        if problem.fix not in (_NAMES, _EXCEPTIONS) or len(word) > _LONGEST_HINTED:
            continue
        known = table.names() if problem.fix == _NAMES else table.spdx.exceptions
        alike = [name for name in known if name[0].lower() == word[0].lower()]
        if near := get_close_matches(word, alike, n=2, cutoff=_ALIKE):
            hinted = replace(problem, fix=f"did you mean {' or '.join(near)}?")
            return [*found[:index], hinted, *found[index + 1 :]]
        return found
    return found


def _no_expression(expression: str, wrong: LicenceError, table: Table) -> ExpressionProblem:
    """A syntax error; a common name is answered with its id, a slash with OR, and prose with what it names."""
    if (meant := table.meant(expression)) is not None:
        return _common_name(expression.strip(), 0, len(expression), meant)
    arms = _SLASH.split(expression.strip())
    if len(arms) > 1 and all(table.flags(arm) is not None for arm in arms) and (sign := _SLASH.search(expression)):
        proposal = " OR ".join(table.canonical(arm) for arm in arms)
        fix = f"write {proposal} if whoever receives it may choose, {proposal.replace(' OR ', ' AND ')} if all hold"
        start, end = sign.span()
        return ExpressionProblem(kind="invalid", what=wrong.what, fix=fix, start=start, end=end, meant=(" OR ",))
    if is_prose(expression, table):
        what = f"'{expression.strip()}' describes terms, it is no SPDX expression"
        return ExpressionProblem(kind="invalid", what=what, fix=advice(expression, table), start=0, end=len(expression))
    return ExpressionProblem(kind="invalid", what=wrong.what, fix=wrong.fix, start=wrong.start, end=wrong.end)


def _of_licence(name: Name, table: Table) -> Iterator[ExpressionProblem]:
    text = table.canonical(name.text)
    if text in table.deprecated:
        yield _deprecated(name, table.deprecated[text])
    elif text.upper() in UNSTATED or table.flags(name.id) is not None or table.row(name.id):
        yield from _known(name, table)
    else:
        yield _unknown(name, table)
    if name.exception:
        yield from _exception(name, name.exception, table)


def _known(name: Name, table: Table) -> Iterator[ExpressionProblem]:
    if name.later and not table.takes_plus(name.id):
        what = f"'+' cannot follow {name.id}"
        yield ExpressionProblem(
            kind="invalid", what=what, fix=f"write {name.id}", start=name.start, end=name.end, meant=(name.id,)
        )
    elif not table.row(name.id):
        what = f"nobody has reviewed {table.canonical(name.id)} for this collection"
        fix = (
            f"add a reviewed row to schema/licences-v1.json, from https://spdx.org/licenses/{table.canonical(name.id)}"
        )
        yield ExpressionProblem(kind="unlisted", what=what, fix=fix, start=name.start, end=name.end)


def _unknown(name: Name, table: Table) -> ExpressionProblem:
    if (meant := table.meant(name.text)) is not None:
        return _common_name(name.text, name.start, name.end, meant)
    if _OWN.fullmatch(name.id):
        what = f"nobody has reviewed {name.id} for this collection"
        fix = "add a reviewed row for it to schema/licences-v1.json, with the text of the licence"
        return ExpressionProblem(kind="unlisted", what=what, fix=fix, start=name.start, end=name.end)
    if _VERSIONED.fullmatch(name.id):
        what = f"{name.id} is neither in the reviewed table nor in SPDX list {table.spdx.version}"
        return ExpressionProblem(kind="unlisted", what=what, fix=_NAMES, start=name.start, end=name.end)
    what = f"'{name.id}' is no SPDX licence id"
    return ExpressionProblem(kind="invalid", what=what, fix=_NAMES, start=name.start, end=name.end)


def _exception(name: Name, exception: Word, table: Table) -> Iterator[ExpressionProblem]:
    known = table.canonical(exception.text)
    base = table.canonical(name.text)
    start, end = exception.start, exception.end
    if known not in table.spdx.exceptions:
        what = f"'{exception.text}' is no SPDX licence exception"
        yield ExpressionProblem(kind="invalid", what=what, fix=_EXCEPTIONS, start=start, end=end)
    elif known not in table.exceptions:
        what = f"nobody has reviewed {known} for this collection"
        fix = "add the licences it was written for to schema/licences-v1.json"
        yield ExpressionProblem(kind="unlisted", what=what, fix=fix, start=start, end=end)
    elif base not in table.exceptions[known] and base not in table.deprecated:
        what = f"{known} is no exception to {base}"
        fix = f"it was written for {', '.join(table.exceptions[known])}; see what the authors wrote"
        yield ExpressionProblem(kind="misfit", what=what, fix=fix, start=start, end=end)


def _deprecated(name: Name, meant: tuple[str, ...]) -> ExpressionProblem:
    if len(meant) > 1:
        what, fix = (
            f"{name.text} does not say which versions it means",
            f"write {' or '.join(meant)}, as the authors say",
        )
    elif meant:
        what, fix = f"SPDX gave up the id {name.text}", f"write {meant[0]}"
    else:
        what, fix = (
            f"SPDX gave up the id {name.text}",
            "name the licence the authors meant; see https://spdx.org/licenses/",
        )
    return ExpressionProblem(kind="deprecated", what=what, fix=fix, start=name.start, end=name.end, meant=meant)


def _common_name(text: str, start: int, end: int, meant: tuple[str, ...]) -> ExpressionProblem:
    fix = f"write {' or '.join(meant)}" if meant else "read the licence itself and write its SPDX id"
    what = f"'{text}' is a common name, no SPDX licence id"
    return ExpressionProblem(kind="invalid", what=what, fix=fix, start=start, end=end, meant=meant)


def _spelling(expression: str, table: Table) -> Iterator[ExpressionProblem]:
    """One problem for all words whose letters are in another case than SPDX writes them."""
    wrong = [(word, right) for word in words(expression) if (right := _right(word.text, table)) != word.text]
    if not wrong:
        return
    ours = ", ".join(dict.fromkeys(right for _, right in wrong))
    theirs = ", ".join(dict.fromkeys(word.text for word, _ in wrong))
    start, end = wrong[0][0].start, wrong[-1][0].end
    text = expression[start:end]
    for word, right in reversed(wrong):
        text = text[: word.start - start] + right + text[word.end - start :]
    yield ExpressionProblem(
        kind="spelling",
        what=f"SPDX writes {ours}, not {theirs}",
        fix=f"write {text}",
        start=start,
        end=end,
        meant=(text,),
    )


def _right(text: str, table: Table) -> str:
    if text.upper() in OPERATORS:
        return text.upper()
    bare = text.removesuffix("+")
    return text if table.canonical(text) in table.deprecated else table.canonical(bare) + text[len(bare) :]
