from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from dtbase.system.errors import Failure
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.weights import facts_of, load, store

DEFINITION = load_definition("sharpen")
OTHER = load_definition("exposure")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.safetensors"
    torch.manual_seed(0)
    network = DEFINITION.network()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.rand_like(parameter))
    store(path, network, DEFINITION.module, darktable="5.4.1", seed=7)
    return path


def test_stored_weights_are_loaded(weights: Path) -> None:
    torch.manual_seed(0)
    stored = [torch.rand_like(parameter) for parameter in DEFINITION.network().parameters()]
    loaded = list(load(weights, DEFINITION.module, DEFINITION.network).parameters())
    assert all(torch.equal(one, other) for one, other in zip(stored, loaded, strict=True))
    assert all(parameter.shape == () for parameter in loaded)


def test_metadata_names_module_and_darktable(weights: Path) -> None:
    facts = facts_of(weights)
    assert (facts["module"], facts["module_version"], facts["darktable"], facts["seed"]) == (
        "sharpen",
        "1",
        "5.4.1",
        "7",
    )


def test_same_weights_give_identical_files(weights: Path, tmp_path: Path) -> None:
    for number in range(5):
        again = tmp_path / f"{number}.safetensors"
        store(again, load(weights, DEFINITION.module, DEFINITION.network), DEFINITION.module, darktable="5.4.1", seed=7)
        assert again.read_bytes() == weights.read_bytes()


def test_other_module_version_is_rejected(weights: Path) -> None:
    newer = replace(DEFINITION.module, version=2)
    with pytest.raises(Failure, match="weights are for sharpen version 1, not for sharpen version 2"):
        load(weights, newer, DEFINITION.network)


def test_other_module_is_rejected(weights: Path) -> None:
    with pytest.raises(Failure, match="weights are for sharpen version 1, not for exposure version 7"):
        load(weights, OTHER.module, OTHER.network)


def test_other_slider_order_is_rejected(weights: Path) -> None:
    reordered = replace(DEFINITION.module, sliders=DEFINITION.module.sliders[::-1])
    with pytest.raises(Failure, match="weights are for the sliders radius, amount, threshold"):
        load(weights, reordered, DEFINITION.network)


def test_tensors_of_another_network_are_rejected(weights: Path) -> None:
    with pytest.raises(Failure, match="tensors do not fit"):
        load(weights, DEFINITION.module, OTHER.network)


def test_weights_without_metadata_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({"rate": torch.zeros(1)}, path)
    with pytest.raises(Failure, match="has no metadata darktable, module"):
        facts_of(path)


@pytest.mark.parametrize("content", [None, b"", b"not tensors at all"])
def test_other_file_is_rejected(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "weights.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Failure, match="cannot be read"):
        facts_of(path)
