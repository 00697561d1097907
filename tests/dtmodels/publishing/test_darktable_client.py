"""The simulated darktable: requests, accepted and rejected responses, and errors for its user."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dtmodels.publishing.darktable_client import ClientError, DarktableClient, Offer, RepositoryUrls, parse_version
from dtmodels.publishing.http_client import HttpError, Unreachable

INDEX = "https://raw.test/someone/models/HEAD/releases-index.json"
BASE = "https://files.test"


class FakeFiles:
    """Files by URL, in place of a server."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def fetch(self, url: str, path: Path) -> None:
        if url not in self.files:
            raise HttpError(404, "Not Found", where=url)
        path.write_bytes(self.files[url])


@pytest.fixture
def served() -> FakeFiles:
    return FakeFiles()


@pytest.fixture
def client(served: FakeFiles, tmp_path: Path) -> DarktableClient:
    (tmp_path / "models").mkdir()
    (tmp_path / "cache").mkdir()
    return DarktableClient(
        version="5.6.0",
        urls=RepositoryUrls("someone/models", INDEX, lambda tag, name: f"{BASE}/{tag}/{name}"),
        fetch=served.fetch,
        models=tmp_path / "models",
        cache=tmp_path / "cache",
    )


def index(served: FakeFiles, document: Any) -> None:
    served.files[INDEX] = json.dumps(document).encode()


def versions(served: FakeFiles, models: Any, tag: str = "v1.0.0") -> None:
    served.files[f"{BASE}/{tag}/versions.json"] = json.dumps({"schema": 1, "models": models}).encode()


def package(served: FakeFiles, tmp_path: Path, model_id: str = "toy", top: str = "", **config: Any) -> Offer:
    """Serve a package, and return its entry of versions.json."""
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        values = {"id": model_id, "version": "1.0", **config}
        archive.writestr(f"{top or model_id}/config.json", json.dumps(values))
        archive.writestr(f"{top or model_id}/model.onnx", b"graph")
    served.files[f"{BASE}/v1.0.0/{model_id}.dtmodel"] = path.read_bytes()
    return Offer(id=model_id, version="1.0", sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def test_release_is_looked_up_by_the_exact_version(served: FakeFiles, client: DarktableClient) -> None:
    index(served, {"schema": 1, "compatible_releases": {"5.6.0": "v1.0.0"}})
    assert client.find_tag() == "v1.0.0"
    with pytest.raises(ClientError, match=r"no release for darktable 5.6.1") as reported:
        replace(client, version="5.6.1").find_tag()
    assert reported.value.fix.startswith("dtmodels index --serve 5.6.1=")


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"compatible_releases": []},
        {"compatible_releases": {"5.6.0": 7}},
        {"compatible_releases": {"5.6": "v1"}},
    ],
)
def test_malformed_index_has_no_entry(served: FakeFiles, client: DarktableClient, document: Any) -> None:
    index(served, document)
    with pytest.raises(ClientError, match="no release for darktable"):
        client.find_tag()


def test_other_schema_version_is_accepted(served: FakeFiles, client: DarktableClient) -> None:
    index(served, {"schema": 2, "compatible_releases": {"5.6.0": "v1.0.0"}})
    assert client.find_tag() == "v1.0.0"


def test_missing_index_is_reported(client: DarktableClient) -> None:
    with pytest.raises(ClientError, match="404"):
        client.find_tag()
    assert client.transcript[-1].status == 404


def test_versions_json_over_one_mebibyte_is_rejected(served: FakeFiles, client: DarktableClient) -> None:
    served.files[f"{BASE}/v1.0.0/versions.json"] = b'{"models": {}}'.ljust((1 << 20) + 1)
    with pytest.raises(ClientError, match="more than 1,048,576 bytes"):
        client.offers("v1.0.0")
    served.files[f"{BASE}/v1.0.0/versions.json"] = b'{"models": {}}'.ljust(1 << 20)
    assert client.offers("v1.0.0") == {}


def test_values_that_are_not_strings_are_ignored(served: FakeFiles, client: DarktableClient) -> None:
    digest = f"sha256:{'A' * 64}"
    versions(served, {"flat": "1.0", "odd": {"version": 1.0, "sha256": digest, "name": None, "size": "9"}})
    assert client.offers("v1.0.0") == {"odd": Offer(id="odd", version="", sha256="A" * 64)}


@pytest.mark.parametrize("digest", ["", "a" * 64, "SHA256:" + "a" * 64, "sha256:" + "a" * 63, "sha256:xyz", None])
def test_model_without_valid_digest_is_neither_listed_nor_downloaded(
    served: FakeFiles, client: DarktableClient, digest: Any
) -> None:
    versions(served, {"toy": {"version": "1.0", "sha256": digest}})
    with pytest.raises(ClientError, match="cannot be added"):
        client.listed("v1.0.0")
    with pytest.raises(ClientError, match="has no digest, so it is not downloaded"):
        client.download("v1.0.0", client.offers("v1.0.0")["toy"])


