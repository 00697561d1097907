"""Licences in SPDX documents: expressions of listed ids, and the text of each id that SPDX does not list."""

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
from dtmodels.package.reader import PackageContents

Licence: TypeAlias = LicenseExpression | SpdxNoAssertion
_OWN = "LicenseRef-"


def declared(text: str) -> Licence:
    """A card's licence expression as a value of SPDX's tools."""
    return SpdxNoAssertion() if text in UNSTATED else spdx_licensing.parse(text)


def concluded(card: Card) -> Licence:
    """The licence that a package is distributed under: the one in its card, else the reviewed one of its weights.

    From a choice of licences for the weights, it is the chosen alternative, or the best one.
    """
    if card.license.package:
        return declared(card.license.package)
    verdict = licence_verdict(card.license.chosen or card.license.weights)
    return declared(verdict.chosen or verdict.expression) if verdict.tree else SpdxNoAssertion()


def unlisted(packages: Iterable[PackageContents]) -> list[ExtractedLicensingInfo]:
    """The licences that SPDX does not list, sorted by id: with the text where a package has it, else with URLs."""
    infos: dict[str, ExtractedLicensingInfo] = {}
    for package in packages:
        for name, url in _licence_ids(package.card):
            if name.startswith(_OWN) and name not in infos:
                infos[name] = _info(name, url, package)
    return [infos[name] for name in sorted(infos)]


def _licence_ids(card: Card) -> Iterator[tuple[str, str]]:
    """Every licence id of a card, with a URL that may state its text; the URL may be empty."""
    stated = card.license
    expressions = [(text, "") for text in (stated.weights, stated.code, stated.chosen, stated.package) if text]
    if card.base_model:
        expressions.append((card.base_model.license, card.base_model.url))
    expressions += [(data.license, data.url) for data in card.training.datasets]
    for text, url in expressions:
        yield from ((leaf.id, url) for leaf in leaves(parse(text)))


def _info(name: str, url: str, package: PackageContents) -> ExtractedLicensingInfo:
    row = LicenceTable.load().row(name)
    file = next((entry.file for entry in package.card.license.texts if entry.license == name), None)
    if file and file in {entry.name for entry in package.files}:
        with zipfile.ZipFile(package.path) as archive:
            text = archive.read(f"{package.card.id}/{file}").decode(errors="replace")
    else:
        text = "The text is not part of this document." + (f" {row.reason}" if row else "")
    urls = list(dict.fromkeys(link for link in (row.url if row else "", url) if link))
    return ExtractedLicensingInfo(license_id=name, extracted_text=text, license_name=name, cross_references=urls)
