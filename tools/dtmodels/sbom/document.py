"""Write the SPDX document of a release: all its models, validated with SPDX's validator before it is written."""

from __future__ import annotations

import io
import os
import uuid
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from spdx_tools.spdx.model import Actor, ActorType, CreationInfo, Document
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
from spdx_tools.spdx.writer.json.json_writer import write_document_to_stream

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.files import write_text
from dtmodels.package.reader import PackageContents, read_packages
from dtmodels.release.git import git
from dtmodels.sbom.licences import unlisted
from dtmodels.sbom.model import DOCUMENT, elements

FILE = "sbom.spdx.json"
_NAMESPACE = "https://spdx.org/spdxdocs/"


def write_sbom(root: Path, directory: Path, tag: str) -> Path:
    """Write the SBOM of a release directory into it; it is bit-identical for the same packages and tag.

    Args:
        root: the model repository; its last commit dates the document when SOURCE_DATE_EPOCH is not set.
        directory: contains the packages, `<id>.dtmodel`.
        tag: the release.

    Raises:
        NothingToDo: there is no package.
        Failure: a package cannot be read, or SPDX's validator reports an error.
        WrongUsage: there is no date for the document.
    """
    packages, created = read_packages(directory), release_time(root)
    for package in packages:
        _validate(package, tag, created)
    text = io.StringIO()
    write_document_to_stream(spdx_document(packages, tag, created), text, validate=False)
    write_text(directory / FILE, text.getvalue() + "\n")
    return directory / FILE


def spdx_document(packages: list[PackageContents], tag: str, created: datetime) -> Document:
    """The SPDX document of these packages; tag and digests determine its namespace."""
    parts = [elements(package, _download_url(tag, package.path.name)) for package in packages]
    identity = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join([tag, *(package.sha256 for package in packages)]))
    name = f"models-{tag}"
    return Document(
        creation_info=CreationInfo(
            spdx_version="SPDX-2.3",
            spdx_id=DOCUMENT,
            name=name,
            document_namespace=f"{_NAMESPACE}{quote(name, safe='')}-{identity}",
            creators=[Actor(ActorType.TOOL, f"dtmodels-{version('dtmodels')}")],
            created=created,
        ),
        packages=[one for part in parts for one in part.packages],
        files=[one for part in parts for one in part.files],
        relationships=[one for part in parts for one in part.relationships],
        extracted_licensing_info=unlisted(packages),
    )


def _validate(package: PackageContents, tag: str, created: datetime) -> None:
    """Validate one model separately: models do not refer to each other, and validation takes quadratic time."""
    if found := validate_full_spdx_document(spdx_document([package], tag, created), "SPDX-2.3"):
        messages = "\n".join(dict.fromkeys(message.validation_message for message in found))
        what = f"SPDX's validator reports errors\n{messages}"
        raise Failure(what, where=f"{FILE}: {package.card.id}", fix="correct the card and build the model again")


def release_time(root: Path) -> datetime:
    """Time of the release in UTC: SOURCE_DATE_EPOCH, or the date of the checked-out commit.

    Raises:
        WrongUsage: SOURCE_DATE_EPOCH is no number of seconds, or it is not set and there is no commit.
    """
    fix = "set SOURCE_DATE_EPOCH to the seconds since 1970"
    seconds = (
        os.environ.get("SOURCE_DATE_EPOCH")
        or git(
            root, "log", "-1", "--format=%ct", "HEAD", what="there is no commit with the date of this release", fix=fix
        )
        .decode()
        .strip()
    )
    if not (seconds.isascii() and seconds.isdigit() and int(seconds) < 2**33):
        raise WrongUsage(f"'{seconds}' is no date", where="SOURCE_DATE_EPOCH", fix=fix)
    return datetime.fromtimestamp(int(seconds), UTC).replace(tzinfo=None)


def _download_url(tag: str, asset: str) -> str:
    """Public URL of an asset of the release, from the environment of a GitHub runner; empty elsewhere."""
    server, repository = os.environ.get("GITHUB_SERVER_URL", ""), os.environ.get("GITHUB_REPOSITORY")
    on_runner = server.startswith("https://") and repository
    return f"{server}/{repository}/releases/download/{quote(tag)}/{asset}" if on_runner else ""
