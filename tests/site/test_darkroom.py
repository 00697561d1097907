"""The darkroom in a real browser: what it shows is what darktable renders from the sidecar that it saves."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

from dtproxies.darktable.export import export
from dtproxies.darktable.find import Darktable
from tests.site.conftest import SUBPATH, Watched

pytestmark = pytest.mark.slow
PIXELS = """() => { const shown = document.getElementById('after'), copy = document.createElement('canvas');
copy.width = shown.width; copy.height = shown.height; copy.getContext('2d').drawImage(shown, 0, 0);
return copy.toDataURL('image/png'); }"""
SECONDS = 90_000
CHAINS = (
    "exposure=exposure:0.6",
    "exposure=exposure:0.4;colorbalancergb=chroma_global:0.3,contrast:0.2;sigmoid=middle_grey_contrast:1.8",
    "exposure=exposure:-0.5,black:0.002;toneequal=shadows:0.5;sharpen=;bilat=detail:0.8;vignette=brightness:-0.6",
)


def data(site: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((site / SUBPATH / "darkroom/data.json").read_text())
    return values


def moved(name: str, module: dict[str, Any]) -> str:
    """An edit of one module: its first sliders a quarter of the way to the upper end."""
    sliders = [one for one in module["sliders"] if "choices" not in one][:4]
    values = [(one, one["default"] + 0.25 * (one["high"] - one["default"])) for one in sliders]
    return f"{name}=" + ",".join(
        f"{one['name']}:{round(v) if one.get('whole') else float(f'{v:.4g}')}" for one, v in values
    )


def develop(watched: Watched, address: str, edit: str) -> None:
    """Open an edit of the first sample, and wait for the full image."""
    if "/darkroom/" not in watched.page.url:
        watched.page.goto(f"{address}darkroom/")
        finished(watched)
    watched.page.evaluate("edit => { document.body.dataset.size = ''; location.hash = edit; }", f"#e={quote(edit)}")
    finished(watched)


def finished(watched: Watched) -> None:
    watched.page.locator("body[data-size=full]").wait_for(timeout=SECONDS)


def shown(watched: Watched) -> np.ndarray[Any, Any]:
    png = base64.b64decode(watched.page.evaluate(PIXELS).partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), np.int16)


def saved(watched: Watched) -> bytes:
    with watched.page.expect_download() as started:
        watched.page.get_by_role("button", name="Save sidecar").click()
    assert started.value.suggested_filename.endswith(".xmp")
    return Path(started.value.path()).read_bytes()


def levels(darktable: Darktable, photograph: Path, sidecar: bytes, image: np.ndarray[Any, Any]) -> int:
    """The largest difference between darktable's export and an image, in levels of 8 bits."""
    expected = np.rint(np.clip(export(darktable, photograph, sidecar), 0, 1) * 255).astype(np.int16)
    return int(np.abs(expected - image).max())


@pytest.mark.parametrize("edit", CHAINS)
def test_edit_is_what_darktable_renders(
    watched: Watched, address: str, root: Path, darktable: Darktable, edit: str
) -> None:
    develop(watched, address, edit)
    assert levels(darktable, root / "images/photographs/coffee.jpg", saved(watched), shown(watched)) <= 1


def test_every_module_is_what_darktable_renders(
    watched: Watched, address: str, root: Path, site: Path, darktable: Darktable
) -> None:
    modules = data(site)["modules"]
    assert len(modules) >= 20
    found = {}
    for name, module in modules.items():
        develop(watched, address, moved(name, module))
        found[name] = levels(darktable, root / "images/photographs/coffee.jpg", saved(watched), shown(watched))
    assert {name: most for name, most in found.items() if most > 1} == {}, found
