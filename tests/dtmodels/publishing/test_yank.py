"""Yanking a model: its card records it, other bytes of the card stay, and the next release omits the model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dtbase.system.errors import Failure, WrongUsage
from dtmodels.card.reader import read_card
from dtmodels.publishing.yank import yank
from tests.dtmodels.publishing.sample_collection import Collection

REASON = 'darkens "the corners" of every image'


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_only_status_and_reason_change(collection: Collection, ending: str) -> None:
    card = collection.add_model("denoise-one") / "card.yaml"
    text = card.read_text().replace("status: released", "status: released   # since spring").replace("\n", ending)
    card.write_bytes(text.encode())
    assert yank(collection.root, "denoise-one", f"  {REASON}\n") == card
    expected_files = text.replace("status: released ", "status: yanked ")
    first, _, rest = expected_files.partition("# since spring" + ending)
    reason = f"status_reason: {json.dumps(REASON)}{ending}"
    assert card.read_bytes().decode() == f"{first}# since spring{ending}{reason}{rest}"
    read = read_card(card)
    assert (read.status, read.status_reason) == ("yanked", REASON)


def test_next_release_omits_yanked_model_with_reason(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    first = collection.served("v1.0.0")
    yank(collection.root, "denoise-one", REASON)
    collection.tag("v1.1.0", {})
    shutil.rmtree(collection.root / "built")
    collection.assemble("v1.1.0")
    collection.publish("v1.1.0")
    served = collection.served("v1.1.0")
    assert set(json.loads(served["versions.json"])["models"]) == {"denoise-two"}
    assert not [name for name in served if name.startswith("denoise-one")]
    assert json.loads(served["release.json"])["yanked"] == {"denoise-one": REASON}
    release = collection.fake.state.published("v1.1.0")
    assert release is not None
    assert "## Yanked models\n\n* `denoise-one`: darkens" in release.body
    assert collection.served("v1.0.0") == first, "published files do not change"


def test_yanked_model_returns_with_a_higher_version(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    yank(collection.root, "denoise-one", REASON)
    collection.release("v1.1.0", {})
    collection.release("v1.2.0", {"denoise-one": "1.1"})
    assert json.loads(collection.served("v1.2.0")["versions.json"])["models"]["denoise-one"]["version"] == "1.1"


@pytest.mark.parametrize("reason", ["", "  ", "bad"])
def test_reason_is_required(collection: Collection, reason: str) -> None:
    card = collection.add_model("denoise-one") / "card.yaml"
    before = card.read_bytes()
    with pytest.raises(WrongUsage, match="the reason is too short"):
        yank(collection.root, "denoise-one", reason)
    assert card.read_bytes() == before


def test_draft_cannot_be_yanked(collection: Collection) -> None:
    collection.add_model("denoise-one", status="draft")
    with pytest.raises(Failure, match="is draft, so it cannot be yanked"):
        yank(collection.root, "denoise-one", REASON)
    with pytest.raises(WrongUsage, match="there is no model 'denoise-tow'"):
        yank(collection.root, "denoise-tow", REASON)


def test_card_without_final_line_break_is_edited(collection: Collection) -> None:
    card: Path = collection.add_model("denoise-one") / "card.yaml"
    text = card.read_text().replace("status: released\n", "")
    card.write_text(f"{text}status: released")
    yank(collection.root, "denoise-one", REASON)
    assert read_card(card).status_reason == REASON
