"""Licence files in the model's directory agree with the card.

A LICENSE file that lies beside a card is what people read and what is passed on. If it is the text of another licence,
or a text that forbids commercial use under a free name, card or file is wrong.

Fix: Ask the authors which licence applies. Correct the card, or replace the file by the text of the stated licence.

Authority: SPDX License List, https://spdx.org/licenses/

Bad::

    license: {weights: MIT, code: MIT}  # and LICENSE is the text of CC-BY-NC-4.0

Good::

    license: {weights: MIT, code: MIT}  # and LICENSE is the text of the MIT licence
"""

import re
from collections.abc import Iterator
from pathlib import Path

from dtbase.system.files import leaves_directory
from dtmodels.licence import LicenceError, licence_verdict
from dtmodels.licence.expression import leaves, parse
from dtmodels.licence.licence_texts import forbids_commerce, recognised_licences, stated_identifiers
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import licence_fields

SEVERITY: Severity = "error"
HARD = True

_NAME = re.compile(r"(?i)(licen[cs]es?|copying|unlicense)([._-].*)?")
_MAX_BYTES = 200_000
_FIX = "ask the authors which licence applies; correct the card, or replace the file by the text of its licence"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Read every licence file of the directory, and those listed under `license.texts`."""
    listed = {text.file: text.license for text in subject.card.license.texts if not leaves_directory(text.file)}
    stated = _stated_ids(subject)
    for path in _licence_files(subject.directory, listed):
        text = _text(path)
        name = path.relative_to(subject.directory).as_posix()
        reference = listed.get(name, "")
        if what := _flaw(text, stated, reference) or _ban(subject, text, reference):
            yield RuleResult(path=path, what=f"{name} {what}", fix=_FIX)


def _flaw(text: str, stated: frozenset[str], reference: str) -> str:
    """What is wrong with a licence text, as the end of a sentence; `reference` is the LicenseRef it is listed for."""
    for expression in stated_identifiers(text):
        if (ids := _ids(expression)) and not ids <= stated:
            return f"states SPDX-License-Identifier {expression}, which the card does not"
    for licences in recognised_licences(text):
        if not stated.intersection(name.lower() for name in licences):
            given = f", not of {reference}" if reference else ", which the card does not state"
            return f"is the text of {' or '.join(licences)}{given}"
    return ""


def _ban(subject: Subject, text: str, reference: str) -> str:
    """The phrase by which a text of no known licence forbids commerce, where the card states that nothing does."""
    stated = [reference] if reference else [field.text for field in licence_fields(subject)]
    if recognised_licences(text) or any(licence_verdict(one).status == "incompatible" for one in stated):
        return ""
    phrase = forbids_commerce(text)
    contrast = f"although {reference} counts as a free licence" if reference else "which no licence of the card does"
    return f"restricts commercial use ('{phrase}'), {contrast}" if phrase else ""


def _stated_ids(subject: Subject) -> frozenset[str]:
    """The ids of all licences in the card, in lower case, without exceptions."""
    return frozenset[str]().union(*(_ids(field.text) for field in licence_fields(subject)))


def _ids(expression: str) -> frozenset[str]:
    try:
        return frozenset(licence.id.lower() for licence in leaves(parse(expression)))
    except LicenceError:
        return frozenset()


def _licence_files(directory: Path, listed: dict[str, str]) -> list[Path]:
    try:
        named = [path for path in directory.iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return []
    inner = [path for found in named if found.is_dir() and not found.is_symlink() for path in found.iterdir()]
    texts = [directory / name for name in listed]
    return sorted({path for path in [*named, *inner, *texts] if path.is_file() and not path.is_symlink()})


def _text(path: Path) -> str:
    with path.open("rb") as opened:
        return opened.read(_MAX_BYTES).decode("utf-8-sig", errors="replace")
