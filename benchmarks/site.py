"""Size and speed of the site: 1,000 models, and a chain of modules in the browser against Python.

Needs Chromium, the bundled scripts and built proxies: run `make site` first. Both sides of the chain run in turn, on
one thread each, on an image of 0.24 megapixels; of both the median counts.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from dtbase.imaging.colour import srgb_to_linear
from dtbase.imaging.colour_spaces import from_linear_rec709
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue
from dtmodels.site.built import built
from dtmodels.site.serve import site_server
from dtmodels.site.write import SiteRequest, write_site

ROOT = Path(__file__).resolve().parents[1]
MODELS, RUNS = 1000, 15
CHAIN = ("exposure", "colorbalancergb", "sigmoid")
PHOTOGRAPH = ROOT / "images/photographs/coffee.jpg"
QUERIES = ("sigmoid", "p", "", "mask", "exact", "zzz", "")
FILTER = """query => { const search = document.getElementById('search'), started = performance.now();
search.value = query; search.dispatchEvent(new Event('input'));
document.body.offsetHeight; return performance.now() - started; }"""
MOVE = """value => { const slider = document.querySelector('#module-exposure input[type=range]');
document.body.dataset.size = ''; slider.value = value; slider.dispatchEvent(new Event('input')); }"""


def main() -> int:
    """Print all figures."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        many, ours = Path(scratch) / "many", Path(scratch) / "ours"
        seconds = _write_many(many)
        print(f"{MODELS} models: {seconds:.1f} s of CPU, catalogue {(many / 'site/index.html').stat().st_size:,} bytes")
        _write(ROOT, ours)
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        print(f"longest answer of the filter among {MODELS}: {_filter(browser, many / 'site'):.0f} ms")
        one, other = _chain(browser, ours)
        print(f"{' > '.join(CHAIN)}: browser {one:.0f} ms, Python {other:.0f} ms, ratio {one / other:.2f}")
        browser.close()
    return 0


def _write(root: Path, target: Path) -> None:
    write_site(SiteRequest(root=root, target=target), Console(StringIO(), StringIO(), quiet=True))


def _write_many(root: Path) -> float:
    entries = Catalogue.load(ROOT).entries
    for number in range(MODELS):
        entry = entries[number % len(entries)]
        directory = root / "models" / f"{entry.card.id}-n{number}"
        directory.mkdir(parents=True)
        card = (entry.directory / "card.yaml").read_text()
        card = re.sub(r"^id: .*$", f"id: {directory.name}", card, flags=re.MULTILINE)
        (directory / "card.yaml").write_text(card)
    started = time.process_time()
    _write(root, root / "site")
    return time.process_time() - started


@contextmanager
def _served(directory: Path) -> Iterator[str]:
    with site_server(directory) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def _filter(browser: Browser, site: Path) -> float:
    with _served(site) as address:
        page = browser.new_page()
        page.goto(address)
        page.locator("body[data-ready]").wait_for()
        times = [float(page.evaluate(FILTER, query)) for query in QUERIES]
        page.close()
    return max(times)


def _chain(browser: Browser, site: Path) -> tuple[float, float]:
    """Median milliseconds of the chain in the browser, and in Python."""
    sessions = [_session(name) for name in CHAIN]
    pixels = np.asarray(Image.open(PHOTOGRAPH).convert("RGB"), np.float64) / 255
    light = from_linear_rec709(np.asarray(srgb_to_linear(pixels)), "work-rgb")
    image = np.ascontiguousarray(np.moveaxis(light, -1, 0)[None], np.float32)
    ours, theirs = [], []
    with _served(site) as address:
        page = browser.new_page()
        page.goto(f"{address}darkroom/#e={'%3D%3B'.join(CHAIN)}%3D")
        page.locator("body[data-size=full]").wait_for(timeout=60_000)
        for run in range(RUNS):
            page.evaluate(MOVE, 90 + 3 * run)
            page.locator("body[data-size=full]").wait_for(timeout=60_000)
            ours.append(float(page.evaluate("document.body.dataset.ms")))
            theirs.append(_in_python(sessions, image, run / 10))
        page.close()
    return statistics.median(ours[1:]), statistics.median(theirs[1:])


Opened = tuple[ort.InferenceSession, np.ndarray[Any, Any]]


def _session(name: str) -> Opened:
    entry = next(one for one in Catalogue.load(ROOT).entries if one.card.convert.options.get("module") == name)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    files = built(Workspace(ROOT), entry.card.id)
    session = ort.InferenceSession(files.graph, options, providers=["CPUExecutionProvider"])
    return session, np.array([[slider["default"] for slider in files.config["attributes"]["sliders"]]], np.float32)


def _in_python(sessions: list[Opened], image: np.ndarray[Any, Any], exposure: float) -> float:
    started = time.perf_counter()
    for index, (session, sliders) in enumerate(sessions):
        values = sliders.copy()
        if index == 0:
            values[0, 0] = exposure
        image = session.run(None, {"image": image, "sliders": values})[0]
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    raise SystemExit(main())
