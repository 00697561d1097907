"""The SBOM of a release states the origin of every file, is reproducible, and passes SPDX's validator."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtmodels.card.catalogue import Catalogue
from dtmodels.package.reader import read_packages
from dtmodels.sbom import FILE, write_sbom
from dtmodels.sbom.document import release_time, spdx_document
from tests.support.injection_strings import INJECTION_STRINGS

Make = Callable[..., Path]
Values = dict[str, Any]


@pytest.fixture(autouse=True)
def dated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)


def written(package: Path, tag: str = "v1.0.0") -> Values:
    values: Values = json.loads(write_sbom(package.parent, package.parent, tag).read_bytes())
    return values


def by_name(values: Values) -> dict[str, Values]:
    return {one["name"]: one for one in values["packages"]}


def related(values: Values, kind: str) -> set[tuple[str, str]]:
    return {
        (one["spdxElementId"], one["relatedSpdxElement"])
        for one in values["relationships"]
        if one["relationshipType"] == kind
    }


def test_each_model_is_a_package_with_digest_and_licences(make_package: Make) -> None:
    package = make_package()
    model = by_name(written(package))["denoise-toy"]
    assert model["versionInfo"] == "1.0"
    assert model["packageFileName"] == "denoise-toy.dtmodel"
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    assert model["checksums"] == [{"algorithm": "SHA256", "checksumValue": digest}]
    assert model["licenseDeclared"] == model["licenseConcluded"] == "GPL-3.0-or-later"


def test_file_digests_equal_those_of_the_package(make_package: Make) -> None:
    package = make_package()
    values = written(package)
    listed = {
        file["fileName"]: {one["algorithm"]: one["checksumValue"] for one in file["checksums"]}
        for file in values["files"]
    }
    with zipfile.ZipFile(package) as archive:
        contents = {f"./{name.partition('/')[2]}": archive.read(name) for name in archive.namelist()}
    assert listed == {
        name: {
            "SHA1": hashlib.sha1(data, usedforsecurity=False).hexdigest(),
            "SHA256": hashlib.sha256(data).hexdigest(),
        }
        for name, data in contents.items()
    }


def test_graph_and_checkpoint_have_generated_from_relationships(make_package: Make) -> None:
    package = make_package()
    values = written(package)
    packages = by_name(values)
    checkpoint = packages["denoise-toy: checkpoint model"]
    graph = next(file for file in values["files"] if file["fileName"] == "./model.onnx")
    assert (
        checkpoint["checksums"][0]["checksumValue"]
        in (package.parent.parent / "models/denoise-toy/card.yaml").read_text()
    )
    generated = related(values, "GENERATED_FROM")
    assert (graph["SPDXID"], checkpoint["SPDXID"]) in generated
    assert ("SPDXRef-denoise-toy", checkpoint["SPDXID"]) in generated
    assert (checkpoint["SPDXID"], packages["Nothing"]["SPDXID"]) in generated
    assert "role: train" in packages["Nothing"]["comment"]


def test_archive_and_its_member_are_named(make_package: Make) -> None:
    member = {
        "    file: model.onnx\n": "    file: model.onnx\n    member: {path: net/best.ckpt, sha256: %s, bytes: 9}\n"
        % ("ab" * 32)
    }
    checkpoint = by_name(written(make_package(edit=member)))["denoise-toy: checkpoint model"]
    assert f"The weights are its member net/best.ckpt (SHA-256 {'ab' * 32}, 9 bytes)" in checkpoint["comment"]
    assert checkpoint["primaryPackagePurpose"] == "ARCHIVE"


def test_evaluation_data_is_no_training_data(make_package: Make) -> None:
    values = written(make_package(edit={"role: train": "role: evaluate"}))
    packages = by_name(values)
    checkpoint, data = packages["denoise-toy: checkpoint model"]["SPDXID"], packages["Nothing"]["SPDXID"]
    assert related(values, "TEST_OF") == {(data, checkpoint)}
    assert (checkpoint, data) not in related(values, "GENERATED_FROM")


def test_base_model_is_an_ancestor(make_package: Make) -> None:
    base = "base_model:\n  name: big brother\n  license: MIT\n  url: https://www.darktable.org/base\ncheckpoints:\n"
    values = written(make_package(edit={"checkpoints:\n": base}))
    packages = by_name(values)
    pair = (packages["denoise-toy: checkpoint model"]["SPDXID"], packages["big brother"]["SPDXID"])
    assert related(values, "DESCENDANT_OF") == {pair}
    assert packages["big brother"]["licenseDeclared"] == "MIT"


def test_chosen_licence_is_concluded(make_package: Make) -> None:
    choice = {"weights: GPL-3.0-or-later": "weights: CC-BY-NC-4.0 OR MIT\n  chosen: MIT"}
    model = by_name(written(make_package(edit=choice)))["denoise-toy"]
    assert model["licenseDeclared"] == "CC-BY-NC-4.0 OR MIT"
    assert model["licenseConcluded"] == "MIT"


def test_unlisted_licence_has_text_and_url(make_package: Make) -> None:
    values = written(make_package(edit={"license: CC0-1.0": "license: LicenseRef-SA-1B-Research"}))
    infos = values["hasExtractedLicensingInfos"]
    assert [one["licenseId"] for one in infos] == ["LicenseRef-SA-1B-Research"]
    assert infos[0]["extractedText"]
    assert "https://www.darktable.org/nothing" in infos[0]["seeAlsos"]


def test_licence_text_of_the_package_is_quoted(make_package: Make, add_model: Make) -> None:
    words = b"You may use it on Sundays.\n"
    (add_model() / "LICENSE.sundays").write_bytes(words)
    digest = hashlib.sha256(words).hexdigest()
    text = f"  texts:\n    - {{license: LicenseRef-Sundays, file: LICENSE.sundays, sha256: {digest}}}\n"
    values = written(make_package(edit={"weights: GPL-3.0-or-later\n": f"weights: LicenseRef-Sundays\n{text}"}))
    assert values["hasExtractedLicensingInfos"][0]["extractedText"] == words.decode()


def test_data_without_a_licence_has_no_assertion(make_package: Make) -> None:
    values = written(make_package(edit={"license: CC0-1.0": "license: NOASSERTION"}))
    assert by_name(values)["Nothing"]["licenseDeclared"] == "NOASSERTION"


def test_sbom_is_reproducible(make_package: Make, tmp_path: Path) -> None:
    package = make_package()
    first = write_sbom(tmp_path, package.parent, "v1.0.0").read_bytes()
    (package.parent / FILE).unlink()
    assert write_sbom(tmp_path, package.parent, "v1.0.0").read_bytes() == first
    assert b"2023-11-14T22:13:20Z" in first


def test_namespace_depends_on_packages_and_tag(make_package: Make) -> None:
    first = written(make_package())["documentNamespace"]
    assert written(make_package(), "v1.0.1")["documentNamespace"] != first
    assert written(make_package(version="1.1"))["documentNamespace"] != first


def test_download_url_comes_from_the_runner_environment(make_package: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    assert by_name(written(make_package()))["denoise-toy"]["downloadLocation"] == "NOASSERTION"
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "lab/models")
    url = "https://github.com/lab/models/releases/download/v1.0.0/denoise-toy.dtmodel"
    assert by_name(written(make_package()))["denoise-toy"]["downloadLocation"] == url


def test_written_document_passes_the_validator(make_package: Make, tmp_path: Path) -> None:
    make_package("denoise-one")
    package = make_package("denoise-two", edit={"license: CC0-1.0": "license: LicenseRef-SA-1B-Research"})
    document = parse_file(str(write_sbom(tmp_path, package.parent, "v1.0.0")))
    assert validate_full_spdx_document(document) == []
    described = related(json.loads((package.parent / FILE).read_bytes()), "DESCRIBES")
    assert described == {("SPDXRef-DOCUMENT", f"SPDXRef-denoise-{name}") for name in ("one", "two")}


def test_all_cards_of_the_collection_in_one_document(root: Path, make_package: Make) -> None:
    """Licences, URLs and names of real cards, with the files of a toy model."""
    toy = read_packages(make_package().parent)[0]
    packages = [dataclasses.replace(toy, card=entry.card) for entry in Catalogue.load(root).entries]
    described = spdx_document(packages, "v1.0.0", release_time(root))
    assert [found.validation_message for found in validate_full_spdx_document(described)] == []
    ids = [one.spdx_id for one in (*described.packages, *described.files)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("words", INJECTION_STRINGS)
def test_strings_of_a_card_are_escaped(make_package: Make, words: str) -> None:
    quoted = "'" + words.replace("'", "''") + "'"
    values = written(make_package(edit={"name: Nothing": f"name: {quoted}", "name: toy denoiser": f"name: {quoted}"}))
    assert by_name(values)["denoise-toy"]["summary"] == words
    assert words in by_name(values)


def test_validator_error_stops_the_release(make_package: Make) -> None:
    package = make_package(edit={"https://www.darktable.org/nothing": "https://nothing"})
    with pytest.raises(Failure, match="SPDX's validator reports errors"):
        write_sbom(package.parent, package.parent, "v1.0.0")
    assert not (package.parent / FILE).exists()


@pytest.mark.parametrize("epoch", ["yesterday", "-1", "9" * 30])
def test_invalid_date_is_wrong_usage(make_package: Make, monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(WrongUsage, match="is no date"):
        written(make_package())


def test_commit_date_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    with pytest.raises(WrongUsage, match="not a git repository"):
        release_time(tmp_path)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000000 +0500")
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    for arguments in (("init", "-q"), (*who, "commit", "-q", "--allow-empty", "-m", "first")):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    assert release_time(tmp_path) == datetime(2023, 11, 14, 22, 13, 20)


def test_empty_directory_is_nothing_to_do(tmp_path: Path) -> None:
    with pytest.raises(NothingToDo):
        write_sbom(tmp_path, tmp_path, "v1.0.0")


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04"])
def test_invalid_package_is_an_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "denoise-toy.dtmodel").write_bytes(data)
    with pytest.raises(Failure, match="is not a package") as failed:
        write_sbom(tmp_path, tmp_path, "v1.0.0")
    assert failed.value.where.endswith("denoise-toy.dtmodel")
