"""Replacing the text between two markers."""

import pytest

from dtbase.system.errors import Failure
from dtbase.text.generated_section import replace_section

PAGE = "before\n<!-- a -->\nold\n<!-- b -->\nafter <!-- b -->\n"


def test_only_text_between_the_markers_is_replaced() -> None:
    replaced = replace_section(PAGE, "<!-- a -->", "<!-- b -->", "new\n", "page.md")
    assert replaced == PAGE.replace("old", "new")
    assert replace_section(replaced, "<!-- a -->", "<!-- b -->", "new\n", "page.md") == replaced


@pytest.mark.parametrize(
    ("text", "message"), [("", "has no '<!-- a -->'"), ("<!-- b --><!-- a -->", "but no '<!-- b -->'")]
)
def test_missing_marker_is_named(text: str, message: str) -> None:
    with pytest.raises(Failure, match=f"page.md.*{message}"):
        replace_section(text, "<!-- a -->", "<!-- b -->", "new\n", "page.md")
