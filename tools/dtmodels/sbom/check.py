"""Hold an SBOM against SPDX's validator and against the packages it is about."""

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
    """What is wrong with the SBOM of a release directory; nothing when all is well."""
    path = directory / FILE
    if not path.is_file():
        yield f"there is no {FILE}"
        return
    try:
        document: Document = parse_from_file(str(path))
    except (SPDXParsingError, ValueError, KeyError, TypeError, AttributeError) as exc:
        yield f"{FILE}: cannot be read: {exc}"
        return
    faults = (fault.validation_message for part in _parts(document) for fault in validate_full_spdx_document(part))
    yield from (f"{FILE}: {fault}" for fault in dict.fromkeys(faults))
    known = {
        checksum.value.lower()
        for package in document.packages
        for checksum in package.checksums
        if checksum.algorithm == ChecksumAlgorithm.SHA256
    }
    for package in sorted(directory.glob("*.dtmodel")):
        if sha256(package) not in known:
            yield f"{FILE}: says nothing about {package.name} as it is here"


def _parts(document: Document) -> Iterator[Document]:
    """The document taken apart, a model each: validating takes time squared. What belongs to no model comes last."""
    me = document.creation_info.spdx_id
    described = RelationshipType.DESCRIBES
    roots = [str(one.related_spdx_element_id) for one in document.relationships if one.relationship_type == described]
    owner = {root: root for root in roots}

    def belongs(spdx_id: str) -> str:
        return owner.get(spdx_id) or owner.get(spdx_id.partition(".")[0], "")

    def of(link: Relationship) -> str:
        return belongs(str(link.related_spdx_element_id) if link.spdx_element_id == me else link.spdx_element_id)

    for root in [*roots, ""]:
        part = Document(
            creation_info=document.creation_info,
            packages=[one for one in document.packages if belongs(one.spdx_id) == root],
            files=[one for one in document.files if belongs(one.spdx_id) == root],
            relationships=[one for one in document.relationships if of(one) == root],
            extracted_licensing_info=document.extracted_licensing_info,
        )
        if root or part.packages or part.files:
            yield part
