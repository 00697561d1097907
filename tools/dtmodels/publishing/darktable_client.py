"""Simulation of darktable's model download: index, versions, package, digest, installation.

The dialog of 5.6 has a fixed catalogue of models, and reads `version` and `sha256` of each. The dialog of the
development line 5.7 lists all models in `versions.json` of any repository. It asks before it replaces a model that
came from another repository. Both follow darktable's source.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtbase.system.files import sha256
from dtmodels.package.archive import install
from dtmodels.publishing.http_client import HttpError, Unreachable

MOST_JSON_BYTES = 1 << 20
"""darktable rejects a longer JSON response."""
_DIGEST = re.compile(r"sha256:[0-9a-fA-F]{64}")


class ClientError(Failure):
    """An error that darktable would report to its user."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, its response, and how darktable handles it."""

    url: str
    status: int
    """HTTP status; 0 if there was no response."""
    bytes: int
    outcome: str = ""

    def __str__(self) -> str:
        return f"GET {self.url}\n    {self.status}, {self.bytes:,} bytes; {self.outcome}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A model of `versions.json` as darktable reads it: a value that is not a string counts as absent."""

    id: str
    version: str
    sha256: str
    """64 hex digits; empty without a valid digest, so that darktable does not download the model."""
    name: str = ""
    description: str = ""
    task: str = ""
    license: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class RepositoryUrls:
    """URLs that darktable requests for one repository."""

    repository: str
    index: str
    file: Callable[[str, str], str]
    """Returns the URL of a file of a release, by tag and name."""


Fetch = Callable[[str, Path], object]
"""Downloads a URL to a file, and follows redirections; raises `HttpError` or `Unreachable`."""


