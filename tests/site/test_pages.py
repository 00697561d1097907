"""Pages in a real browser: no message, no foreign request, accessible, at three widths and in both schemes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.site.conftest import SUBPATH, Watched

pytestmark = pytest.mark.slow
WIDTHS = (360, 768, 1440)
DARKROOM = "darkroom/"


def kinds(site: Path) -> list[str]:
    """One page of each kind, and the models with the most and the least on their pages."""
    top = site / SUBPATH
    first = {
        name: sorted(path.name for path in (top / name).iterdir() if path.is_dir())[0]
        for name in ("datasets", "licences")
    }
    models = sorted((path.stat().st_size, path.parent.name) for path in (top / "models").glob("*/index.html"))
    return [
        *("", "datasets/", "licences/", "compare/", DARKROOM, "by/task/proxy/"),
        *(f"{name}/{of}/" for name, of in first.items()),
        *(f"models/{models[at][1]}/" for at in (0, -1)),
    ]


def test_every_page_opens_without_a_message(watched: Watched, address: str, site: Path) -> None:
    pages = sorted(path.parent.relative_to(site / SUBPATH).as_posix() for path in site.rglob("index.html"))
    assert len(pages) > 80
    for page in pages:
        watched.page.goto(f"{address}{page}/")
        assert watched.page.title()
        if page == DARKROOM.rstrip("/"):
            watched.page.locator("body[data-size=full]").wait_for(timeout=60_000)
    assert watched.problems == []


@pytest.mark.parametrize("look", [(width, scheme) for width in WIDTHS for scheme in ("dark", "light")], ids=str)
def test_pages_are_accessible_and_fit(
    watched: Watched, address: str, site: Path, scripts: Path, look: tuple[int, str]
) -> None:
    width, scheme = look
    axe = (scripts / "axe-core" / "axe.min.js").read_text()
    watched.page.set_viewport_size({"width": width, "height": 800})
    watched.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for kind in kinds(site):
        watched.page.goto(address + kind)
        if kind == DARKROOM:
            watched.page.locator("body[data-painted]").wait_for(timeout=60_000)
        watched.page.evaluate(axe)
        found = watched.page.evaluate(
            "axe.run().then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 200))]))"
        )
        assert found == [], kind
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width, kind


def test_filter_search_and_address(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(address)
    page.locator("body[data-ready]").wait_for()
    total = page.locator(".card").count()
    page.get_by_label("proxy", exact=True).check()
    proxies = page.locator(".card").count()
    assert 0 < proxies < total
    page.get_by_role("searchbox").fill("SIGMOID")
    page.get_by_text(f"1 of {total}").wait_for()
    assert "q=SIGMOID" in page.url and "task=proxy" in page.url
    page.reload()
    page.get_by_text(f"1 of {total}").wait_for()
    page.get_by_role("searchbox").fill("no such model")
    page.locator("#empty").get_by_role("button", name="Drop task proxy").click()
    page.locator("#empty").get_by_role("button", name="Drop search").click()
    page.get_by_text(f"{total} of {total}").wait_for()
    assert "?" not in page.url


def test_catalogue_works_without_scripts(browser, address: str) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    total = page.locator(".card").count()
    page.get_by_role("link", name="proxy", exact=True).click()
    assert 0 < page.locator(".card").count() < total
    page.locator(".card a").first.click()
    assert page.get_by_role("heading", name="Install").is_visible()
    page.locator(".proof summary").first.click()
    context.close()


def test_comparison_shows_only_differences(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}compare/")
    names = [one.get_attribute("value") for one in page.locator("#a option").all()][1:3]
    page.get_by_label("First model").select_option(names[0])
    page.get_by_label("Second model").select_option(names[1])
    page.locator("#table").wait_for()
    rows = page.locator("#body tr:visible").count()
    page.get_by_label("only differences").check()
    page.locator("#table").wait_for()
    page.locator("#body tr[hidden]").first.wait_for(state="attached")
    assert 0 < page.locator("#body tr:visible").count() < rows
    assert f"a={names[0]}" in page.url


def test_first_view_of_the_catalogue_is_small(watched: Watched, address: str) -> None:
    sizes: dict[str, int] = {}
    watched.page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    watched.page.goto(address)
    watched.page.locator("body[data-ready]").wait_for()
    text = sum(size for url, size in sizes.items() if not url.endswith(".webp"))
    assert 10_000 < text <= 300_000, json.dumps(sizes, indent=1)
