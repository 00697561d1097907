"""What darktable does with a served release, request by request: index, versions, package, digest, installation.

Two dialogs are imitated. darktable 5.6's own knows its models from a catalogue and asks for `version` and `sha256`
alone; the one for third-party repositories, in the development line 5.7, lists what `versions.json` offers. Both were
read from darktable's source; see the docstrings for what each step does there.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from dtbase.errors import Failure
from dtmodels.archive import install

MOST_JSON_BYTES = 1 << 20
"""darktable reads no longer answer where it expects JSON."""
_DIGEST = re.compile(r"sha256:[0-9a-fA-F]{64}")


class Disappointed(Failure):
    """What darktable's user would be told."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer."""

    url: str
    status: int
    bytes: int
    outcome: str

    def __str__(self) -> str:
        return f"GET {self.url}\n    {self.status}, {self.bytes:,} bytes: {self.outcome}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A model of `versions.json`, as darktable reads it."""

    id: str
    version: str
    sha256: str
    """Empty when it has none darktable accepts: then it is not downloaded, and 5.7 does not list it."""
    name: str = ""
    description: str = ""
    task: str = ""
    license: str = ""
    size: int = 0


Fetch = Callable[[str], Any]
"""Opens an address: a context with `status` and `read(n)`; raises `urllib.error.URLError`."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a darktable that is set to one repository looks."""

    index: str
    download: Callable[[str, str], str]
    """The address of a file of a release, by tag and name."""