@dataclass(frozen=True, kw_only=True)
class DarktableClient:
    """A darktable of one version, configured for one repository."""

    version: str
    """Three integers, X.Y.Z; darktable ignores the rest of its own version."""
    urls: RepositoryUrls
    fetch: Fetch
    models: Path
    """Directory of installed models."""
    cache: Path
    """Directory of downloads."""
    origins: dict[str, str] = field(default_factory=dict)
    """Source repository of each installed model."""
    transcript: list[Exchange] = field(default_factory=list)

    def find_tag(self) -> str:
        """Look up the release for exactly this version in the index.

        Raises:
            ClientError: there is no index, or it has no entry for this version.
        """
        releases = self._json(self.urls.index).get("compatible_releases")
        tag = releases.get(self.version) if isinstance(releases, dict) else None
        if not isinstance(tag, str):
            self._conclude(f"no entry for {self.version}")
            raise ClientError(
                f"no release for darktable {self.version}",
                where=self.urls.index,
                fix=f"dtmodels index --serve {self.version}=<tag>, then commit it to the default branch",
            )
        self._conclude(f"{self.version} downloads {tag}")
        return tag

    def offers(self, tag: str) -> dict[str, Offer]:
        """Read the models of a release, by id. An entry that is not an object is ignored, as in darktable.

        Raises:
            ClientError: `versions.json` cannot be downloaded or parsed.
        """
        models = self._json(self.urls.file(tag, "versions.json")).get("models")
        entries = models.items() if isinstance(models, dict) else ()
        offers = {model_id: _offer(model_id, values) for model_id, values in entries if isinstance(values, dict)}
        self._conclude(f"{len(offers)} models")
        return offers

    def listed(self, tag: str) -> list[Offer]:
        """List models with a digest, sorted by id, as the dialog for any repository does.

        Raises:
            ClientError: no model has a digest, so that the repository cannot be added.
        """
        offers = self.offers(tag)
        with_digest = [offers[model_id] for model_id in sorted(offers) if offers[model_id].sha256]
        if not with_digest:
            raise ClientError(
                "offers no model with a digest, so the repository cannot be added",
                where=self.urls.file(tag, "versions.json"),
            )
        self._conclude("; ".join(f"{one.name or one.id} {one.version} ({one.task})" for one in with_digest[:3]))
        return with_digest

    def download(self, tag: str, offer: Offer) -> Path:
        """Download a package, compare its digest, and install it only if the digest matches.

        Returns:
            The directory of the installed model.

        Raises:
            ClientError: no digest, another digest, or an archive that darktable would not install completely.
        """
        name = f"{offer.id}.dtmodel"
        url = self.urls.file(tag, name)
        if re.search(r"[/\\?#]|[.][.]", name):
            raise ClientError("darktable rejects the name of this file", where=name)
        if not offer.sha256:
            raise ClientError("has no digest, so it is not downloaded", where=url)
        package = self.cache / name
        self._save(url, package)
        if (actual := sha256(package)) != offer.sha256.lower():
            package.unlink()
            self._conclude(f"sha256 {actual[:12]}... is not {offer.sha256[:12]}..., deleted")
            raise ClientError(f"the digest is {actual}, not {offer.sha256}", where=url)
        self._conclude("the digest matches")
        return self._install(package)

    def confirms_replacement(self, model_id: str) -> bool:
        """Return True if 5.7 asks before an installation: the model is installed from another repository."""
        installed = (self.models / model_id).is_dir()
        return installed and self.origins.get(model_id) != self.urls.repository

    def update_available(self, offer: Offer) -> bool:
        """Return True if darktable offers an update: it compares two integers of the version, and no bytes."""
        try:
            config = json.loads((self.models / offer.id / "config.json").read_bytes())
        except (OSError, ValueError):
            return False
        version = config.get("version") if isinstance(config, dict) else None
        return parse_version(version if isinstance(version, str) else "") < parse_version(offer.version)

    def _install(self, package: Path) -> Path:
        """Install a package, and replace an older version; the first entry of the archive names the model."""
        with tempfile.TemporaryDirectory(dir=self.models, prefix=".staging.") as staging:
            installed = install(package, Path(staging))
            errors = [str(problem) for problem in installed.problems if problem.severity == "error"]
            if installed.directory is None or errors:
                self._conclude("cannot be installed completely")
                raise ClientError("\n".join(["cannot be installed completely", *errors]), where=package.name)
            target = self.models / installed.id
            shutil.rmtree(target, ignore_errors=True)
            installed.directory.replace(target)
        self.origins[installed.id] = self.urls.repository
        self._conclude(f"installed as {target.name}")
        return target

    def _json(self, url: str) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(dir=self.cache) as scratch:
            path = Path(scratch) / "response"
            self._save(url, path)
            if path.stat().st_size > MOST_JSON_BYTES:
                self._conclude(f"more than {MOST_JSON_BYTES:,} bytes, not read")
                raise ClientError(f"has more than {MOST_JSON_BYTES:,} bytes, so darktable rejects it", where=url)
            try:
                document = json.loads(path.read_bytes())
            except ValueError as exc:
                self._conclude("not JSON")
                raise ClientError(f"not JSON: {exc}", where=url) from exc
        return document if isinstance(document, dict) else {}

    def _save(self, url: str, path: Path) -> None:
        try:
            self.fetch(url, path)
        except (HttpError, Unreachable) as exc:
            status = exc.status if isinstance(exc, HttpError) else 0
            self.transcript.append(Exchange(url, status, 0, exc.what))
            raise ClientError(exc.what, where=url, fix=exc.fix) from exc
        self.transcript.append(Exchange(url, 200, path.stat().st_size))

    def _conclude(self, outcome: str) -> None:
        """Append an outcome to the last exchange."""
        last = self.transcript.pop()
        outcomes = f"{last.outcome}, {outcome}" if last.outcome else outcome
        self.transcript.append(Exchange(last.url, last.status, last.bytes, outcomes))


def parse_version(version: str) -> tuple[int, int]:
    """Parse a version as `sscanf("%d.%d")` does: an unreadable part is 0, and the rest is ignored."""
    match = re.match(r"\s*([+-]?[0-9]+)(?:\.\s*([+-]?[0-9]+))?", version)
    return (int(match[1]), int(match[2] or 0)) if match else (0, 0)


def _offer(model_id: str, values: dict[str, Any]) -> Offer:
    def text(name: str) -> str:
        value = values.get(name)
        return value if isinstance(value, str) else ""

    digest, size = text("sha256"), values.get("size")
    return Offer(
        id=model_id,
        version=text("version"),
        sha256=digest.removeprefix("sha256:") if _DIGEST.fullmatch(digest) else "",
        name=text("name"),
        description=text("description"),
        task=text("task"),
        license=text("license"),
        size=size if isinstance(size, int) and not isinstance(size, bool) else 0,
    )
