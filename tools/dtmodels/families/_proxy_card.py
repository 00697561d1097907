"""Card fields of a new proxy that its module, its training recipe and its files state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtbase.system.files import sha256
from dtmodels.families._module_titles import TITLES, manual_url

CODE, PHOTOGRAPHS = "GPL-3.0-or-later", "CC0-1.0"
WEIGHTS, STEPS, REPORT = "weights.safetensors", "training.jsonl", "REPORT.md"
EVALUATION_SET = "Photographs for evaluation"
CLOSED_FORM_PARAMETERS = 100
"""A proxy with at most as many parameters is a closed form with fitted parameters; others are neural networks."""
PHOTOGRAPH_DIRECTORY = "images/proxy"
_PHOTOGRAPHED = {"datasets", "evaluation_data", "data_card"}
"""Components with the licence of the photographs."""
SAMPLES = "https://scikit-image.org/docs/stable/api/skimage.data.html"
"""Where the photographs of images/proxy come from."""
RENDERS = "https://github.com/darktable-org/darktable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyFacts:
    """Description of a proxy, as its module's file and its weights state it."""

    module: str
    """darktable's operation name."""
    darktable: str | None
    """Version that the weights were fitted to; None without weights."""
    network: str
    """Path of the file that defines the network, from the root of the repository."""
    parameters: int
    """Number of fitted parameters."""
    optimiser: str
    """`lbfgs` or `adam`; a file of this name trains the proxy."""
    pairs: int
    """Rendered images for training."""
    side: int
    """Width and height of a training image, in pixels."""
    exposures: tuple[float, float]
    """Range of exposure changes of training photographs, in stops."""
    charts: float
    """Fraction of training images that are computed charts."""
    mosaic: bool
    """The input is a mosaic of sensor values."""
    continuous: bool
    """There is a slider with a continuous range, for which gradients exist."""


def card_fields(facts: ProxyFacts, directory: Path) -> Mapping[str, Any]:
    """The fields of a card for this proxy. Texts that only a person can write begin with TODO.

    Components and digests are stated for the files that are in `directory`, the model's own.
    """
    closed_form = facts.parameters <= CLOSED_FORM_PARAMETERS
    kind = "closed-form proxy" if closed_form else "neural proxy"
    count = f"{facts.parameters:,} fitted parameter{'' if facts.parameters == 1 else 's'}"
    title = TITLES.get(facts.module)
    return {
        "name": f"proxy of {facts.module}",
        "description": f"{facts.module}: {kind}, {count}",
        "architecture": Path(facts.network).stem.replace("_", "-"),
        "source": {"repository": "self", "authors": ["The contributors of this repository"]},
        "publication": {
            "kind": "documentation",
            "title": f"darktable user manual, module {title}" if title else "TODO",
            "url": manual_url(title) if title else "https://example.org/",
        },
        "license": {"weights": CODE, "code": CODE},
        "training": {"code": {"url": "self", "license": CODE}, "datasets": _datasets(facts)},
        "openness": _openness(facts, directory),
        "limitations": list(_limitations(facts, closed_form=closed_form)),
        "use": {
            "scope": f"imitates darktable's {facts.module} module, {_purpose(facts)}",
            "inference": "local",
            "network": "none",
            "telemetry": "none",
        },
        "checkpoints": [_checkpoint(directory / WEIGHTS)],
        "convert": {"family": "proxy", "options": {"module": facts.module}},
        "package": {"type": "single"},
        "demo": {"images": ["proxy/chelsea.png", "proxy/rocket.jpg", "proxy/brick.png"]},
    }


def _purpose(facts: ProxyFacts) -> str:
    if facts.continuous:
        return "to find and optimise its sliders by gradients"
    return "as a step in a chain of modules that gradients pass through"


def _checkpoint(weights: Path) -> Mapping[str, Any]:
    known = {"sha256": sha256(weights), "bytes": weights.stat().st_size} if weights.is_file() else {}
    return {"name": "weights", "file": WEIGHTS, **known}


def _datasets(facts: ProxyFacts) -> list[Mapping[str, Any]]:
    low, high = facts.exposures
    fitting = (
        "Two photographs that ship with scikit-image 0.26, stored in images/proxy: a coffee cup by Rachel Michetti, "
        f"cut to 384 x 384 pixels, and gravel from CC0Textures. Random crops of {facts.side} x {facts.side} pixels, "
        f"rotated and mirrored, exposed by {low:g} to {high:+g} EV. "
        "Authors, licences and digests are in images/proxy/sources.json."
    )
    evaluation = (
        "Three other photographs that ship with scikit-image 0.26, stored in images/proxy: a cat by Stefan van der "
        "Walt, a rocket launch by SpaceX, and a brick wall from CC0Textures. Authors, licences and digests are in "
        "images/proxy/sources.json."
    )
    return [
        _dataset("Photographs for fitting", "train", fitting),
        _dataset(EVALUATION_SET, "evaluate", evaluation),
        _dataset("Computed charts and darktable's renders", "train", _renders(facts), synthetic=True),
    ]


