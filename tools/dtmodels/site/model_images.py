"""Images of a model for the site: drawn for a built proxy, else those of its demo, else the reason for none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dtbase.system.shipped_files import shipped
from dtmodels.build.workspace import Workspace
from dtmodels.site.facts import ModelFacts


def write_images(model: ModelFacts, root: Path, directory: Path) -> dict[str, Any]:
    """Write the images of a model and return what pages show of them; `missing` is the reason for none."""
    from PIL import Image

    from dtmodels.site.before_after import BeforeAfter, proxy_images

    images = root / "images" if (root / "images").is_dir() else shipped("images")
    if model.card.task == "proxy" and model.built.graph:
        samples = [images / name for name in model.card.demo.images if (images / name).is_file()]
        samples = samples or [images / "photographs" / "coffee.jpg"]
        chosen = samples[sum(model.card.id.encode()) % len(samples)]
        if drawn := proxy_images(model.built, chosen):
            return {"missing": "", **drawn.write(directory)}
    for before in sorted(Workspace(root).demo(model.card.id).glob("*-before.png")):
        after = before.with_name(before.name.replace("-before.png", "-after.png"))
        if after.is_file():
            with Image.open(before) as one, Image.open(after) as other:
                name = before.name.removesuffix("-before.png")
                pair = BeforeAfter(
                    before=one.convert("RGB"), after=other.convert("RGB").resize(one.size), caption="", photograph=name
                )
            return {"missing": "", **pair.write(directory)}
    reasons = {"draft": "a draft; nothing is built yet", "candidate": "a candidate; its release is not built yet"}
    reason = reasons.get(model.card.status, "not built where this site was written")
    return {"missing": reason, "width": 0, "height": 0, "caption": "", "photograph": ""}
