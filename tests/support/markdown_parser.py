"""Render markdown as CommonMark with raw HTML, and collect the resulting elements and text for assertions."""

from __future__ import annotations

from html.parser import HTMLParser

from markdown_it import MarkdownIt


class RenderedPage(HTMLParser):
    """A rendered page: its elements with attributes, and its text."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    @property
    def tags(self) -> set[str]:
        """Names of the elements."""
        return {tag for tag, _ in self.elements}

    @property
    def urls(self) -> set[str]:
        """URLs of links and images."""
        return {value for _, attributes in self.elements for name in ("href", "src") if (value := attributes.get(name))}
