"""Generated repositories: any number of realistic cards, about 150 lines each, and no two alike."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dtmodels.pages.generate import stale

_DATASETS = 5
_COMPONENTS = (
    "architecture",
    "training_code",
    "inference_code",
    "evaluation_code",
    "parameters",
    "datasets",
    "data_preprocessing_code",
    "evaluation_data",
    "evaluation_results",
    "model_card",
    "data_card",
    "technical_report",
)
_GOLDEN = """{"files": {"model.onnx": {
  "inputs": [["input", "float32", [1, 3, 512, 512]]], "outputs": [["output", "float32", [1, 3, 512, 512]]]
}}}
"""
_SUFFIXES = {"datasets": ".csv", "evaluation_data": ".zip"}
_CODE = ("architecture", "training_code", "inference_code", "evaluation_code", "data_preprocessing_code")


def write_repository(root: Path, count: int) -> list[Path]:
    """Write `count` models below `root`, generated pages included; returns their cards."""
    cards = []
    for number in range(count):
        path = root / "models" / f"model-{number:05}" / "card.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(card(number), encoding="utf-8")
        path.with_name("golden.json").write_text(_GOLDEN)
        cards.append(path)
    for page, text in stale(root):  # written plainly: syncing twenty thousand files would take longer than linting them
        page.write_text(text, encoding="utf-8")
    return cards


def card(number: int) -> str:
    """A released card without a finding; `number` decides its names, digests and results."""
    name = f"model-{number:05}"
    lines = [
        "# yaml-language-server: $schema=../../schema/card-v1.schema.json",
        "schema: 1",
        f"id: {name}",
        f"name: {name.replace('-', ' ')}",
        "description: >-",
        "  UNet that removes noise from photographs, trained on pairs of still scenes",
        f"  that were taken with {3 + number % 9} cameras at low and high sensitivity",
        "task: denoise",
        "architecture: unet",
        f'version: "{1 + number % 3}.{number % 10}"',
        "status: released",
        "source:",
        f'  repository: "https://github.com/owner/network-{number}"',
        f"  commit: {_hex('source', number, 40)}",
        "  authors:",
        "    - A. Author",
        f"    - B. Author the {number}th",
        "publication:",
        "  kind: peer-reviewed",
        f"  title: Removing noise from photographs, part {number}",
        f'  url: "https://doi.org/10.1000/{number}"',
        "license:",
        "  weights: GPL-3.0-or-later",
        "  code: GPL-3.0-or-later",
        "training:",
        "  code:",
        f'    url: "https://github.com/owner/network-{number}"',
        f"    commit: {_hex('source', number, 40)}",
        "    license: GPL-3.0-or-later",
        "  datasets:",
        *(line for index in range(_DATASETS) for line in _dataset(number, index)),
        "openness:",
        "  osaid: open-weights",
        "  mof: none",
        "  components:",
        *(line for component in _COMPONENTS for line in _component(component, number)),
        "limitations:",
        *(line for index in range(_DATASETS) for line in _limitation(number, index)),
        "use:",
        "  scope: image denoising",
        "  inference: local",
        "  network: none",
        "  telemetry: none",
        "checkpoints:",
        "  - name: weights",
        f'    url: "https://github.com/owner/network-{number}/releases/download/v1/weights.pth"',
        f"    sha256: {_hex('weights', number, 64)}",
        f"    bytes: {1_000_000 + number}",
        "convert:",
        "  family: onnx",
        "package:",
        "  type: single",
        "  attributes:",
        "    input_sizes: [512, 768, 1024]",
        "tolerance:",
        "  relative: 0.001",
        "changes:",
        *(f'  "{1 + number % 3}.{minor}": Step {minor} of a long story.' for minor in range(number % 10 + 1)),
    ]
    return "\n".join(lines) + "\n"


def _dataset(number: int, index: int) -> list[str]:
    return [
        f"    - name: Still Scenes {number} {index}",
        f'      url: "https://still-scenes.net/{number}/{index}"',
        f"      role: {'evaluate' if index == _DATASETS - 1 else 'train'}",
        "      license: CC-BY-4.0",
        "      access: public",
        "      collection: photographed",
        "      personal_data: none",
        "      consent: not-needed",
        "      provenance: >-",
        f"        {400 + index} scenes photographed by the authors on tripods with six cameras,",
        "        each at two sensitivities; 2018 to 2020, 1,200 files, published with their list",
    ]


def _component(name: str, number: int) -> list[str]:
    licence = "GPL-3.0-or-later" if name in _CODE or name == "parameters" else "CC-BY-4.0"
    repository = f"https://github.com/owner/network-{number}"
    path = "releases/download/v1/weights.pth" if name == "parameters" else f"blob/v1/{name}{_suffix(name)}"
    return [f"    {name}:", f"      license: {licence}", f'      location: "{repository}/{path}"']


def _suffix(name: str) -> str:
    return ".py" if name in _CODE else _SUFFIXES.get(name, ".md")


def _limitation(number: int, index: int) -> list[str]:
    return [
        "  - about: quality",
        f"    text: Smooths fine fabric above ISO {1600 * (index + 1)}; leaves a trace of colour in deep shadows.",
        f"    datasets: [Still Scenes {number} {index}]",
    ]


def _hex(what: str, number: int, digits: int) -> str:
    return hashlib.sha256(f"{what} {number}".encode()).hexdigest()[:digits]
