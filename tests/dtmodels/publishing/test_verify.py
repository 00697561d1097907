"""Checks of a release directory without a network, and of a published release as public and darktable client."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtmodels.publishing.directory_check import check_directory
from dtmodels.publishing.verify import VerifiedRelease, verify_release
from dtmodels.stages.index import SUMS, sha256_sums
from tests.dtmodels.publishing.sample_collection import QUIET, Collection
from tests.fake_github import Fault


@pytest.fixture
def dist(ready: Collection) -> Path:
    return ready.root / "dist"


def update_checksums(directory: Path) -> None:
    """Update the checksums, as a careful attacker would."""
    files = [path for path in directory.iterdir() if path.name not in (SUMS, "notes.md")]
    (directory / SUMS).write_text(sha256_sums(files))


def edit(name: str, change: Callable[[Any], object]) -> Callable[[Path], None]:
    def apply(directory: Path) -> None:
        content = json.loads((directory / name).read_bytes())
        change(content)
        (directory / name).write_text(json.dumps(content))
        update_checksums(directory)

    return apply


def append(name: str, *, checksums: bool) -> Callable[[Path], None]:
    def apply(directory: Path) -> None:
        (directory / name).write_bytes((directory / name).read_bytes() + b"!")
        if checksums:
            update_checksums(directory)

    return apply


def remove(name: str, *, checksums: bool) -> Callable[[Path], None]:
    def apply(directory: Path) -> None:
        (directory / name).unlink()
        if checksums:
            update_checksums(directory)

    return apply


def add_stray_file(directory: Path) -> None:
    (directory / "install.sh").write_text("rm -rf ~")


def add_traversal_line(directory: Path) -> None:
    (directory / SUMS).write_text((directory / SUMS).read_text() + f"{'0' * 64}  ../../etc/passwd\n")


def models(content: Any) -> Any:
    return content["models"]["denoise-one"]


TAMPERED = {
    "another byte": (append("denoise-one.dtmodel", checksums=False), "its sha256 is"),
    "a package signed again": (append("denoise-one.dtmodel", checksums=True), "another digest than the package"),
    "a loose file": (append("denoise-one-model.onnx", checksums=True), "denoise-one-model.onnx: differs"),
    "a loose config": (append("denoise-one-config.json", checksums=True), "denoise-one-config.json: differs"),
    "a missing file": (remove("denoise-one-model.onnx", checksums=False), "lists missing files: denoise-one-model"),
    "a missing package": (remove("denoise-one.dtmodel", checksums=True), "denoise-one: not in a package"),
    "no SBOM": (remove("sbom.spdx.json", checksums=True), "there is no sbom.spdx.json"),
    "no record": (remove("release.json", checksums=True), "there is no release.json"),
    "a stray file": (add_stray_file, "does not list install.sh"),
    "a path traversal": (add_traversal_line, "not a digest and a new name"),
    "another version": (edit("versions.json", lambda all_: models(all_).update(version="9.0")), "different versions"),
    "another task": (edit("versions.json", lambda all_: models(all_).update(task="mask")), "task is 'denoise' in the"),
    "another size": (edit("versions.json", lambda all_: models(all_).update(size=5)), "another size"),
    "a missing model": (
        edit("versions.json", lambda all_: all_["models"].update({"denoise-x": models(all_)})),
        "denoise-x: not in a package and release.json",
    ),
    "an unknown field": (edit("versions.json", lambda all_: all_.update(extra=1)), "breaks additionalProperties"),
    "a yanked model": (
        edit("release.json", lambda all_: all_.update(yanked={"denoise-one": "bad"})),
        "yanked, but still present: denoise-one",
    ),
    "an SBOM of another package": (
        edit("sbom.spdx.json", lambda all_: [one.pop("checksums", None) for one in all_["packages"]]),
        "does not list denoise-one.dtmodel with its digest",
    ),
    "an SBOM that is not SPDX": (
        edit("sbom.spdx.json", lambda all_: all_.pop("creationInfo")),
        "sbom.spdx.json: cannot be read",
    ),
}


def test_assembled_directory_is_valid(dist: Path) -> None:
    assert set(check_directory(dist).versions["models"]) == {"denoise-one"}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_is_detected(dist: Path, name: str) -> None:
    change, what = TAMPERED[name]
    change(dist)
    with pytest.raises(Failure) as result:
        check_directory(dist)
    assert what in str(result.value)


def verified(collection: Collection, name: str, into: Path) -> VerifiedRelease:
    return verify_release(name, collection.github(), into, QUIET)


def test_published_release_is_installed_in_both_dialogs(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.fake.state.index = json.dumps(
        {"schema": 1, "compatible_releases": {"5.6.0": "v1.0.0", "5.6.2": "v1.0.0"}}
    )
    before = len(collection.fake.requests())
    result = verified(collection, "latest", tmp_path / "downloaded")
    assert (result.tag, result.served) == ("v1.0.0", ("5.6.0", "5.6.2"))
    assert {path.name for path in (tmp_path / "downloaded").iterdir()} == set(collection.served("v1.0.0"))
    requests = [one.url.rpartition("/")[2] for one in result.transcript]
    own = ["releases-index.json", "versions.json", "denoise-one.dtmodel", "denoise-two.dtmodel"]
    other = ["releases-index.json", "versions.json", "denoise-one.dtmodel"]
    assert requests == own + other
    anonymous = [one for one in collection.fake.requests()[before:] if "/web/" in one["path"]]
    assert len(anonymous) > len(own)


def test_downloads_use_darktables_agent_and_no_token(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.fake.state.log.clear()
    verified(collection, "v1.0.0", tmp_path / "downloaded")
    packages = [one for one in collection.fake.requests("GET", "/web/") if one["path"].endswith(".dtmodel")]
    assert packages
    assert all(one["agent"].startswith("darktable/5.") and not one["token"] for one in packages)


def test_release_without_index_entry_is_checked(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    result = verified(collection, "v1.0.0", tmp_path / "downloaded")
    assert result.served == ()
    assert result.transcript[0].status == 404


def test_changed_bytes_on_the_server_are_detected(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    release = collection.fake.state.releases[0]
    asset = next(one for one in release.assets if one.name == "denoise-one-config.json")
    collection.fake.state.blob(asset).write_bytes(b"{}")
    with pytest.raises(Failure, match="other bytes than were uploaded"):
        verified(collection, "v1.0.0", tmp_path / "downloaded")


def test_missing_package_is_reported(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.fake.fail(Fault(kind="status", path="denoise-one.dtmodel", times=0, status=404, message="Not Found"))
    with pytest.raises(Failure, match="404: Not Found"):
        verified(collection, "v1.0.0", tmp_path / "downloaded")


def test_unpublished_release_and_nonempty_directory_are_errors(collection: Collection, tmp_path: Path) -> None:
    with pytest.raises(NothingToDo, match="no version is published"):
        verified(collection, "latest", tmp_path / "a")
    with pytest.raises(Failure, match=r"there is no published release v1.0.0"):
        verified(collection, "v1.0.0", tmp_path / "b")
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    (tmp_path / "c").mkdir()
    (tmp_path / "c/mine").write_text("")
    with pytest.raises(WrongUsage, match="is not empty"):
        verified(collection, "v1.0.0", tmp_path / "c")
