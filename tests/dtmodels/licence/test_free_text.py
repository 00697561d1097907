"""Terms told in prose: recognised, answered with what they name, and never taken for more than they say."""

import pytest

from dtmodels.licence.free_text import advice, expression_from_text, is_prose, named
from dtmodels.licence.table import Table

TABLE = Table.load()


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
def test_prose_is_told_from_a_slip(text: str, prose: bool) -> None:
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
def test_only_what_can_mean_one_licence_is_named(text: str, names: tuple[str, ...]) -> None:
    assert named(text, TABLE) == names


def test_the_advice_asks_what_the_words_leave_open() -> None:
    said = advice("CC BY 4.0 / CC0 (per-image)", TABLE)
    assert "CC-BY-4.0 AND CC0-1.0 if all of them hold" in said
    assert "LicenseRef-Mixed-Per-Item if each item" in said
    assert "NOASSERTION" in advice("there is no licence anywhere", TABLE)
    assert "LicenseRef-" in advice("custom research-only license", TABLE)


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
def test_a_text_stands_for_an_expression_only_where_nothing_is_left_to_choose(text: str, expression: str) -> None:
    assert expression_from_text(text, TABLE) == expression
