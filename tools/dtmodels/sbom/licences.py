"""Licences as SPDX documents hold them: expressions of listed ids, and words about every id that is not listed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from license_expression import LicenseExpression
from spdx_tools.common.spdx_licensing import spdx_licensing
from spdx_tools.spdx.model import ExtractedLicensingInfo, SpdxNoAssertion

from dtmodels.card.model import Card
from dtmodels.licence import LicenceTable, leaves, licence_verdict, parse
from dtmodels.licence.expression import UNSTATED
from dtmodels.package.reader import Packed

Licence: TypeAlias = LicenseExpression | SpdxNoAssertion
_OWN = "LicenseRef-"


def declared(text: str) -> Licence:
    """A card's licence expression as SPDX's tools keep it."""
    return SpdxNoAssertion() if text in UNSTATED else spdx_licensing.parse(text)


def concluded(card: Card) -> Licence:
    """The licence a package is distributed under: what the card says of it, else what the review makes of its weights.

    Where the weights come under a choice, it is the alternative that was taken, or the best one.
    """
    if card.license.package:
        return declared(card.license.package)
    verdict = licence_verdict(card.license.chosen or card.license.weights)
    return declared(verdict.chosen or verdict.expression) if verdict.tree else SpdxNoAssertion()


def unlisted(packages: Iterable[Packed]) -> list[ExtractedLicensingInfo]:
    """What is known of every licence in use that SPDX does not list: its text where a package has it, else where it is.

    Sorted by id.
    """
    found: dict[str, ExtractedLicensingInfo] = {}
    for package in packages:
        for name, address in _named(package.card):
            if name.startswith(_OWN) and name not in found:
                found[name] = _info(name, address, package)
    return [found[name] for name in sorted(found)]


def _named(card: Card) -> Iterator[tuple[str, str]]:
    """Every licence id a package's entries use, each with an address that may state it."""
    given = card.license
    expressions = [(text, "") for text in (given.weights, given.code, given.chosen, given.package) if text]
    if card.base_model:
        expressions.append((card.base_model.license, card.base_model.url))
    expressions += [(data.license, data.url) for data in card.training.datasets]
    for text, address in expressions:
        yield from ((leaf.id, address) for leaf in leaves(parse(text)))


def _info(name: str, address: str, package: Packed) -> ExtractedLicensingInfo:
    row = LicenceTable.load().row(name)
    kept = next((text.file for text in package.card.license.texts if text.license == name), None)
    if kept and kept in {member.name for member in package.members}:
        with zipfile.ZipFile(package.path) as archive:
            words = archive.read(f"{package.card.id}/{kept}").decode(errors="replace")
    else:
        words = f"The text is not kept here. {row.reason}" if row else "The text is not kept here."
    places = list(dict.fromkeys(place for place in (row.url if row else "", address) if place))
    return ExtractedLicensingInfo(license_id=name, extracted_text=words, license_name=name, cross_references=places)
