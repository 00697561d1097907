"""Problems of an expression: syntax errors, and unknown, unreviewed, deprecated or misspelt ids, each with a fix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from dtmodels.licence.expression import UNSTATED, Licence, leaves, parse
from dtmodels.licence.free_text import expression_advice, is_prose, looks_like
from dtmodels.licence.table import LicenceTable
from dtmodels.licence.tokens import OPERATORS, LicenceError, Token, tokenise

ProblemKind = Literal["invalid", "unlisted", "deprecated", "misfit", "spelling"]
_LICENCE_REF = re.compile(r"LicenseRef-[A-Za-z0-9.-]+", re.IGNORECASE)
_VERSIONED = re.compile(r"[A-Za-z].*-[0-9]+(\.[0-9]+)*")
_SEE_IDS = "see https://spdx.org/licenses/"
_SEE_EXCEPTIONS = "see https://spdx.org/licenses/exceptions-index.html"
_MAX_HINTED_LENGTH = 60
_MIN_SIMILARITY = 0.75
"""Minimum similarity of a suggested id. Ids differ by a digit or a letter; below this it is another licence."""
_SEPARATOR = re.compile(r"\s*(?:/|\|\|?|,)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionProblem:
    """A problem of an expression, with its position (`end` is exclusive) and a fix."""

    kind: ProblemKind
    """invalid: not an expression. unlisted: not reviewed. misfit: an exception to other licences. Others are style."""
    what: str
    fix: str
    start: int
    end: int
    replacements: tuple[str, ...] = ()
    """Texts that may replace these characters; empty if unknown."""


def expression_problems(expression: str, table: LicenceTable) -> Iterator[ExpressionProblem]:
    """Yield all problems of an expression, in the order of the text."""
    try:
        node = parse(expression)
    except LicenceError as exc:
        yield _syntax_problem(expression, exc, table)
        return
    problems = [problem for licence in leaves(node) for problem in _licence_problems(licence, table)]
    problems = _with_suggestion(expression, problems, table)
    problems += _spelling_problem(expression, table)
    yield from sorted(problems, key=lambda problem: problem.start)


def _with_suggestion(
    expression: str, problems: list[ExpressionProblem], table: LicenceTable
) -> list[ExpressionProblem]:
    """Suggest similar ids for the first unknown id. Only the first, because comparing ids is slow."""
    for index, problem in enumerate(problems):
        word = expression[problem.start : problem.end].removesuffix("+")
        if problem.fix not in (_SEE_IDS, _SEE_EXCEPTIONS) or len(word) > _MAX_HINTED_LENGTH:
            continue
        known = table.names() if problem.fix == _SEE_IDS else table.spdx.exceptions
        candidates = [name for name in known if name[0].lower() == word[0].lower()]
        if similar := get_close_matches(word, candidates, n=2, cutoff=_MIN_SIMILARITY):
            suggestion = replace(problem, fix=f"did you mean {' or '.join(similar)}?")
            return [*problems[:index], suggestion, *problems[index + 1 :]]
        return problems
    return problems


def _syntax_problem(expression: str, error: LicenceError, table: LicenceTable) -> ExpressionProblem:
    """Describe a syntax error. The fix names the id for a common name, OR for a slash, and the licences for prose."""
    if (ids := table.ids_for_alias(expression)) is not None:
        return _common_name_problem(expression.strip(), 0, len(expression), ids)
    parts = _SEPARATOR.split(expression.strip())
    if (
        len(parts) > 1
        and all(table.flags(part) is not None for part in parts)
        and (sign := _SEPARATOR.search(expression))
    ):
        proposal = " OR ".join(table.canonical(part) for part in parts)
        fix = f"write {proposal} if the recipient may choose, {proposal.replace(' OR ', ' AND ')} if all apply"
        start, end = sign.span()
        return ExpressionProblem(kind="invalid", what=error.what, fix=fix, start=start, end=end, replacements=(" OR ",))
    if (seen := looks_like(expression, table)) is not None:
        start, end, text = seen
        fix = f"did you mean {expression[:start]}{text}{expression[end:]}?"
        return ExpressionProblem(kind="invalid", what=error.what, fix=fix, start=start, end=end, replacements=(text,))
    if is_prose(expression, table):
        what = f"'{expression.strip()}' describes terms; it is not an SPDX expression"
        return ExpressionProblem(
            kind="invalid", what=what, fix=expression_advice(expression, table), start=0, end=len(expression)
        )
    return ExpressionProblem(kind="invalid", what=error.what, fix=error.fix, start=error.start, end=error.end)


def _licence_problems(licence: Licence, table: LicenceTable) -> Iterator[ExpressionProblem]:
    text = table.canonical(licence.text)
    if text in table.deprecated:
        yield _deprecated_problem(licence, table.deprecated[text])
    elif text.upper() in UNSTATED or table.flags(licence.id) is not None or table.row(licence.id):
        yield from _known_id_problems(licence, table)
    else:
        yield _unknown_id_problem(licence, table)
    if licence.exception:
        yield from _exception_problems(licence, licence.exception, table)


def _known_id_problems(licence: Licence, table: LicenceTable) -> Iterator[ExpressionProblem]:
    if licence.later and not table.allows_plus(licence.id):
        what = f"'+' cannot follow {licence.id}"
        yield ExpressionProblem(
            kind="invalid",
            what=what,
            fix=f"write {licence.id}",
            start=licence.start,
            end=licence.end,
            replacements=(licence.id,),
        )
    elif not table.row(licence.id):
        what = f"{table.canonical(licence.id)} has not been reviewed for this collection"
        fix = f"add a reviewed row to schema/licences-v1.json, from https://spdx.org/licenses/{table.canonical(licence.id)}"
        yield ExpressionProblem(kind="unlisted", what=what, fix=fix, start=licence.start, end=licence.end)


def _unknown_id_problem(licence: Licence, table: LicenceTable) -> ExpressionProblem:
    if (ids := table.ids_for_alias(licence.text)) is not None:
        return _common_name_problem(licence.text, licence.start, licence.end, ids)
    if _LICENCE_REF.fullmatch(licence.id):
        what = f"{licence.id} has not been reviewed for this collection"
        fix = "add a reviewed row for it to schema/licences-v1.json, with the text of the licence"
        return ExpressionProblem(kind="unlisted", what=what, fix=fix, start=licence.start, end=licence.end)
    if _VERSIONED.fullmatch(licence.id):
        what = f"{licence.id} is neither in the reviewed table nor in SPDX list {table.spdx.version}"
        return ExpressionProblem(kind="unlisted", what=what, fix=_SEE_IDS, start=licence.start, end=licence.end)
    what = f"'{licence.id}' is not an SPDX licence id"
    return ExpressionProblem(kind="invalid", what=what, fix=_SEE_IDS, start=licence.start, end=licence.end)


def _exception_problems(licence: Licence, exception: Token, table: LicenceTable) -> Iterator[ExpressionProblem]:
    exception_id = table.canonical(exception.text)
    base = table.canonical(licence.text)
    start, end = exception.start, exception.end
    if exception_id not in table.spdx.exceptions:
        what = f"'{exception.text}' is not an SPDX licence exception"
        yield ExpressionProblem(kind="invalid", what=what, fix=_SEE_EXCEPTIONS, start=start, end=end)
    elif exception_id not in table.exceptions:
        what = f"{exception_id} has not been reviewed for this collection"
        fix = "add the licences it was written for to schema/licences-v1.json"
        yield ExpressionProblem(kind="unlisted", what=what, fix=fix, start=start, end=end)
    elif base not in table.exceptions[exception_id] and base not in table.deprecated:
        what = f"{exception_id} is not an exception to {base}"
        fix = f"it was written for {', '.join(table.exceptions[exception_id])}; read the authors' statement"
        yield ExpressionProblem(kind="misfit", what=what, fix=fix, start=start, end=end)


def _deprecated_problem(licence: Licence, ids: tuple[str, ...]) -> ExpressionProblem:
    if len(ids) > 1:
        what, fix = (
            f"{licence.text} does not say which versions it covers",
            f"write {' or '.join(ids)}, as stated by the authors",
        )
    elif ids:
        what, fix = f"SPDX deprecated the id {licence.text}", f"write {ids[0]}"
    else:
        what, fix = (
            f"SPDX deprecated the id {licence.text}",
            "write the id of the licence the authors chose; see https://spdx.org/licenses/",
        )
    return ExpressionProblem(
        kind="deprecated", what=what, fix=fix, start=licence.start, end=licence.end, replacements=ids
    )


def _common_name_problem(text: str, start: int, end: int, ids: tuple[str, ...]) -> ExpressionProblem:
    fix = f"write {' or '.join(ids)}" if ids else "read the licence itself and write its SPDX id"
    what = f"'{text}' is a common name, not an SPDX licence id"
    return ExpressionProblem(kind="invalid", what=what, fix=fix, start=start, end=end, replacements=ids)


def _spelling_problem(expression: str, table: LicenceTable) -> Iterator[ExpressionProblem]:
    """One problem for all ids and operators in another case than SPDX writes them."""
    spellings = [(token, _spdx_spelling(token.text, table)) for token in tokenise(expression)]
    misspelt = [(token, spelling) for token, spelling in spellings if spelling != token.text]
    if not misspelt:
        return
    expected = ", ".join(dict.fromkeys(spelling for _, spelling in misspelt))
    actual = ", ".join(dict.fromkeys(token.text for token, _ in misspelt))
    start, end = misspelt[0][0].start, misspelt[-1][0].end
    text = expression[start:end]
    for token, spelling in reversed(misspelt):
        text = text[: token.start - start] + spelling + text[token.end - start :]
    yield ExpressionProblem(
        kind="spelling",
        what=f"SPDX writes {expected}, not {actual}",
        fix=f"write {text}",
        start=start,
        end=end,
        replacements=(text,),
    )


def _spdx_spelling(text: str, table: LicenceTable) -> str:
    if text.upper() in OPERATORS:
        return text.upper()
    bare = text.removesuffix("+")
    return text if table.canonical(text) in table.deprecated else table.canonical(bare) + text[len(bare) :]
