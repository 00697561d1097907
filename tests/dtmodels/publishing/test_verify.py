"""Checking a release: a directory without a network, a published one as everybody and as darktable gets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtmodels.publishing.directory_check import check_directory
from dtmodels.publishing.verify import Verified, verify_release
from dtmodels.stages.index import SUMS, sums
from tests.dtmodels.publishing.sample_collection import QUIET, Collection
from tests.fake_github import Fault


@pytest.fixture
def dist(ready: Collection) -> Path:
    return ready.root / "dist"


def sign_again(directory: Path) -> None:
    """Make the checksums right, as one would who tampers with care."""
    files = [path for path in directory.iterdir() if path.name not in (SUMS, "notes.md")]
    (directory / SUMS).write_text(sums(files))


def edit(name: str, change: Callable[[Any], object]) -> Callable[[Path], None]:
    def apply(directory: Path) -> None:
        content = json.loads((directory / name).read_bytes())
        change(content)
        (directory / name).write_text(json.dumps(content))
        sign_again(directory)

    return apply


def append(name: str, *, signed: bool) -> Callable[[Path], None]:
    def apply(directory: Path) -> None:
        (directory / name).write_bytes((directory / name).read_bytes() + b"!")
        if signed:
            sign_again(directory)

    return apply


def remove(name: str, *, signed: bool) -> Callable[[Path], None]:
    def apply(directory: Path) -> None:
        (directory / name).unlink()
        if signed:
            sign_again(directory)

    return apply


def stray(directory: Path) -> None:
    (directory / "install.sh").write_text("rm -rf ~")


def odd_line(directory: Path) -> None:
    (directory / SUMS).write_text((directory / SUMS).read_text() + f"{'0' * 64}  ../../etc/passwd\n")


def models(content: Any) -> Any:
    return content["models"]["denoise-one"]


TAMPERED = {
    "another byte": (append("denoise-one.dtmodel", signed=False), "its sha256 is"),
    "a package signed again": (append("denoise-one.dtmodel", signed=True), "another digest than the package"),
    "a loose file": (append("denoise-one-model.onnx", signed=True), "denoise-one-model.onnx: differs"),
    "a loose config": (append("denoise-one-config.json", signed=True), "denoise-one-config.json: differs"),
    "a missing file": (remove("denoise-one-model.onnx", signed=False), "names what is not there: denoise-one-model"),
    "a missing package": (remove("denoise-one.dtmodel", signed=True), "denoise-one: not in a package"),
    "no SBOM": (remove("sbom.spdx.json", signed=True), "there is no sbom.spdx.json"),
    "no record": (remove("release.json", signed=True), "there is no release.json"),
    "a stray file": (stray, "does not name install.sh"),
    "a line that leads elsewhere": (odd_line, "not a digest and a name"),
    "another version": (edit("versions.json", lambda all_: models(all_).update(version="9.0")), "different versions"),
    "another task": (edit("versions.json", lambda all_: models(all_).update(task="mask")), "task is 'denoise' in the"),
    "another size": (edit("versions.json", lambda all_: models(all_).update(size=5)), "another size"),
    "a model that is not there": (
        edit("versions.json", lambda all_: all_["models"].update({"denoise-x": models(all_)})),
        "denoise-x: not in a package and release.json",
    ),
    "a field nobody knows": (edit("versions.json", lambda all_: all_.update(extra=1)), "breaks additionalProperties"),
    "yanked but there": (
        edit("release.json", lambda all_: all_.update(yanked={"denoise-one": "bad"})),
        "taken back, but still here: denoise-one",
    ),
    "a bill of another package": (
        edit("sbom.spdx.json", lambda all_: [one.pop("checksums", None) for one in all_["packages"]]),
        "says nothing about denoise-one.dtmodel as it is here",
    ),
    "a bill that is no SPDX": (
        edit("sbom.spdx.json", lambda all_: all_.pop("creationInfo")),
        "sbom.spdx.json: cannot be read",
    ),
}


def test_a_directory_that_was_just_put_together_is_fine(dist: Path) -> None:
    assert set(check_directory(dist).versions["models"]) == {"denoise-one"}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_tampered_with_is_found_and_named(dist: Path, name: str) -> None:
    change, what = TAMPERED[name]
    change(dist)
    with pytest.raises(Failure) as found:
        check_directory(dist)
    assert what in str(found.value)


def verified(collection: Collection, name: str, into: Path) -> Verified:
    return verify_release(name, collection.github(), into, QUIET)


def test_a_published_release_is_downloaded_and_visited_in_both_dialogs(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.fake.state.index = json.dumps(
        {"schema": 1, "compatible_releases": {"5.6.0": "v1.0.0", "5.6.2": "v1.0.0"}}
    )
    before = len(collection.fake.requests())
    found = verified(collection, "latest", tmp_path / "downloaded")
    assert (found.tag, found.served) == ("v1.0.0", ("5.6.0", "5.6.2"))
    assert {path.name for path in (tmp_path / "downloaded").iterdir()} == set(collection.served("v1.0.0"))
    asked = [one.url.rpartition("/")[2] for one in found.transcript]
    own = ["releases-index.json", "versions.json", "denoise-one.dtmodel", "denoise-two.dtmodel"]
    other = ["releases-index.json", "versions.json", "denoise-one.dtmodel"]
    assert asked == own + other
    anonymous = [one for one in collection.fake.requests()[before:] if "/web/" in one["path"]]
    assert len(anonymous) > len(own)


def test_the_downloads_are_made_under_darktables_name_and_without_a_token(
    collection: Collection, tmp_path: Path
) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.fake.state.log.clear()
    verified(collection, "v1.0.0", tmp_path / "downloaded")
    packages = [one for one in collection.fake.requests("GET", "/web/") if one["path"].endswith(".dtmodel")]
    assert packages
    assert all(one["agent"].startswith("darktable/5.") and not one["token"] for one in packages)


def test_a_release_no_darktable_is_pointed_to_is_checked_all_the_same(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    found = verified(collection, "v1.0.0", tmp_path / "downloaded")
    assert found.served == ()
    assert found.transcript[0].status == 404


def test_a_release_whose_bytes_changed_on_the_server_is_found(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    release = collection.fake.state.releases[0]
    asset = next(one for one in release.assets if one.name == "denoise-one-config.json")
    collection.fake.state.blob(asset).write_bytes(b"{}")
    with pytest.raises(Failure, match="other bytes than it should"):
        verified(collection, "v1.0.0", tmp_path / "downloaded")


def test_a_package_that_vanished_is_what_darktable_would_tell(collection: Collection, tmp_path: Path) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.fake.fail(Fault(kind="status", path="denoise-one.dtmodel", times=0, status=404, message="Not Found"))
    with pytest.raises(Failure, match="404: Not Found"):
        verified(collection, "v1.0.0", tmp_path / "downloaded")


def test_what_is_not_published_is_said(collection: Collection, tmp_path: Path) -> None:
    with pytest.raises(NothingToDo, match="no version is published"):
        verified(collection, "latest", tmp_path / "a")
    with pytest.raises(Failure, match=r"there is no published release v1.0.0"):
        verified(collection, "v1.0.0", tmp_path / "b")
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    (tmp_path / "c").mkdir()
    (tmp_path / "c/mine").write_text("")
    with pytest.raises(WrongUsage, match="is not empty"):
        verified(collection, "v1.0.0", tmp_path / "c")
