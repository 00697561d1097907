"""The catalogue finds models by their directories."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure, WrongUsage
from dtmodels.card.catalogue import Catalogue

Add = Callable[..., Path]


def test_all_models_are_found_and_sorted(add_model: Add, tmp_path: Path) -> None:
    for name in ("b-model", "a-model", "c-model"):
        add_model(name)
    (tmp_path / "models" / "README.md").write_text("not a model")
    (tmp_path / "models" / ".hidden").mkdir()
    assert [entry.card.id for entry in Catalogue.load(tmp_path).entries] == ["a-model", "b-model", "c-model"]


def test_a_model_is_got_by_its_id(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("a-model")
    assert Catalogue.load(tmp_path).get("a-model").directory == directory


def test_an_unknown_id_is_answered_with_the_nearest(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    with pytest.raises(WrongUsage, match=r"no model 'denoise-tou'[\s\S]*did you mean denoise-toy"):
        Catalogue.load(tmp_path).get("denoise-tou")


def test_a_broken_card_does_not_hinder_the_others(add_model: Add, tmp_path: Path) -> None:
    add_model("good-model")
    (add_model("bad-model") / "card.yaml").write_text("schema: 1\nname: [\n")
    (tmp_path / "models" / "empty-model").mkdir()
    add_model("other-name").rename(tmp_path / "models" / "moved-model")
    found = Catalogue.load(tmp_path)
    assert [entry.card.id for entry in found.entries] == ["good-model"]
    assert sorted(found.broken) == ["bad-model", "empty-model", "moved-model"]
    assert found.broken["bad-model"].startswith("models/bad-model/card.yaml:3:1: not valid YAML")
    assert found.broken["empty-model"] == "models/empty-model: there is no card.yaml"
    assert "id is 'other-name'" in found.broken["moved-model"]
    with pytest.raises(Failure, match="not valid YAML"):
        found.get("bad-model")


def test_a_directory_without_models_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no models directory"):
        Catalogue.load(tmp_path)
