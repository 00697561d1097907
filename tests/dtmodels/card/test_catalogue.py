"""The catalogue finds models by their directories."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure, WrongUsage
from dtmodels.card.catalogue import Catalogue

Add = Callable[..., Path]


def test_catalogue_lists_all_models_sorted_by_id(add_model: Add, tmp_path: Path) -> None:
    for name in ("b-model", "a-model", "c-model"):
        add_model(name)
    (tmp_path / "models" / "README.md").write_text("not a model")
    (tmp_path / "models" / ".hidden").mkdir()
    assert [entry.card.id for entry in Catalogue.load(tmp_path).entries] == ["a-model", "b-model", "c-model"]


def test_get_returns_the_model_with_an_id(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("a-model")
    assert Catalogue.load(tmp_path).get("a-model").directory == directory


def test_unknown_id_suggests_a_similar_one(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    with pytest.raises(WrongUsage, match=r"no model 'denoise-tou'[\s\S]*did you mean denoise-toy"):
        Catalogue.load(tmp_path).get("denoise-tou")


def test_broken_card_does_not_prevent_reading_the_others(add_model: Add, tmp_path: Path) -> None:
    add_model("good-model")
    (add_model("bad-model") / "card.yaml").write_text("schema: 1\nname: [\n")
    (tmp_path / "models" / "empty-model").mkdir()
    add_model("other-name").rename(tmp_path / "models" / "moved-model")
    catalogue = Catalogue.load(tmp_path)
    assert [entry.card.id for entry in catalogue.entries] == ["good-model"]
    assert sorted(catalogue.broken) == ["bad-model", "empty-model", "moved-model"]
    assert catalogue.broken["bad-model"].startswith("models/bad-model/card.yaml:3:1: not valid YAML")
    assert catalogue.broken["empty-model"] == "models/empty-model: there is no card.yaml"
    assert "id is 'other-name'" in catalogue.broken["moved-model"]
    with pytest.raises(Failure, match="not valid YAML"):
        catalogue.get("bad-model")


def test_directory_without_models_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no models directory"):
        Catalogue.load(tmp_path)
