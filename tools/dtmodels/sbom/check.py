"""Check an SBOM with SPDX's validator, and compare it with the packages of its release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from spdx_tools.spdx.model import ChecksumAlgorithm, Document, Relationship, RelationshipType
from spdx_tools.spdx.parser.error import SPDXParsingError
from spdx_tools.spdx.parser.json.json_parser import parse_from_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from dtbase.system.files import sha256
from dtmodels.sbom.document import FILE


def check_sbom(directory: Path) -> Iterator[str]:
    """The problems of the SBOM of a release directory, as sentences."""
    path = directory / FILE
    if not path.is_file():
        yield f"there is no {FILE}"
        return
    try:
        document: Document = parse_from_file(str(path))
    except (SPDXParsingError, ValueError, KeyError, TypeError, AttributeError) as exc:
        yield f"{FILE}: cannot be read: {exc}"
        return
    problems = (found.validation_message for part in _parts(document) for found in validate_full_spdx_document(part))
    yield from (f"{FILE}: {problem}" for problem in dict.fromkeys(problems))
    digests = {
        checksum.value.lower()
        for package in document.packages
        for checksum in package.checksums
        if checksum.algorithm == ChecksumAlgorithm.SHA256
    }
    for package in sorted(directory.glob("*.dtmodel")):
        if sha256(package) not in digests:
            yield f"{FILE}: does not list {package.name} with its digest"


def _parts(document: Document) -> Iterator[Document]:
    """One document for each model, because validation takes quadratic time; the last has elements of no model."""
    whole = document.creation_info.spdx_id
    described = RelationshipType.DESCRIBES
    roots = [str(one.related_spdx_element_id) for one in document.relationships if one.relationship_type == described]
    owner = {root: root for root in roots}

    def root_of(spdx_id: str) -> str:
        return owner.get(spdx_id) or owner.get(spdx_id.partition(".")[0], "")

    def root_of_link(link: Relationship) -> str:
        return root_of(str(link.related_spdx_element_id) if link.spdx_element_id == whole else link.spdx_element_id)

    for root in [*roots, ""]:
        part = Document(
            creation_info=document.creation_info,
            packages=[one for one in document.packages if root_of(one.spdx_id) == root],
            files=[one for one in document.files if root_of(one.spdx_id) == root],
            relationships=[one for one in document.relationships if root_of_link(one) == root],
            extracted_licensing_info=document.extracted_licensing_info,
        )
        if root or part.packages or part.files:
            yield part
