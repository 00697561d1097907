"""What darktable does with a served release, request by request: index, versions, package, digest, installation.

Its own dialog (5.6) knows its models from a catalogue and reads `version` and `sha256` of each. The one for
repositories of others (development line 5.7) lists what `versions.json` offers, and asks before it replaces a model
that came from elsewhere. Both as read from darktable's source.
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
"""darktable reads no longer answer where it expects JSON."""
_DIGEST = re.compile(r"sha256:[0-9a-fA-F]{64}")


class ClientError(Failure):
    """What darktable's user would be told."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, its answer, and what darktable made of it."""

    url: str
    status: int
    """0 when there was no answer."""
    bytes: int
    outcome: str = ""

    def __str__(self) -> str:
        return f"GET {self.url}\n    {self.status}, {self.bytes:,} bytes; {self.outcome}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A model of `versions.json`, as darktable reads it: what is not a string counts as absent."""

    id: str
    version: str
    sha256: str
    """64 hex digits; empty when there is no digest darktable accepts, so that it downloads nothing."""
    name: str = ""
    description: str = ""
    task: str = ""
    license: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a darktable that is set to one repository looks."""

    repository: str
    index: str
    file: Callable[[str, str], str]
    """The address of a file of a release, by tag and name."""


Fetch = Callable[[str, Path], object]
"""Saves what an address gives to a file, redirections followed; raises `HttpError` or `Unreachable`."""


@dataclass(frozen=True, kw_only=True)
class DarktableClient:
    """A darktable of one version, set to one repository."""

    version: str
    """Three numbers; darktable cuts off what follows them in its own version."""
    addresses: Addresses
    fetch: Fetch
    models: Path
    """The directory its models are installed in."""
    cache: Path
    """Where it downloads to."""
    origins: dict[str, str] = field(default_factory=dict)
    """The repository each installed model came from."""
    transcript: list[Exchange] = field(default_factory=list)

    def find_tag(self) -> str:
        """The release made for this version: looked up by exactly its three numbers.

        Raises:
            Disappointed: there is no index, or no entry in it.
        """
        releases = self._json(self.addresses.index).get("compatible_releases")
        tag = releases.get(self.version) if isinstance(releases, dict) else None
        if not isinstance(tag, str):
            self._conclude(f"no entry for {self.version}")
            raise ClientError(
                f"no release for darktable {self.version}",
                where=self.addresses.index,
                fix=f"dtmodels index --serve {self.version}=<tag>, then commit it to the default branch",
            )
        self._conclude(f"{self.version} downloads {tag}")
        return tag

    def offers(self, tag: str) -> dict[str, Offer]:
        """The models of a release, by id. An entry that is no object is passed over, as darktable does.

        Raises:
            Disappointed: `versions.json` cannot be had or read.
        """
        models = self._json(self.addresses.file(tag, "versions.json")).get("models")
        given = models.items() if isinstance(models, dict) else ()
        found = {model_id: _offer(model_id, values) for model_id, values in given if isinstance(values, dict)}
        self._conclude(f"{len(found)} models")
        return found

    def listed(self, tag: str) -> list[Offer]:
        """What the dialog for repositories of others lists, sorted by id: models with a digest.

        Raises:
            Disappointed: there is none, so the repository cannot be added.
        """
        offers = self.offers(tag)
        found = [offers[model_id] for model_id in sorted(offers) if offers[model_id].sha256]
        if not found:
            raise ClientError(
                "offers no model with a digest, so the repository cannot be added",
                where=self.addresses.file(tag, "versions.json"),
            )
        self._conclude("; ".join(f"{one.name or one.id} {one.version} ({one.task})" for one in found[:3]))
        return found

    def download(self, tag: str, offer: Offer) -> Path:
        """Download a package, compare its digest, install it. Nothing installed changes before the digest is right.

        Returns:
            The directory of the installed model.

        Raises:
            Disappointed: no digest, another digest, or an archive darktable would not install whole.
        """
        name = f"{offer.id}.dtmodel"
        url = self.addresses.file(tag, name)
        if re.search(r"[/\\?#]|[.][.]", name):
            raise ClientError("darktable refuses the name of this file", where=name)
        if not offer.sha256:
            raise ClientError("has no digest, so it is not downloaded", where=url)
        package = self.cache / name
        self._save(url, package)
        if (found := sha256(package)) != offer.sha256.lower():
            package.unlink()
            self._conclude(f"sha256 {found[:12]}... is not {offer.sha256[:12]}..., deleted")
            raise ClientError(f"the digest is {found}, not {offer.sha256}", where=url)
        self._conclude("the digest is right")
        return self._install(package)

    def asks_before_replacing(self, model_id: str) -> bool:
        """Whether 5.7 asks: a model of this id is installed, and it came from elsewhere."""
        installed = (self.models / model_id).is_dir()
        return installed and self.origins.get(model_id) != self.addresses.repository

    def update_available(self, offer: Offer) -> bool:
        """Whether an update is shown for an installed model: two numbers are compared, bytes never are."""
        try:
            config = json.loads((self.models / offer.id / "config.json").read_bytes())
        except (OSError, ValueError):
            return False
        version = config.get("version") if isinstance(config, dict) else None
        return numbers(version if isinstance(version, str) else "") < numbers(offer.version)

    def _install(self, package: Path) -> Path:
        """The first entry of the archive names the model; its directory replaces an older one."""
        with tempfile.TemporaryDirectory(dir=self.models, prefix=".staging.") as staging:
            installed = install(package, Path(staging))
            wrong = [str(problem) for problem in installed.problems if problem.severity == "error"]
            if installed.directory is None or wrong:
                self._conclude("cannot be installed whole")
                raise ClientError("\n".join(["cannot be installed whole", *wrong]), where=package.name)
            target = self.models / installed.id
            shutil.rmtree(target, ignore_errors=True)
            installed.directory.replace(target)
        self.origins[installed.id] = self.addresses.repository
        self._conclude(f"installed as {target.name}")
        return target

    def _json(self, url: str) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(dir=self.cache) as scratch:
            path = Path(scratch) / "answer"
            self._save(url, path)
            if path.stat().st_size > MOST_JSON_BYTES:
                self._conclude(f"more than {MOST_JSON_BYTES:,} bytes, not read")
                raise ClientError(f"has more than {MOST_JSON_BYTES:,} bytes, so darktable does not read it", where=url)
            try:
                document = json.loads(path.read_bytes())
            except ValueError as exc:
                self._conclude("not JSON")
                raise ClientError(f"not JSON: {exc}", where=url) from exc
        return document if isinstance(document, dict) else {}

    def _save(self, url: str, path: Path) -> None:
        try:
            self.fetch(url, path)
        except (HttpError, Unreachable) as failed:
            status = failed.status if isinstance(failed, HttpError) else 0
            self.transcript.append(Exchange(url, status, 0, failed.what))
            raise ClientError(failed.what, where=url, fix=failed.fix) from failed
        self.transcript.append(Exchange(url, 200, path.stat().st_size))

    def _conclude(self, outcome: str) -> None:
        """Add to the last exchange what became of it."""
        last = self.transcript.pop()
        said = f"{last.outcome}, {outcome}" if last.outcome else outcome
        self.transcript.append(Exchange(last.url, last.status, last.bytes, said))


def numbers(version: str) -> tuple[int, int]:
    """A version as `sscanf("%d.%d")` reads it: what it cannot read is 0, and what follows is ignored."""
    found = re.match(r"\s*([+-]?[0-9]+)(?:\.\s*([+-]?[0-9]+))?", version)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


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