def _dataset(name: str, role: str, provenance: str, *, synthetic: bool = False) -> Mapping[str, Any]:
    return {
        "name": name,
        "url": RENDERS if synthetic else SAMPLES,
        "role": role,
        "license": CODE if synthetic else PHOTOGRAPHS,
        "access": "public",
        "collection": "synthetic" if synthetic else "photographed",
        "personal_data": "none",
        "consent": "not-needed",
        "provenance": provenance,
    }


def _renders(facts: ProxyFacts) -> str:
    """Provenance of the computed part of the training data."""
    if facts.darktable is None:
        return "TODO: version of darktable that rendered the training images, and how the images were made"
    sentences = [
        f"{100 * facts.charts:g} % of the training images are charts, and 25 % of the evaluation images. "
        "tools/dtproxies/images/image.py computes them from a seed: colour patches, some with negative "
        "channels, ramps over 16 stops, and stripes of rising frequency.",
        "tools/dtproxies/images/mosaic.py computes the sensor values of each image, with noise."
        if facts.mosaic
        else "",
        f"darktable {facts.darktable} rendered the target of each of the {facts.pairs} images during training; the "
        "targets are not stored.",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _openness(facts: ProxyFacts, directory: Path) -> Mapping[str, Any]:
    tools = "tools/dtproxies"
    locations = {
        "architecture": facts.network,
        "training_code": f"{tools}/training/{facts.optimiser}.py",
        "inference_code": f"{tools}/proxy/runners.py",
        "evaluation_code": f"{tools}/evaluation/run.py",
        "parameters": WEIGHTS,
        "intermediate_parameters": STEPS if _logs_parameters(directory / STEPS) else "",
        "datasets": PHOTOGRAPH_DIRECTORY,
        "data_preprocessing_code": f"{tools}/render/pairs.py",
        "evaluation_data": PHOTOGRAPH_DIRECTORY,
        "evaluation_results": REPORT,
        "model_card": "card.yaml",
        "data_card": "images/proxy/SOURCES.md",
        "technical_report": REPORT,
        "model_metadata": "card.yaml",
        "supporting_tools": f"{tools}/command/cli.py",
    }
    missing = {name for name in (WEIGHTS, STEPS, REPORT) if not (directory / name).is_file()}
    return {
        "osaid": "none" if missing else "open-source-ai",
        "mof": "none" if missing else "II",
        "components": {
            name: {"license": PHOTOGRAPHS if name in _PHOTOGRAPHED else CODE, "location": location}
            for name, location in locations.items()
            if location and location not in missing
        },
    }


def _logs_parameters(log: Path) -> bool:
    """Whether each line of a training log states the parameters; only those of small networks do."""
    return log.is_file() and '"parameters": {"' in log.read_text(encoding="utf-8")


def _limitations(facts: ProxyFacts, *, closed_form: bool) -> Iterable[Mapping[str, Any]]:
    yield {"about": "scope", "text": f"TODO: modes and parameters of {facts.module} that the proxy does not imitate"}
    yield {"about": "quality", "text": "TODO: accuracy, and the inputs and slider values where errors are largest"}
    if facts.darktable:
        text = (
            f"Imitates the CPU path of darktable {facts.darktable}. The OpenCL path rounds differently; other "
            "versions were not compared. Masks, blending and opacity are not included."
        )
        yield {"about": "scope", "text": text}
    yield {"about": "data", "text": _evaluated_on(facts), "datasets": [EVALUATION_SET]}
    if closed_form:
        text = (
            "The network follows darktable's source code, which is GPL-3.0-or-later, and the weights reproduce "
            "constants of that code. Network and weights therefore have the same licence."
        )
        yield {"about": "legal", "text": text}
    text = "The report was written by the authors of the proxy and has no independent review."
    yield {"about": "quality", "text": text}


def _evaluated_on(facts: ProxyFacts) -> str:
    if facts.mosaic:
        return (
            "Evaluated on mosaics that are computed from three 8-bit photographs and charts, with photon and read "
            "noise. Lens errors and defects of individual sensors are absent."
        )
    return (
        "Evaluated on three 8-bit photographs and on computed charts, not on camera files. Values range from well "
        "below black to 16 times white, but the noise and lens errors of real cameras are absent."
    )
