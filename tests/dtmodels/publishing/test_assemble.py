"""`dist/` before publishing: written atomically and reproducibly."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dtbase.system.errors import Failure
from dtmodels.card.schemas import check_json
from dtmodels.package.config_writer import SEED_KEY
from dtmodels.publishing import dist as limits
from dtmodels.publishing.assemble import assemble
from dtmodels.publishing.dist import ENVIRONMENT, check_limits, read_dist
from dtmodels.stages.package import write_archive
from tests.dtmodels.publishing.sample_collection import QUIET, Collection
from tests.fake_github import Fault

Bytes = dict[str, bytes]


def contents(directory: Path) -> Bytes:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def repack(collection: Collection, model_id: str, change: Callable[[Path], None]) -> Path:
    """Build a model, change the files of its package, and pack it again."""
    directory = collection.build(model_id) / model_id
    change(directory)
    entries = {path.name: path for path in directory.iterdir() if path.suffix != ".dtmodel"}
    card = collection.root / "models" / model_id / "card.yaml"
    write_archive(directory / f"{model_id}.dtmodel", model_id, {**entries, "card.yaml": card})
    return directory


def edit_config(**values: Any) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        path = directory / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_bytes()), **values}))

    return change


def run_assemble(collection: Collection, tag: str, built: Path | None = None) -> None:
    github = collection.github()
    assemble(collection.root, built or collection.root / "built", collection.plan(tag), github, QUIET)


def test_dist_contains_packages_loose_files_lists_notes_and_sbom(collection: Collection) -> None:
    commit = collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.assemble("v1.0.0")
    directory = collection.root / "dist"
    models = {"denoise-one.dtmodel", "denoise-one-config.json", "denoise-one-model.onnx"}
    lists = {"versions.json", "release.json", "sbom.spdx.json", "SHA256SUMS", "notes.md"}
    assert set(contents(directory)) == models | lists
    checked = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=directory, capture_output=True, check=True
    )
    assert checked.stdout.count(b": OK") == len(models | lists) - 2
    record = json.loads((directory / "release.json").read_bytes())
    check_json("release-v1", record, where="release.json")
    assert (record["tag"], record["commit"], record["previous"]) == ("v1.0.0", commit, None)
    assert record["models"]["denoise-one"]["built_in"] == "v1.0.0"


def test_assemble_is_reproducible(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    collection.assemble("v1.1.0")
    first = contents(collection.root / "dist")
    shutil.rmtree(collection.root / "dist")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    collection.assemble("v1.1.0")
    assert contents(collection.root / "dist") == first


def test_finished_release_is_downloaded_unchanged(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    (collection.build() / ENVIRONMENT).write_text("{}")
    run_assemble(collection, "v1.0.0")
    collection.publish("v1.0.0")
    assert ENVIRONMENT in collection.served("v1.0.0")
    first = contents(collection.root / "dist")
    shutil.rmtree(collection.root / "dist")
    shutil.rmtree(collection.root / "built")
    (collection.root / "built").mkdir()
    run_assemble(collection, "v1.0.0")
    assert contents(collection.root / "dist") == first
    assert collection.publish("v1.0.0").already


def test_reused_packages_are_copied_or_downloaded_by_digest(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    collection.assemble("v1.1.0")
    assert collection.fake.requests("GET", "/download/v1.0.0/denoise-one.dtmodel") == [], "a local copy exists"
    shutil.rmtree(collection.root / "dist")
    shutil.rmtree(collection.root / "built" / "denoise-one")
    run_assemble(collection, "v1.1.0")
    assert len(collection.fake.requests("GET", "/download/v1.0.0/denoise-one.dtmodel")) == 1
    assert collection.fake.requests("GET", "/download/v1.0.0/denoise-two.dtmodel") == []


def test_reused_package_is_not_replaced_by_a_new_build(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    published = collection.served("v1.0.0")["denoise-one.dtmodel"]
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    collection.build()
    repack(collection, "denoise-one", lambda directory: (directory / "model.onnx").write_bytes(b"other arithmetic"))
    shutil.rmtree(collection.root / "dist")
    run_assemble(collection, "v1.1.0")
    assert (collection.root / "dist/denoise-one.dtmodel").read_bytes() == published


def test_reused_package_with_another_digest_is_rejected(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    (asset,) = (one for one in collection.fake.state.releases[0].assets if one.name == "denoise-one.dtmodel")
    collection.fake.state.blob(asset).write_bytes(b"tampered with")
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    collection.build("denoise-two")
    shutil.rmtree(collection.root / "built" / "denoise-one")
    before = contents(collection.root / "dist")
    (collection.root / "dist/denoise-one.dtmodel").unlink()
    with pytest.raises(Failure, match=r"but v1.0.0 lists") as error:
        run_assemble(collection, "v1.1.0")
    assert error.value.where.endswith("/v1.0.0/denoise-one.dtmodel")
    assert set(contents(collection.root / "dist")) == set(before) - {"denoise-one.dtmodel"}, "dist/ is unchanged"


def test_missing_package_leaves_dist_unchanged(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    before = contents(collection.root / "dist")
    collection.tag("v1.1.0", {"denoise-two": "1.0", "denoise-one": "1.1"})
    shutil.rmtree(collection.root / "built")
    collection.build("denoise-one")
    with pytest.raises(Failure, match=r"denoise-two.dtmodel: was not built") as error:
        run_assemble(collection, "v1.1.0")
    assert error.value.fix == "build it first: dtmodels run denoise-two"
    assert contents(collection.root / "dist") == before
    assert not list(collection.root.glob(".dist.*"))


def test_two_different_packages_of_one_model_are_rejected(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    built = collection.build()
    (built / "again").mkdir()
    shutil.copy(built / "denoise-one/denoise-one.dtmodel", built / "again")
    run_assemble(collection, "v1.0.0")
    (built / "again/denoise-one.dtmodel").write_bytes(b"PK\x03\x04 another")
    with pytest.raises(Failure, match="exists more than once, with different bytes"):
        run_assemble(collection, "v1.0.0")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (edit_config(version="0.9"), "is denoise-one 0.9, but the card says denoise-one 1.0"),
        (edit_config(id="denoise-other"), "is denoise-other 1.0, but the card says"),
        (edit_config(**{SEED_KEY: 7}), "has seeded weights"),
    ],
)
def test_package_that_does_not_match_its_card_is_rejected(
    collection: Collection, change: Callable[[Path], None], what: str
) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    repack(collection, "denoise-one", change)
    with pytest.raises(Failure, match=what):
        run_assemble(collection, "v1.0.0")
    assert not (collection.root / "dist").exists()


@pytest.mark.parametrize("data", [b"no zip", b"PK\x03\x04 truncated"])
def test_package_that_darktable_cannot_install_is_rejected(collection: Collection, data: bytes) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    (collection.build() / "denoise-one/denoise-one.dtmodel").write_bytes(data)
    with pytest.raises(Failure, match="darktable would not install all of it"):
        run_assemble(collection, "v1.0.0")


def test_asset_above_two_gigabytes_is_rejected(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    with (collection.build() / "denoise-one/denoise-one.dtmodel").open("r+b") as file:
        file.truncate(2_000_000_001)
    what = "denoise-one.dtmodel: has 2,000,000,001 bytes; an asset has 1 to 2,000,000,000"
    with pytest.raises(Failure, match=what):
        run_assemble(collection, "v1.0.0")
    assert not (collection.root / "dist").exists()
    check_limits({"denoise-one.dtmodel": 2_000_000_000}, collection.root)


def test_dist_with_too_large_file_is_not_published(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.assemble("v1.0.0")
    with (collection.root / "dist/denoise-one-model.onnx").open("r+b") as file:
        file.truncate(2_000_000_001)
    with pytest.raises(Failure, match=r"denoise-one-model.onnx: has 2,000,000,001 bytes"):
        collection.publish("v1.0.0")
    assert collection.fake.state.releases == []


def test_too_many_assets_drop_loose_files_and_then_fail(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.build()
    monkeypatch.setattr("dtmodels.publishing.assemble.MOST_ASSETS", 9)
    run_assemble(collection, "v1.0.0")
    assert set(read_dist(collection.root / "dist").files) == {
        "denoise-one.dtmodel", "denoise-two.dtmodel", "versions.json", "release.json", "sbom.spdx.json", "SHA256SUMS",
    }  # fmt: skip
    assert "inside the packages" in (collection.root / "dist/notes.md").read_text()
    monkeypatch.setattr(limits, "MOST_ASSETS", 5)
    with pytest.raises(Failure, match="has 6 assets; at most 5 are possible"):
        run_assemble(collection, "v1.0.0")


def test_too_large_versions_json_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="darktable reads at most 1,048,576"):
        check_limits({"versions.json": (1 << 20) + 1}, tmp_path)


def test_notes_list_changes_and_escape_card_text(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-gone": "1.0"})
    shutil.rmtree(collection.root / "models/denoise-gone")
    evil = '"<script>alert(1)</script> [x](javascript:x) | ::error::no | `rm` **b** @everyone #1\\n\\n## Heading"'
    collection.add_model("denoise-two", version="1.0")
    card = collection.root / "models/denoise-two/card.yaml"
    card.write_text(card.read_text().replace("First release.", evil))
    collection.tag("v1.1.0", {})
    collection.assemble("v1.1.0")
    notes = (collection.root / "dist/notes.md").read_text()
    assert notes.startswith("* Something new.\n")
    assert "| `denoise-one` | 1.0 | `v1.0.0` |" in notes
    assert "* `denoise-gone`" in notes
    (line,) = (line for line in notes.splitlines() if line.startswith("| `denoise-two`"))
    for markup in ("<", "[", "`", "*", "#", "|"):
        assert re.search(rf"(?<![\\&]){re.escape(markup)}", line.split(" | ", 4)[4].removesuffix(" |")) is None, markup
    assert "@everyone" not in line
    assert [text for text in notes.splitlines() if text.startswith("#")] == [
        "## New and changed models", "## Unchanged models (bit-identical)", "## Removed models",
    ]  # fmt: skip


def test_too_long_notes_refer_to_release_json(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dtmodels.publishing.notes.MOST", 100)
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.assemble("v1.0.0")
    written = (collection.root / "dist/notes.md").read_text()
    assert written == "* Something new.\n\nThe models are listed in release.json.\n"


def test_unreachable_earlier_release_is_one_error(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    collection.build("denoise-two")
    shutil.rmtree(collection.root / "dist")
    shutil.rmtree(collection.root / "built/denoise-one")
    collection.fake.fail(Fault(kind="status", path="denoise-one.dtmodel", times=0, status=503))
    with pytest.raises(Failure, match="the server responds with status 503"):
        run_assemble(collection, "v1.1.0")
    assert not (collection.root / "dist").exists()


def test_build_environment_is_included_if_a_model_was_built(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    built = collection.build()
    (built / ENVIRONMENT).write_text("{}")
    assert read_dist(collection.assemble("v1.0.0").directory).files[ENVIRONMENT].bytes == 2
    collection.publish("v1.0.0")
    collection.tag("v1.0.1", {})
    assert ENVIRONMENT not in collection.assemble("v1.0.1").files
