"""Validation of JSON documents against the public schemas."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dtbase.system.errors import Failure
from dtmodels.card.schemas import check_json


def test_dollar_in_a_pattern_matches_only_the_end_of_the_text() -> None:
    index = {"schema": 1, "compatible_releases": {"5.6.0": "v1.0.0\n"}}
    with pytest.raises(Failure, match=r"compatible_releases.5.6.0 is .* breaks pattern"):
        check_json("releases-index-v1", index, where="index")
    with pytest.raises(Failure, match="breaks pattern"):
        check_json("releases-index-v1", {"schema": 1, "compatible_releases": {"5.6.0\n": "v1"}}, where="index")


def test_validation_does_not_import_the_grammar_compiler() -> None:
    code = (
        "import sys; from dtmodels.card.schemas import check_json; "
        "check_json('releases-index-v1', {'schema': 1, 'compatible_releases': {}}, where='x'); "
        "print('lark' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output == "False\n"
