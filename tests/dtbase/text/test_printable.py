from __future__ import annotations

import pytest

from dtbase.text.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("modèle, 10 × 20", "modèle, 10 × 20"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("one\ntwo\r", "one\\ntwo\\r"),
        ("a\u202ebnno\0", "a\\u202ebnno\\x00"),
        ("half \ud800", "half \\ud800"),
        ("x" * 2001, "x" * 2000 + "..."),
    ],
)
def test_text_is_one_printable_line(text: str, shown: str) -> None:
    assert printable(text) == shown
    printable(text).encode()