def test_listed_models_are_sorted_and_described(served: FakeFiles, client: DarktableClient) -> None:
    entry = {"version": "1.0", "sha256": f"sha256:{'a' * 64}", "name": "a toy", "task": "denoise", "license": "MIT"}
    versions(served, {"b": entry, "a": entry, "c": {"version": "1.0"}})
    assert [offer.id for offer in client.listed("v1.0.0")] == ["a", "b"]
    assert "a toy 1.0 (denoise)" in str(client.transcript[-1])


def test_package_is_installed_as_its_first_entry(served: FakeFiles, client: DarktableClient, tmp_path: Path) -> None:
    offer = package(served, tmp_path, "toy", top="elsewhere")
    assert client.download("v1.0.0", offer) == client.models / "elsewhere"
    assert (client.models / "elsewhere/model.onnx").read_bytes() == b"graph"


def test_digest_comparison_ignores_case(served: FakeFiles, client: DarktableClient, tmp_path: Path) -> None:
    offer = package(served, tmp_path)
    assert client.download("v1.0.0", replace(offer, sha256=offer.sha256.upper())).name == "toy"


def test_wrong_digest_deletes_download_and_retains_old_model(
    served: FakeFiles, client: DarktableClient, tmp_path: Path
) -> None:
    client.download("v1.0.0", package(served, tmp_path))
    before = (client.models / "toy/config.json").read_bytes()
    offer = package(served, tmp_path, version="2.0")
    served.files[f"{BASE}/v1.0.0/toy.dtmodel"] += b"!"
    with pytest.raises(ClientError, match="the digest is"):
        client.download("v1.0.0", offer)
    assert not (client.cache / "toy.dtmodel").exists()
    assert (client.models / "toy/config.json").read_bytes() == before
    assert "deleted" in str(client.transcript[-1])


@pytest.mark.parametrize("model_id", ["../toy", "to/y", "to\\y", "toy?x", "toy#x", "to..y"])
def test_path_in_model_id_is_rejected_without_request(client: DarktableClient, model_id: str) -> None:
    with pytest.raises(ClientError, match="rejects the name"):
        client.download("v1.0.0", Offer(id=model_id, version="1.0", sha256="a" * 64))
    assert client.transcript == []


def test_incomplete_archive_is_reported(served: FakeFiles, client: DarktableClient) -> None:
    served.files[f"{BASE}/v1.0.0/toy.dtmodel"] = b"PK\x03\x04 truncated"
    digest = hashlib.sha256(served.files[f"{BASE}/v1.0.0/toy.dtmodel"]).hexdigest()
    with pytest.raises(ClientError, match="cannot be installed completely"):
        client.download("v1.0.0", Offer(id="toy", version="1.0", sha256=digest))
    assert list(client.models.iterdir()) == []


@pytest.mark.parametrize(
    ("installed", "offered", "update"),
    [
        ("1.0", "1.0", False), ("1.0", "1.1", True), ("1.1", "1.0", False), ("1.9", "1.10", True),
        ("1.0.1", "1.0.9", False), ("v1.0", "0.1", True), ("v1.0", "v9.0", False), ("2", "2.0", False),
        ("2", "2.1", True), (1.0, "1.0", True), ("", "0.0", False),
    ],
)  # fmt: skip
def test_update_is_offered_for_a_higher_version(
    client: DarktableClient, installed: Any, offered: str, update: bool
) -> None:
    (client.models / "toy").mkdir()
    (client.models / "toy/config.json").write_text(json.dumps({"version": installed}))
    assert client.update_available(Offer(id="toy", version=offered, sha256="")) == update


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1.2", (1, 2)),
        (" 1.2", (1, 2)),
        ("1. 2", (1, 2)),
        ("1.x", (1, 0)),
        ("x", (0, 0)),
        ("-1.5", (-1, 5)),
        ("+1", (1, 0)),
    ],
)
def test_version_parsing_follows_sscanf(text: str, read: tuple[int, int]) -> None:
    assert parse_version(text) == read


def test_replacement_is_confirmed_for_another_repository_only(
    served: FakeFiles, client: DarktableClient, tmp_path: Path
) -> None:
    assert not client.confirms_replacement("toy")
    client.download("v1.0.0", package(served, tmp_path))
    assert not client.confirms_replacement("toy"), "an update from the same repository"
    client.origins["toy"] = "another/repository"
    assert client.confirms_replacement("toy")


def test_transcript_lists_requests_and_outcomes(served: FakeFiles, client: DarktableClient, tmp_path: Path) -> None:
    index(served, {"schema": 1, "compatible_releases": {"5.6.0": "v1.0.0"}})
    offer = package(served, tmp_path)
    versions(served, {"toy": {"version": "1.0", "sha256": f"sha256:{offer.sha256}"}})
    tag = client.find_tag()
    client.download(tag, client.offers(tag)["toy"])
    reported = "\n".join(str(one) for one in client.transcript)
    assert [one.url.rpartition("/")[2] for one in client.transcript] == [
        "releases-index.json", "versions.json", "toy.dtmodel",
    ]  # fmt: skip
    for words in ("5.6.0 downloads v1.0.0", "1 models", "the digest matches, installed as toy"):
        assert words in reported


def test_missing_response_is_reported(client: DarktableClient) -> None:
    def fetch(url: str, path: Path) -> None:
        raise Unreachable("timed out", where=url)

    with pytest.raises(ClientError, match="no response: timed out"):
        replace(client, fetch=fetch).find_tag()
