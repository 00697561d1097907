"""Tests of the conversion of proxies: graph against network, metadata, failures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from dtbase.system.discovery import plugin_names
from dtbase.system.errors import Failure, WrongUsage
from dtmodels.card.reader import read_card
from dtmodels.families import Job
from dtmodels.families.proxy import convert
from dtmodels.tasks._sliders import FRAME
from dtproxies import modules
from dtproxies.networks.frame import call
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.sampling import sample
from dtproxies.proxy.weights import load, store

NAMES = plugin_names(modules)
QUICK = ["colorout", "exposure", "sharpen", "temperature", "velvia", "vignette"]
"""Modules whose graphs torch exports in seconds: without sliders, with frame, of RGB, Lab and raw."""
INPUTS = [["image"], ["image", "sliders"], ["image", "frame"], ["image", "sliders", "frame"]]
SIZES = [(1, 1), (3, 40), (24, 25), (64, 48), (95, 133)]
MAX_ERROR_P99, MAX_ERROR = 5e-5, 5e-3
"""Limits of the error of 99 % and of all of the values, relative to the largest value. Larger errors occur where
darktable reads a curve from a table and rounding selects the neighbouring entry, or where powers amplify rounding."""

CARD = """\
schema: 1
id: toy
name: toy proxy
description: A proxy with untrained constants, for tests of its conversion
task: proxy
architecture: toy
version: "1.0"
status: draft
source: {{repository: self, authors: [Test Author]}}
license: {{weights: GPL-3.0-or-later, code: GPL-3.0-or-later}}
use: {{scope: tests of conversion, inference: local, network: none, telemetry: none}}
convert: {{family: proxy, options: {options}}}
package: {{type: single}}
"""


def job(directory: Path, options: str, weights: Path | None) -> Job:
    card = directory / "card.yaml"
    card.write_text(CARD.format(options=options))
    (directory / "raw").mkdir(exist_ok=True)
    return Job(card=read_card(card), checkpoints={"weights": weights} if weights else {}, output=directory / "raw")


def trained(directory: Path, name: str) -> Path:
    definition = load_definition(name)
    store(directory / "weights.safetensors", definition.network(), definition.module, darktable="5.4.1", seed=1)
    return directory / "weights.safetensors"


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in NAMES]
)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Path]:
    """Name of the module, its weights and its graph."""
    name, directory = request.param, tmp_path_factory.mktemp("built")
    weights = trained(directory, name)
    convert(job(directory, f"{{module: {name}}}", weights))
    return name, weights, directory / "raw/model.onnx"


def test_graph_matches_network_at_all_sizes_and_slider_corners(built: tuple[str, Path, Path]) -> None:
    name, weights, graph = built
    definition = load_definition(name)
    network = load(weights, definition.module, definition.network)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    ends = [[getattr(slider, end) for slider in definition.module.sliders] for end in ("low", "default", "high")]
    corners = [*ends, *sample(definition.module, 6, seed=1, reachable=definition.reachable).tolist()]
    if definition.reachable:
        corners = [corner for corner in corners if definition.reachable(corner)]
    rng = np.random.default_rng(0)
    channels = 1 if definition.module.space == "raw" else 3
    spread = 80 if definition.module.space == "lab" else 4  # some L above 300, some linear values above 16
    names = [tensor.name for tensor in session.get_inputs()]
    for height, width in SIZES[definition.module.space == "raw" :]:  # a mosaic of one pixel has one colour
        image = (spread * rng.normal(0.25, 1, (1, channels, height, width))).astype(np.float32)
        frame = np.array([[0, 0, width, height]], np.float32)
        for corner in corners:
            sliders = np.array([corner], np.float32).reshape(1, -1)
            values = {"image": image, "sliders": sliders, "frame": frame}
            (output,) = session.run(["output"], {name: values[name] for name in names})
            with torch.no_grad():
                expected = call(network, definition.module, torch.from_numpy(image), torch.from_numpy(sliders)).numpy()
            assert output.shape == expected.shape
            assert np.isfinite(output).all()
            error = np.abs(output - expected) / max(np.abs(expected).max(), 1e-6)
            assert np.quantile(error, 0.99) <= MAX_ERROR_P99
            assert error.max() <= MAX_ERROR


def test_frame_is_stated_by_exactly_the_graphs_that_take_it(built: tuple[str, Path, Path]) -> None:
    name, _, graph = built
    model = onnx.load(graph, load_external_data=False)
    stated = {entry.key: entry.value for entry in model.metadata_props}.get("frame")
    takes = "frame" in [tensor.name for tensor in model.graph.input]
    assert (json.loads(stated) if stated else None) == (FRAME if takes else None)
    assert takes == load_definition(name).module.frame


def test_graph_is_compatible_with_darktable(built: tuple[str, Path, Path]) -> None:
    _, _, graph = built
    model = onnx.load(graph)
    assert model.ir_version <= 10
    assert [(opset.domain, opset.version <= 20) for opset in model.opset_import] == [("", True)]
    assert [tensor.name for tensor in model.graph.input] in INPUTS
    height, width = (dim.dim_param for dim in model.graph.input[0].type.tensor_type.shape.dim[2:])
    assert (height, width) == ("height", "width")


def test_graph_metadata_names_the_module(built: tuple[str, Path, Path]) -> None:
    name, _, graph = built
    facts = {entry.key: entry.value for entry in onnx.load(graph).metadata_props}
    module = load_definition(name).module
    assert (facts["module"], facts["module_version"], facts["darktable"]) == (name, str(module.version), "5.4.1")
    assert [slider["name"] for slider in json.loads(facts["sliders"])] == [slider.name for slider in module.sliders]


def test_attributes_match_the_module(tmp_path: Path) -> None:
    name = "exposure"
    module = load_definition(name).module
    attributes = convert(job(tmp_path, f"{{module: {name}}}", trained(tmp_path, name)))
    assert attributes["space"] == module.space
    assert attributes["reach"] == module.receptive_field
    first = attributes["sliders"][0]
    assert set(first) == {"name", "low", "high", "default", "unit"}
    json.dumps(attributes)


def test_conversion_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    convert(job(tmp_path, f"{{module: {QUICK[0]}}}", trained(tmp_path, QUICK[0])))
    assert capfd.readouterr() == ("", "")


def test_card_without_module_fails(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="does not name a module"):
        convert(job(tmp_path, "{}", trained(tmp_path, QUICK[0])))


def test_card_without_weights_fails(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no checkpoint named 'weights'"):
        convert(job(tmp_path, f"{{module: {QUICK[0]}}}", None))


def test_unknown_module_gets_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=f"did you mean {QUICK[0]}"):
        convert(job(tmp_path, f"{{module: {QUICK[0]}s}}", trained(tmp_path, QUICK[0])))


def test_weights_of_another_module_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=f"weights are for {QUICK[1]} .* not for {QUICK[0]}"):
        convert(job(tmp_path, f"{{module: {QUICK[0]}}}", trained(tmp_path, QUICK[1])))
