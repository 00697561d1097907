"""`dist/` as it would be published: atomically, always the same bytes."""

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
    members = {path.name: path for path in directory.iterdir() if path.suffix != ".dtmodel"}
    card = collection.root / "models" / model_id / "card.yaml"
    write_archive(directory / f"{model_id}.dtmodel", model_id, {**members, "card.yaml": card})
    return directory


def edit_config(**values: Any) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        path = directory / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_bytes()), **values}))

    return change


def put_together(collection: Collection, tag: str, built: Path | None = None) -> None:
    github = collection.github()
    assemble(collection.root, built or collection.root / "built", collection.plan(tag), github, QUIET)


def test_dist_holds_packages_their_files_lists_notes_and_the_bill_of_materials(collection: Collection) -> None:
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


def test_the_same_release_has_the_same_bytes_wherever_and_whenever(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    collection.assemble("v1.1.0")
    first = contents(collection.root / "dist")
    shutil.rmtree(collection.root / "dist")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    collection.assemble("v1.1.0")
    assert contents(collection.root / "dist") == first


def test_a_finished_release_is_fetched_as_it_is(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    (collection.build() / ENVIRONMENT).write_text("{}")
    put_together(collection, "v1.0.0")
    collection.publish("v1.0.0")
    assert ENVIRONMENT in collection.served("v1.0.0")
    first = contents(collection.root / "dist")
    shutil.rmtree(collection.root / "dist")
    shutil.rmtree(collection.root / "built")
    (collection.root / "built").mkdir()
    put_together(collection, "v1.0.0")
    assert contents(collection.root / "dist") == first
    assert collection.publish("v1.0.0").already


def test_carried_packages_are_fetched_by_digest_or_taken_from_here(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    collection.assemble("v1.1.0")
    assert collection.fake.requests("GET", "/download/v1.0.0/denoise-one.dtmodel") == [], "it was here"
    shutil.rmtree(collection.root / "dist")
    shutil.rmtree(collection.root / "built" / "denoise-one")
    put_together(collection, "v1.1.0")
    assert len(collection.fake.requests("GET", "/download/v1.0.0/denoise-one.dtmodel")) == 1
    assert collection.fake.requests("GET", "/download/v1.0.0/denoise-two.dtmodel") == []


def test_a_carried_package_that_was_built_again_is_not_the_one_that_is_published(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    published = collection.served("v1.0.0")["denoise-one.dtmodel"]
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    collection.build()
    repack(collection, "denoise-one", lambda directory: (directory / "model.onnx").write_bytes(b"other arithmetic"))
    shutil.rmtree(collection.root / "dist")
    put_together(collection, "v1.1.0")
    assert (collection.root / "dist/denoise-one.dtmodel").read_bytes() == published


def test_a_carried_package_with_other_bytes_than_listed_is_refused(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    (asset,) = (one for one in collection.fake.state.releases[0].assets if one.name == "denoise-one.dtmodel")
    collection.fake.state.blob(asset).write_bytes(b"tampered with")
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    collection.build("denoise-two")
    shutil.rmtree(collection.root / "built" / "denoise-one")
    before = contents(collection.root / "dist")
    (collection.root / "dist/denoise-one.dtmodel").unlink()
    with pytest.raises(Failure, match=r"but v1.0.0 lists") as refused:
        put_together(collection, "v1.1.0")
    assert refused.value.where.endswith("/v1.0.0/denoise-one.dtmodel")
    assert set(contents(collection.root / "dist")) == set(before) - {"denoise-one.dtmodel"}, "dist stays as it was"


def test_a_package_that_was_not_built_is_named_and_dist_stays(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    before = contents(collection.root / "dist")
    collection.tag("v1.1.0", {"denoise-two": "1.0", "denoise-one": "1.1"})
    shutil.rmtree(collection.root / "built")
    collection.build("denoise-one")
    with pytest.raises(Failure, match=r"denoise-two.dtmodel: was not built") as refused:
        put_together(collection, "v1.1.0")
    assert refused.value.fix == "build it first: dtmodels run denoise-two"
    assert contents(collection.root / "dist") == before
    assert not list(collection.root.glob(".dist.*"))


def test_two_different_packages_of_one_model_are_refused(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    built = collection.build()
    (built / "again").mkdir()
    shutil.copy(built / "denoise-one/denoise-one.dtmodel", built / "again")
    put_together(collection, "v1.0.0")
    (built / "again/denoise-one.dtmodel").write_bytes(b"PK\x03\x04 another")
    with pytest.raises(Failure, match="more than once, with different bytes"):
        put_together(collection, "v1.0.0")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (edit_config(version="0.9"), "is denoise-one 0.9, but the card says denoise-one 1.0"),
        (edit_config(id="denoise-other"), "is denoise-other 1.0, but the card says"),
        (edit_config(**{SEED_KEY: 7}), "has seeded weights"),
    ],
)
def test_a_package_that_is_not_the_cards_is_refused(
    collection: Collection, change: Callable[[Path], None], what: str
) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    repack(collection, "denoise-one", change)
    with pytest.raises(Failure, match=what):
        put_together(collection, "v1.0.0")
    assert not (collection.root / "dist").exists()


@pytest.mark.parametrize("data", [b"no zip", b"PK\x03\x04 cut off"])
def test_a_package_darktable_would_not_install_is_refused(collection: Collection, data: bytes) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    (collection.build() / "denoise-one/denoise-one.dtmodel").write_bytes(data)
    with pytest.raises(Failure, match="darktable would not install it whole"):
        put_together(collection, "v1.0.0")


def test_an_asset_of_two_gigabytes_is_refused_before_it_is_even_read(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    with (collection.build() / "denoise-one/denoise-one.dtmodel").open("r+b") as file:
        file.truncate(2_000_000_001)
    what = "denoise-one.dtmodel: has 2,000,000,001 bytes; an asset has 1 to 2,000,000,000"
    with pytest.raises(Failure, match=what):
        put_together(collection, "v1.0.0")
    assert not (collection.root / "dist").exists()
    check_limits({"denoise-one.dtmodel": 2_000_000_000}, collection.root)


def test_a_dist_that_grew_too_large_is_not_published(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.assemble("v1.0.0")
    with (collection.root / "dist/denoise-one-model.onnx").open("r+b") as file:
        file.truncate(2_000_000_001)
    with pytest.raises(Failure, match=r"denoise-one-model.onnx: has 2,000,000,001 bytes"):
        collection.publish("v1.0.0")
    assert collection.fake.state.releases == []


def test_too_many_assets_leave_the_loose_files_out_and_then_refuse(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.build()
    monkeypatch.setattr("dtmodels.publishing.assemble.MOST_ASSETS", 9)
    put_together(collection, "v1.0.0")
    assert set(read_dist(collection.root / "dist").files) == {
        "denoise-one.dtmodel", "denoise-two.dtmodel", "versions.json", "release.json", "sbom.spdx.json", "SHA256SUMS",
    }  # fmt: skip
    assert "inside the packages" in (collection.root / "dist/notes.md").read_text()
    monkeypatch.setattr(limits, "MOST_ASSETS", 5)
    with pytest.raises(Failure, match="6 assets, and 5 at most"):
        put_together(collection, "v1.0.0")


def test_a_list_darktable_would_not_read_to_its_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="darktable reads no more than 1,048,576"):
        check_limits({"versions.json": (1 << 20) + 1}, tmp_path)


def test_the_notes_say_what_changed_and_a_card_can_put_no_markup_into_them(collection: Collection) -> None:
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
        "## New and changed models", "## Unchanged models, the same bytes as before", "## No longer here",
    ]  # fmt: skip


def test_notes_that_are_too_long_for_github_say_where_the_models_are_listed(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dtmodels.publishing.notes.MOST", 100)
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.assemble("v1.0.0")
    written = (collection.root / "dist/notes.md").read_text()
    assert written == "* Something new.\n\nThe models are listed in release.json.\n"


def test_an_earlier_release_that_cannot_be_reached_is_one_clear_error(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    collection.build("denoise-two")
    shutil.rmtree(collection.root / "dist")
    shutil.rmtree(collection.root / "built/denoise-one")
    collection.fake.fail(Fault(kind="status", path="denoise-one.dtmodel", times=0, status=503))
    with pytest.raises(Failure, match="the service answers 503"):
        put_together(collection, "v1.1.0")
    assert not (collection.root / "dist").exists()


def test_what_built_the_models_goes_with_them_and_with_no_release_that_built_none(collection: Collection) -> None:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    built = collection.build()
    (built / ENVIRONMENT).write_text("{}")
    assert read_dist(collection.assemble("v1.0.0").directory).files[ENVIRONMENT].bytes == 2
    collection.publish("v1.0.0")
    collection.tag("v1.0.1", {})
    assert ENVIRONMENT not in collection.assemble("v1.0.1").files
