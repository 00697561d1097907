"""Options of a card reach its family, or the card is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dtbase.console import Console
from dtbase.discovery import member, member_names
from dtbase.errors import Failure
from dtmodels import families
from dtmodels.catalogue import Catalogue
from dtmodels.stages.convert import obtain_and_convert
from dtmodels.workspace import Workspace


def test_an_option_the_family_does_not_know_is_refused(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model("denoise-toy")
    entry = Catalogue.load(tmp_path).get("denoise-toy")
    card = replace(entry.card, convert=replace(entry.card.convert, options={"storge": "half"}))
    with pytest.raises(Failure, match="family onnx has no such option") as refused:
        obtain_and_convert(replace(entry, card=card), Workspace(tmp_path), Console(quiet=True))
    assert refused.value.where == "models/denoise-toy/card.yaml: convert.options.storge"
    assert "storage" in refused.value.fix


def test_the_cards_of_the_repository_give_only_options_their_families_know(root: Path) -> None:
    for entry in Catalogue.load(root).entries:
        if entry.card.convert.family in member_names(families):
            known = {*member(families, entry.card.convert.family).OPTIONS, "storage"}
            assert set(entry.card.convert.options) <= known, entry.card.id
