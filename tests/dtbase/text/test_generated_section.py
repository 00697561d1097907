"""Generated text between marks."""

import pytest

from dtbase.system.errors import Failure
from dtbase.text.generated_section import replace_section

PAGE = "before\n<!-- a -->\nold\n<!-- b -->\nafter <!-- b -->\n"


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    made = replace_section(PAGE, "<!-- a -->", "<!-- b -->", "new\n", "page.md")
    assert made == PAGE.replace("old", "new")
    assert replace_section(made, "<!-- a -->", "<!-- b -->", "new\n", "page.md") == made


@pytest.mark.parametrize(
    ("text", "said"), [("", "has no '<!-- a -->'"), ("<!-- b --><!-- a -->", "but no '<!-- b -->'")]
)
def test_a_missing_mark_is_named(text: str, said: str) -> None:
    with pytest.raises(Failure, match=f"page.md.*{said}"):
        replace_section(text, "<!-- a -->", "<!-- b -->", "new\n", "page.md")
