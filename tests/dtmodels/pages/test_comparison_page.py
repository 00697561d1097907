"""docs/comparison.md: claims of darktable-ai beside those of our cards."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtmodels.card.catalogue import Catalogue
from dtmodels.pages.comparison_page import FACTS, comparison_table


@pytest.fixture
def facts(add_model: Callable[..., Path]) -> Path:
    add_model("denoise-other")
    return add_model("denoise-toy") / FACTS


def test_both_claims_stand_side_by_side_for_shared_models(facts: Path, tmp_path: Path) -> None:
    theirs = {"package": "ab" * 32, "bytes": 5, "weights": "MIT", "data": "Nothing: CC0"}
    facts.write_text(json.dumps(theirs))
    table = comparison_table(Catalogue.load(tmp_path))
    assert "`MIT` | `GPL-3.0-or-later` | Nothing: CC0 | Nothing: CC0-1.0 | open, released | yes, SHA-256" in table
    assert "denoise-other" not in table


@pytest.mark.parametrize("content", ["", "[]", "3", "{}"])
def test_unreadable_facts_are_one_error(facts: Path, tmp_path: Path, content: str) -> None:
    facts.write_text(content)
    with pytest.raises(Failure, match="cannot be read"):
        comparison_table(Catalogue.load(tmp_path))
