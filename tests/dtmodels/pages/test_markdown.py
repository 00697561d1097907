"""Text from cards as Markdown: escaped, on one line, and no markup."""

import pytest

from dtmodels.pages.markdown import code, link, table, text
from tests.support.injection_strings import INJECTION_STRINGS
from tests.support.markdown_parser import RenderedPage

HOSTILE = ["<script>alert(1)</script>", "[a](javascript:alert(1))", "a | b", "`rm`", "# head"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_never_becomes_markup(hostile: str) -> None:
    written = text(hostile)
    assert not any(
        written[position] in "<>[]|`#" and written[position - 1] != "\\" for position in range(1, len(written))
    )
    assert written[0] in {"\\", hostile[0]} and (hostile[0] not in "<[`#" or written[0] == "\\")


def test_cell_text_adds_no_column_or_line() -> None:
    written = table(["a"], [[text("x | y\nz")], [code("p | q`")]])
    assert [line.replace("\\|", "").count("|") for line in written.splitlines()] == [2, 2, 2, 2]


@pytest.mark.parametrize("target", ["javascript:alert(1)", "http://example.org", 'https://x" onclick="', "self"])
def test_only_plain_https_becomes_a_link(target: str) -> None:
    assert "](" not in link("label", target)
    assert link("label", "https://example.org/a") == "[label](https://example.org/a)"


@pytest.mark.parametrize(
    "words", [*INJECTION_STRINGS, "- a", "+ a", "1. a", "2) a", "---", "===", "a  b", "R&D &amp; more", "$x$"]
)
def test_rendered_text_equals_the_source(words: str) -> None:
    page = RenderedPage(f"{text(words)}\n")
    assert page.tags == {"p"}
    assert page.words.strip() == " ".join(words.split())


def test_text_is_no_workflow_command() -> None:
    assert not any(text(words).lstrip().startswith(("::", "##[")) for words in INJECTION_STRINGS)
