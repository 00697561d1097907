"""The document: all models of a release, dated by the release, checked by SPDX's own validator before it is written."""

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
_NAMES = "https://spdx.org/spdxdocs/"


def write_sbom(root: Path, directory: Path, tag: str) -> Path:
    """Write the SBOM of a release directory into it; the same packages and tag give the same bytes.

    Args:
        root: the model repository, whose last commit dates the document where SOURCE_DATE_EPOCH does not.
        directory: holds the packages, `<id>.dtmodel`.
        tag: the release.

    Raises:
        NothingToDo: there is no package.
        Failure: a package cannot be read, or SPDX's validator is not content.
        WrongUsage: nothing dates the document.
    """
    packages, created = read_packages(directory), moment(root)
    for package in packages:
        _validate(package, tag, created)
    text = io.StringIO()
    write_document_to_stream(bill(packages, tag, created), text, validate=False)
    write_text(directory / FILE, text.getvalue() + "\n")
    return directory / FILE


def bill(packages: list[PackageContents], tag: str, created: datetime) -> Document:
    """The document about some packages; its name among all documents follows from tag and digests."""
    parts = [elements(package, _address(tag, package.path.name)) for package in packages]
    identity = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join([tag, *(package.sha256 for package in packages)]))
    name = f"models-{tag}"
    return Document(
        creation_info=CreationInfo(
            spdx_version="SPDX-2.3",
            spdx_id=DOCUMENT,
            name=name,
            document_namespace=f"{_NAMES}{quote(name, safe='')}-{identity}",
            creators=[Actor(ActorType.TOOL, f"dtmodels-{version('dtmodels')}")],
            created=created,
        ),
        packages=[one for part in parts for one in part.packages],
        files=[one for part in parts for one in part.files],
        relationships=[one for part in parts for one in part.relationships],
        extracted_licensing_info=unlisted(packages),
    )


def _validate(package: PackageContents, tag: str, created: datetime) -> None:
    """Ask SPDX's validator about one model's part: nothing refers to another's, and the time it takes is squared."""
    if found := validate_full_spdx_document(bill([package], tag, created), "SPDX-2.3"):
        faults = "\n".join(dict.fromkeys(message.validation_message for message in found))
        what = f"SPDX's validator is not content\n{faults}"
        raise Failure(what, where=f"{FILE}: {package.card.id}", fix="correct its card, and build it again")


def moment(root: Path) -> datetime:
    """When the release was made, in UTC: SOURCE_DATE_EPOCH, or the date of the commit that is checked out.

    Raises:
        WrongUsage: SOURCE_DATE_EPOCH is no number of seconds, or there is neither it nor a commit.
    """
    fix = "set SOURCE_DATE_EPOCH to the seconds since 1970"
    seconds = (
        os.environ.get("SOURCE_DATE_EPOCH")
        or git(root, "log", "-1", "--format=%ct", "HEAD", what="no commit says when this release was made", fix=fix)
        .decode()
        .strip()
    )
    if not (seconds.isascii() and seconds.isdigit() and int(seconds) < 2**33):
        raise WrongUsage(f"'{seconds}' is no date", where="SOURCE_DATE_EPOCH", fix=fix)
    return datetime.fromtimestamp(int(seconds), UTC).replace(tzinfo=None)


def _address(tag: str, asset: str) -> str:
    """Where the release offers an asset to everybody, as far as the runner's environment tells."""
    server, repository = os.environ.get("GITHUB_SERVER_URL", ""), os.environ.get("GITHUB_REPOSITORY")
    everybody = server.startswith("https://") and repository
    return f"{server}/{repository}/releases/download/{quote(tag)}/{asset}" if everybody else ""
