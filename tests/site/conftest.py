"""A site with all proxies, served under a path of its own, and Debian's Chromium to open it with."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue
from dtmodels.site.serve import site_server
from dtmodels.site.write import SiteRequest, write_site
from dtmodels.stages.convert import obtain_and_convert
from dtproxies.darktable.find import Darktable, find
from tests.support.npm_packages import npm_packages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Request

BROWSERS = ("chromium", "google-chrome")
OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
SUBPATH = "some/path"
RAW = ("demosaic", "highlights", "temperature")
"""Proxies of sensor data, which the darkroom does not show."""


def _missing(reason: str) -> NoReturn:
    pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@pytest.fixture(scope="session")
def darktable() -> Darktable:
    """The real darktable. Without it, tests are skipped locally and fail in CI."""
    try:
        return find()
    except Failure as exc:
        _missing(f"needs the real darktable: {exc.what}")


@pytest.fixture(scope="session")
def scripts(root: Path) -> Path:
    """The bundled scripts and their npm packages."""
    packages = npm_packages(root / "site")
    subprocess.run(["npm", "run", "--silent", "build"], cwd=root / "site", check=True)
    return packages


@pytest.fixture(scope="session")
def site(root: Path, scripts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the collection, with the graphs of all proxies for images."""
    repository = tmp_path_factory.mktemp("repository")
    for name in ("models", "images", "releases-index.json"):
        (repository / name).symlink_to(root / name)
    quiet = Console(StringIO(), StringIO(), quiet=True)
    for entry in Catalogue.load(root).entries:
        if entry.card.task == "proxy" and not entry.card.id.endswith(RAW):
            target, here = Workspace(repository).model(entry.card.id), Workspace(root).model(entry.card.id)
            if _is_newer(here / "model.onnx", entry.directory / "weights.safetensors"):
                shutil.copytree(here, target)
            else:
                obtain_and_convert(entry, Workspace(repository), quiet)
    served = tmp_path_factory.mktemp("served")
    write_site(SiteRequest(root=repository, target=served / SUBPATH), quiet)
    return served


def _is_newer(graph: Path, weights: Path) -> bool:
    """True where `dtmodels convert` built a graph here, after its weights were stored; in CI nothing is built yet."""
    return graph.is_file() and graph.stat().st_mtime > weights.stat().st_mtime


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The address of the catalogue."""
    with site_server(site) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/{SUBPATH}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it. Without it, tests are skipped locally and fail in CI."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        _missing("needs Chromium: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield opened
        opened.close()


@dataclass
class Watched:
    """A page, and what it must not do: messages on the console, errors, failed or foreign requests."""

    page: Page
    context: BrowserContext
    problems: list[str] = field(default_factory=list)
    received: list[tuple[str, int]] = field(default_factory=list)


@pytest.fixture
def watched(browser: Browser, address: str) -> Iterator[Watched]:
    """A new page of 1440 px in the dark scheme. A problem that the test does not remove fails it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark", accept_downloads=True)
    page = context.new_page()
    one = Watched(page, context)
    own = address.split("/", 3)[:3]
    page.on("console", lambda message: one.problems.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: one.problems.append(f"error: {error}"))

    def failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the test went to another page
            one.problems.append(f"failed: {request.url}: {request.failure}")

    context.on("requestfailed", failed)

    def seen(url: str) -> None:
        if not url.startswith("blob:") and url.split("/", 3)[:3] != own:
            one.problems.append(f"foreign: {url}")

    context.on("request", lambda request: seen(request.url))
    yield one
    context.close()
    assert one.problems == []