@dataclass(frozen=True, kw_only=True)
class DarktableClient:
    """A darktable of one version, set to one repository."""

    version: str
    """Three numbers; what follows them in a package's version is cut off before."""
    addresses: Addresses
    models: Path
    """The folder its models are installed in."""
    fetch: Fetch
    transcript: list[Exchange] = field(default_factory=list)

    def find_tag(self) -> str:
        """The release made for this version: looked up by exactly its three numbers.

        Raises:
            Disappointed: there is no index, or no entry.
        """
        document = self._json(self.addresses.index)
        releases = document.get("compatible_releases")
        tag = releases.get(self.version) if isinstance(releases, dict) else None
        if not isinstance(tag, str):
            self._said(f"no entry for {self.version}")
            raise Disappointed(
                f"no release for darktable {self.version}",
                where=self.addresses.index,
                fix=f"dtmodels index --serve {self.version}=<tag>, then commit it to the default branch",
            )
        self._said(f"{self.version} -> {tag}")
        return tag

    def offers(self, tag: str) -> dict[str, Offer]:
        """All models of a release; entries that are no objects are passed over, as darktable does."""
        document = self._json(self.addresses.download(tag, "versions.json"))
        models = document.get("models")
        found = {
            model_id: _offer(model_id, values)
            for model_id, values in (models.items() if isinstance(models, dict) else ())
            if isinstance(values, dict)
        }
        self._said(f"{len(found)} models")
        return found

    def listed(self, tag: str) -> list[Offer]:
        """What the dialog for third-party repositories lists: models with a valid digest.

        Raises:
            Disappointed: there is none, and the repository is not added.
        """
        found = [offer for offer in self.offers(tag).values() if offer.sha256]
        if not found:
            where = self.addresses.download(tag, "versions.json")
            raise Disappointed("no model with a valid sha256, so the repository is not added", where=where)
        return found

    def download(self, tag: str, offer: Offer, *, overwrite: Callable[[str], bool] = lambda _: True) -> Path:
        """Download a package, compare its digest, install it.

        Args:
            tag: the release.
            offer: the model.
            overwrite: asked with the id before an installed model is replaced.

        Returns:
            The folder of the installed model.

        Raises:
            Disappointed: no digest, another digest, or an archive darktable does not install.
        """
        if (self.models / offer.id).exists() and not overwrite(offer.id):
            return self.models / offer.id
        url = self.addresses.download(tag, f"{offer.id}.dtmodel")
        if not offer.sha256:
            raise Disappointed("no digest, so it is not downloaded", where=url)
        if re.search(r"[/\\?#]|[.][.]", f"{offer.id}.dtmodel"):
            raise Disappointed("the name of the file is refused", where=url)
        with tempfile.TemporaryDirectory() as cache:
            package = Path(cache) / f"{offer.id}.dtmodel"
            with self._opened(url) as answer, package.open("wb") as file:
                found = self._copy(url, answer, file)
            if found != offer.sha256.lower():
                self._said(f"sha256 {found[:12]}..., not {offer.sha256[:12]}...: deleted")
                raise Disappointed(f"the digest is {found}, not {offer.sha256}", where=url)
            self._said("the digest is right")
            return self._install(package)

    def update_available(self, model_id: str, offer: Offer) -> bool:
        """Whether an update is shown for an installed model: versions are compared, bytes never are."""
        try:
            config = json.loads((self.models / model_id / "config.json").read_bytes())
        except (OSError, ValueError):
            return False
        installed = config.get("version") if isinstance(config, dict) else None
        return numbers(installed if isinstance(installed, str) else "") < numbers(offer.version)

    def _install(self, package: Path) -> Path:
        with tempfile.TemporaryDirectory(dir=self.models, prefix=".staging.") as staging:
            installed = install(package, Path(staging))
            wrong = [str(problem) for problem in installed.problems if problem.severity == "error"]
            if installed.folder is None or wrong:
                raise Disappointed("\n".join(["cannot be installed whole", *wrong]), where=package.name)
            target = self.models / installed.id
            shutil.rmtree(target, ignore_errors=True)
            installed.folder.replace(target)
        self._said(f"installed as {target.name}")
        return target

    def _json(self, url: str) -> dict[str, Any]:
        with self._opened(url) as answer:
            data = answer.read(MOST_JSON_BYTES + 1)
        self.transcript.append(Exchange(url, answer.status, len(data), "read"))
        if len(data) > MOST_JSON_BYTES:
            raise Disappointed(f"more than {MOST_JSON_BYTES:,} bytes, so it is not read", where=url)
        try:
            document = json.loads(data)
        except ValueError as wrong:
            raise Disappointed(f"not JSON: {wrong}", where=url) from wrong
        if not isinstance(document, dict):
            raise Disappointed("not a JSON object", where=url)
        return document

    def _copy(self, url: str, answer: Any, file: IO[bytes]) -> str:
        digest, size = hashlib.sha256(), 0
        while block := answer.read(1 << 20):
            file.write(block)
            digest.update(block)
            size += len(block)
        self.transcript.append(Exchange(url, answer.status, size, "read"))
        return digest.hexdigest()

    @contextmanager
    def _opened(self, url: str) -> Iterator[Any]:
        try:
            with self.fetch(url) as answer:
                yield answer
        except urllib.error.HTTPError as refused:
            self.transcript.append(Exchange(url, refused.code, 0, str(refused.reason)))
            refused.close()
            raise Disappointed(f"the server answers {refused.code} {refused.reason}", where=url) from refused
        except OSError as failed:
            self.transcript.append(Exchange(url, 0, 0, str(failed)))
            raise Disappointed(f"cannot be fetched: {failed}", where=url) from failed

    def _said(self, outcome: str) -> None:
        last = self.transcript[-1]
        known = "" if last.outcome == "read" else f"{last.outcome}; "
        self.transcript[-1] = Exchange(last.url, last.status, last.bytes, known + outcome)


def numbers(version: str) -> tuple[int, int]:
    """A version as `sscanf("%d.%d")` reads it: what it cannot read is 0, and what follows is ignored."""
    found = re.match(r"\s*([+-]?\d+)(?:\.\s*([+-]?\d+))?", version)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def public(version: str, timeout_s: float = 30.0) -> Fetch:
    """Requests as darktable makes them: its name, redirections followed, no token."""

    def fetch(url: str) -> Any:
        request = urllib.request.Request(url, headers={"User-Agent": f"darktable/{version}"})  # noqa: S310 - our release
        return urllib.request.urlopen(request, timeout=timeout_s)  # noqa: S310

    return fetch


def _offer(model_id: str, values: dict[str, Any]) -> Offer:
    def text(name: str) -> str:
        value = values.get(name)
        return value if isinstance(value, str) else ""

    digest = text("sha256")
    size = values.get("size")
    return Offer(
        id=model_id,
        version=text("version"),
        sha256=digest.removeprefix("sha256:") if _DIGEST.fullmatch(digest) else "",
        **{name: text(name) for name in ("name", "description", "task", "license")},
        size=size if isinstance(size, int) else 0,
    )
