"""The site: every page is complete and safe, its facts are those of the cards, and it replaces an older one at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest

from dtbase.system.errors import Failure, NothingToDo
from dtbase.terminal.console import Console
from dtmodels.card.schemas import check_json
from dtmodels.site.groups import size_name
from dtmodels.site.slugs import slug
from dtmodels.site.templates import size, web
from dtmodels.site.write import SiteRequest, write_site
from tests.support.injection_strings import INJECTION_STRINGS

Add = Callable[..., Path]
QUIET = Console(StringIO(), StringIO(), quiet=True)


def written(root: Path, **settings: str) -> Path:
    target = root / "output" / "site"
    write_site(SiteRequest(root=root, target=target, **settings), QUIET)
    return target


@pytest.fixture
def site(add_model: Add, tmp_path: Path) -> Path:
    add_model("denoise-toy")
    add_model("denoise-other", status="draft")
    return written(tmp_path)


class Page(HTMLParser):
    """Elements, attributes and text of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def addresses(self) -> Iterator[str]:
        for _, attributes in self.elements:
            yield from (value for name in ("href", "src", "action") if (value := attributes.get(name)))


def test_every_relative_address_leads_to_a_file(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 8
    for page in pages:
        for address in Page(page).addresses():
            if address.startswith(("https://", "#")):
                continue
            assert not address.startswith("/"), address
            target = page.parent / address.partition("?")[0].partition("#")[0]
            assert (target / "index.html" if target.is_dir() else target).is_file(), f"{page}: {address}"


def test_no_page_needs_inline_script_or_style(site: Path) -> None:
    for page in site.rglob("*.html"):
        policy = next(a["content"] or "" for _, a in Page(page).elements if a.get("http-equiv"))
        assert "default-src 'none'" in policy and "unsafe-inline" not in policy
        for tag, attributes in Page(page).elements:
            assert "style" not in attributes and not any(name.startswith("on") for name in attributes)
            assert tag != "style" and (tag != "script" or attributes.get("src"))


def test_templates_switch_no_escaping_off(root: Path) -> None:
    texts = [path.read_text() for path in (root / "site" / "templates").iterdir()]
    assert len(texts) > 5 and not [text for text in texts if re.search(r"\|\s*safe|autoescape", text)]


def test_hostile_card_text_stays_text(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-plain")
    hostile = {f"denoise-toy{number}": text for number, text in enumerate([*INJECTION_STRINGS, "א" * 60, "w" * 60])}
    for model_id, text in hostile.items():
        card = add_model(model_id) / "card.yaml"
        fields = r"^(\s*)(description|name|scope|text|provenance):.*$"
        replaced = re.sub(
            fields, lambda m, text=text: f"{m[1]}{m[2]}: {json.dumps(text)}", card.read_text(), flags=re.M
        )
        card.write_text(replaced)
    site = written(tmp_path)
    plain = [tag for tag, _ in Page(site / "models/denoise-plain/index.html").elements]
    for model_id, text in hostile.items():
        page = Page(site / "models" / model_id / "index.html")
        assert [tag for tag, _ in page.elements] == plain
        assert "".join(page.texts).count(text) >= 4
    addresses = [one for page in site.rglob("*.html") for one in Page(page).addresses()]
    assert not [one for one in addresses if "evil" in one or one.startswith("javascript")]


def test_api_follows_its_schema_and_says_what_the_page_says(site: Path) -> None:
    api = site / "api" / "v1"
    for name in ("models", "datasets", "licences"):
        check_json("site-v1", json.loads((api / f"{name}.json").read_text()), where=name)
    facts = json.loads((api / "models" / "denoise-toy.json").read_text())
    check_json("site-model-v1", facts, where="denoise-toy")
    text = " ".join(Page(site / "models/denoise-toy/index.html").texts)
    for fact in (facts["name"], facts["description"], facts["licence"]["expression"], facts["version"]):
        assert fact in text
    quoted = facts["licence"]
    assert quoted["quote"] in text and f"line {quoted['line']}" in text


def test_pages_of_one_filter_hold_its_models_alone(site: Path) -> None:
    page = (site / "by/status/draft/index.html").read_text()
    assert 'data-id="denoise-other"' in page and 'data-id="denoise-toy"' not in page


def test_sitemap_and_open_graph_need_the_address(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    assert not (written(tmp_path) / "sitemap.xml").exists()
    site = written(tmp_path, url="https://example.org/m")
    pages = re.findall("<loc>(.*)</loc>", (site / "sitemap.xml").read_text())
    assert "https://example.org/m/models/denoise-toy/" in pages and len(pages) == len(list(site.rglob("index.html")))
    assert 'href="https://example.org/m/models/denoise-toy/"' in (site / "models/denoise-toy/index.html").read_text()


def test_broken_card_is_reported_and_left_out(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    (add_model("denoise-broken") / "card.yaml").write_text("schema: [")
    notes = StringIO()
    write_site(SiteRequest(root=tmp_path, target=tmp_path / "site"), Console(StringIO(), notes))
    assert "left out: models/denoise-broken/card.yaml" in notes.getvalue()
    assert not (tmp_path / "site/models/denoise-broken").exists()


def test_damaged_package_leaves_the_older_site(site: Path, tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "denoise-toy.dtmodel").write_bytes(b"PK damaged")
    with pytest.raises(Failure, match="cannot be read"):
        written(tmp_path)
    assert (site / "index.html").is_file()
    assert not list(site.parent.glob(".site*"))


def test_repository_without_models_has_no_site(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    with pytest.raises(NothingToDo):
        written(tmp_path)


def test_names_get_distinct_plain_addresses() -> None:
    names = ["SIDD", "sidd!", "S I D D", "ü", "ö", "", "x" * 70, "x" * 71, "../../etc", "MIT OR Apache-2.0"]
    slugs = [slug(name) for name in names]
    assert len(set(slugs)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", one) for one in slugs)


def test_sizes_read_well() -> None:
    assert [size(one) for one in (None, 999, 12_400, 1_200_000, 117_000_000)] == [
        *("unknown", "999 bytes", "12 kB", "1.2 MB", "117 MB")
    ]
    assert [size_name(one) for one in (None, 1, 2_000_000, 10**9)] == [
        *("unknown", "under 1 MB", "1 to 100 MB", "over 100 MB")
    ]
    assert [web(one) for one in ("https://a.org", "javascript:alert(1)", "self")] == ["https://a.org", "", ""]
