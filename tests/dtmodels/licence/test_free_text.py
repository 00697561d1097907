"""Licences named in prose, and the suggested expression."""

import pytest

from dtmodels.licence.free_text import expression_advice, expression_from_text, is_prose, licences_in_text
from dtmodels.licence.table import LicenceTable

TABLE = LicenceTable.load()


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("CC BY 4.0 / CC0 (per-image, Wikimedia Commons)", True),
        ("no explicit open-source licenses", True),
        ("free for research, ask us for the rest", True),
        ("MIT OR", False),
        ("MIT Apache-2.0 ISC", False),
        ("Apache 2.0", False),
        ("MIT Or Apache-2.0", False),
        ("", False),
    ],
)
def test_prose_is_distinguished_from_syntax_errors(text: str, prose: bool) -> None:
    assert is_prose(text, TABLE) is prose


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("CC BY 4.0 / CC0 (per-image, Wikimedia Commons)", ("CC-BY-4.0", "CC0-1.0")),
        ("the code is MIT, the data CC-BY-NC-4.0 and MIT", ("MIT", "CC-BY-NC-4.0")),
        ("some kind of GPL v3", ()),
        ("whatever the owners allow", ()),
    ],
)
def test_only_unambiguous_licences_are_named(text: str, names: tuple[str, ...]) -> None:
    assert licences_in_text(text, TABLE) == names


def test_advice_lists_the_possible_expressions() -> None:
    advice = expression_advice("CC BY 4.0 / CC0 (per-image)", TABLE)
    assert "CC-BY-4.0 AND CC0-1.0 if all of them apply" in advice
    assert "LicenseRef-Mixed-Per-Item if each item" in advice
    assert "LicenseRef-Mixed-Per-Item" in expression_advice("CC BY 4.0 or CC0 per picture", TABLE)
    assert "NOASSERTION" in expression_advice("there is no licence anywhere", TABLE)
    assert "LicenseRef-" in expression_advice("custom research-only license", TABLE)


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("CC0", "CC0-1.0"),
        ("GPLv3", "GPLv3"),
        ("MIT OR ISC", "MIT OR ISC"),
        ("MIT OR", "MIT OR"),
        ("CC BY 4.0 for all of it", "CC-BY-4.0"),
        ("see the readme for terms", "see the readme for terms"),
    ],
)
def test_expression_from_unambiguous_text(text: str, expression: str) -> None:
    assert expression_from_text(text, TABLE) == expression
