"""One model in an SBOM: its package and files, its checkpoints, and their datasets.

SPDX 2.3 has no elements for models and datasets, so each is a package; the role of a dataset is the comment of a
relationship. Clause 11 of SPDX 2.3 defines the relationships.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spdx_tools.spdx.model import (
    Actor,
    ActorType,
    Checksum,
    ChecksumAlgorithm,
    File,
    FileType,
    Package,
    PackagePurpose,
    Relationship,
    RelationshipType,
    SpdxNoAssertion,
)
from spdx_tools.spdx.spdx_element_utils import calculate_package_verification_code

from dtmodels.card.model import BaseModel, Card, Checkpoint, Dataset
from dtmodels.package.reader import PackageContents, PackageFile
from dtmodels.sbom.licences import concluded, declared

DOCUMENT = "SPDXRef-DOCUMENT"
_TYPES = {".json": FileType.TEXT, ".yaml": FileType.TEXT, ".onnx": FileType.BINARY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """The elements of one model in the document."""

    packages: tuple[Package, ...]
    files: tuple[File, ...]
    relationships: tuple[Relationship, ...]


def elements(package: PackageContents, url: str) -> Elements:
    """The elements of one model.

    Args:
        package: the finished package.
        url: of its download; empty when it is unknown.
    """
    card = package.card
    me = f"SPDXRef-{card.id}"
    files = [_file(member, f"{me}.file-{number}") for number, member in enumerate(package.files, 1)]
    checkpoints = [_checkpoint(card, number, one) for number, one in enumerate(card.checkpoints, 1)]
    datasets = [_dataset(card, number, one) for number, one in enumerate(card.training.datasets, 1)]
    base = [_base(card.id, card.base_model)] if card.base_model else []
    links = [Relationship(DOCUMENT, RelationshipType.DESCRIBES, me)]
    links += [Relationship(me, RelationshipType.CONTAINS, file.spdx_id) for file in files]
    links += _origins(me, files, checkpoints)
    links += _uses(card, [one.spdx_id for one in checkpoints] or [me], datasets, base)
    return Elements(
        packages=(_model(package, me, files, url), *checkpoints, *base, *datasets),
        files=tuple(files),
        relationships=tuple(links),
    )


def _model(package: PackageContents, me: str, files: list[File], url: str) -> Package:
    card = package.card
    return Package(
        spdx_id=me,
        name=card.id,
        version=card.version,
        file_name=package.path.name,
        download_location=url or SpdxNoAssertion(),
        originator=Actor(ActorType.ORGANIZATION, ", ".join(card.source.authors)),
        checksums=[Checksum(ChecksumAlgorithm.SHA256, package.sha256)],
        files_analyzed=True,
        verification_code=calculate_package_verification_code(files),
        license_declared=declared(card.license.weights),
        license_concluded=concluded(card),
        license_comment=f"Of the weights. The code that computes with them: {card.license.code}.",
        copyright_text=SpdxNoAssertion(),
        attribution_texts=[card.license.attribution] if card.license.attribution else [],
        summary=card.name,
        description=card.description,
        comment="\n".join(f"Known limitation, {one.about}: {one.text}" for one in card.limitations) or None,
        primary_package_purpose=PackagePurpose.ARCHIVE,
    )


def _file(member: PackageFile, spdx_id: str) -> File:
    return File(
        name=f"./{member.name}",
        spdx_id=spdx_id,
        checksums=[
            Checksum(ChecksumAlgorithm.SHA1, member.sha1),
            Checksum(ChecksumAlgorithm.SHA256, member.sha256),
        ],
        file_types=[kind] if (kind := _TYPES.get(member.name[member.name.rfind(".") :])) else [],
        license_concluded=SpdxNoAssertion(),
        copyright_text=SpdxNoAssertion(),
    )


def _checkpoint(card: Card, number: int, checkpoint: Checkpoint) -> Package:
    sums = [Checksum(ChecksumAlgorithm.SHA256, checkpoint.sha256)] if checkpoint.sha256 else []
    size = f", {checkpoint.bytes} bytes" if checkpoint.bytes else ""
    place = f", {checkpoint.file} of the model's directory in the repository" if checkpoint.file else ""
    return Package(
        spdx_id=f"SPDXRef-{card.id}.checkpoint-{number}",
        name=f"{card.id}: checkpoint {checkpoint.name}",
        download_location=SpdxNoAssertion() if checkpoint.file else checkpoint.location or SpdxNoAssertion(),
        files_analyzed=False,
        checksums=sums,
        license_declared=declared(card.license.weights),
        license_concluded=SpdxNoAssertion(),
        copyright_text=SpdxNoAssertion(),
        comment=f"The authors' {'archive' if checkpoint.member else 'file'}{size}{place}{_member(checkpoint)}",
        primary_package_purpose=PackagePurpose.ARCHIVE if checkpoint.member else PackagePurpose.FILE,
    )


def _member(checkpoint: Checkpoint) -> str:
    """The file of weights in an archive; SPDX 2.3 has no element for a file inside a file that is not analysed."""
    if not (member := checkpoint.member):
        return ""
    facts = [f"SHA-256 {member.sha256}"] if member.sha256 else []
    facts += [f"{member.bytes} bytes"] if member.bytes else []
    stated = f" ({', '.join(facts)})" if facts else ""
    return f". The weights are its member {member.path}{stated}"


def _base(model_id: str, base: BaseModel) -> Package:
    return Package(
        spdx_id=f"SPDXRef-{model_id}.base",
        name=base.name,
        download_location=base.url,
        files_analyzed=False,
        license_declared=declared(base.license),
        license_concluded=SpdxNoAssertion(),
        copyright_text=SpdxNoAssertion(),
        comment="The base model of these weights.",
        primary_package_purpose=PackagePurpose.OTHER,
    )


def _dataset(card: Card, number: int, data: Dataset) -> Package:
    labels = f" Its labels: {data.annotations.license}." if data.annotations else ""
    return Package(
        spdx_id=f"SPDXRef-{card.id}.data-{number}",
        name=data.name,
        download_location=data.url or SpdxNoAssertion(),
        files_analyzed=False,
        license_declared=declared(data.license),
        license_concluded=SpdxNoAssertion(),
        copyright_text=SpdxNoAssertion(),
        description=data.provenance,
        comment=(
            f"Data, role: {data.role}. Access: {data.access}. Collection: {data.collection}. "
            f"Personal data: {data.personal_data}. Consent: {data.consent}.{labels}"
        ),
        primary_package_purpose=PackagePurpose.OTHER,
    )


def _origins(me: str, files: list[File], checkpoints: list[Package]) -> Iterator[Relationship]:
    """The package and each of its graphs are generated from the checkpoints."""
    graphs = [file.spdx_id for file in files if file.name.endswith(".onnx")]
    for checkpoint in checkpoints:
        for result in (me, *graphs):
            yield Relationship(result, RelationshipType.GENERATED_FROM, checkpoint.spdx_id)


def _uses(card: Card, weights: list[str], datasets: list[Package], base: list[Package]) -> Iterator[Relationship]:
    """The datasets and base model of the weights, and the datasets that evaluate them."""
    for one in weights:
        for data, package in zip(card.training.datasets, datasets, strict=True):
            if data.role == "evaluate":
                yield Relationship(package.spdx_id, RelationshipType.TEST_OF, one, "evaluate")
            else:
                yield Relationship(one, RelationshipType.GENERATED_FROM, package.spdx_id, data.role)
        for package in base:
            yield Relationship(one, RelationshipType.DESCENDANT_OF, package.spdx_id)
