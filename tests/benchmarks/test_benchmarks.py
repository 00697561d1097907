"""Parts of the proxy benchmarks that need no darktable."""

from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import _page
from benchmarks._chains import chains
from benchmarks._unet import UNet
from benchmarks.recovery import identifiable
from dtbase.system.errors import Failure
from dtproxies.proxy.definition import load_definition

MODULES = [load_definition(name).module for name in ("exposure", "sharpen", "velvia", "vibrance")]


def test_chains_are_distinct_and_reproducible() -> None:
    result = chains(MODULES, [3, 2], 8, seed=1)
    assert result == chains(MODULES, [3, 2], 8, seed=1)
    assert len(set(result)) == 8
    assert {len(one) for one in result} == {2, 3}
    assert result != chains(MODULES, [3, 2], 8, seed=2)


def test_identifiable_sliders_have_an_independent_effect() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(0, 1, (2, 1000))
    moves = np.full(3, 0.05)
    assert identifiable(np.stack([one, other, one + other * 0.5], axis=1), moves).tolist() == [False] * 3
    assert identifiable(np.stack([one, other, 0 * one], axis=1), moves).tolist() == [True, True, False]
    assert identifiable(np.stack([one, one * (1 + 1e-9), other], axis=1), moves).tolist() == [False, False, True]
    assert identifiable(np.stack([one, 1e-4 * other], axis=1), moves[:2]).tolist() == [True, False]


@pytest.mark.parametrize("name", ["sharpen", "velvia"])
def test_unet_is_unclipped_and_differentiable_in_every_slider(name: str) -> None:
    torch.manual_seed(0)
    module = load_definition(name).module
    network = UNet(module)
    assert 7e6 < sum(one.numel() for one in network.parameters()) < 8.5e6
    image = 200 * torch.randn(1, 3, 37, 51)
    sliders = torch.tensor([[slider.default for slider in module.sliders]], requires_grad=True)
    output = network(image, sliders)
    assert output.shape == image.shape
    assert output.abs().max() > 100
    output.square().mean().backward()
    assert sliders.grad is not None
    assert (sliders.grad != 0).all()
    with torch.no_grad():
        for one in network.last.parameters():
            one.zero_()
        assert torch.allclose(network(image, sliders), image, rtol=1e-4)


def test_tables_are_written_between_their_markers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    monkeypatch.setattr(_page, "PAGE", page)
    page.write_text(
        "a\n<!-- cpu_time:begin, written by `python -m benchmarks.cpu_time --write` -->\n"
        "old\n<!-- cpu_time:end -->\nb\n"
    )
    _page.write_tables("cpu_time", [(["x", "y"], [["1", "2"]])], "Said.")
    lines = page.read_text().splitlines()
    assert lines[2:6] == ["| x | y |", "| --- | --- |", "| 1 | 2 |", ""]
    assert lines[6:] == ["Said.", "<!-- cpu_time:end -->", "b"]
    with pytest.raises(Failure, match=r"page\.md.*has no"):
        _page.write_tables("chain", [], "")


def test_page_has_markers_for_each_benchmark(root: Path) -> None:
    page = (root / "docs/proxy-benchmarks.md").read_text()
    for name in ("chain", "cpu_time", "recovery", "render", "sensor", "training", "unet"):
        assert f"<!-- {name}:begin, written by `python -m benchmarks.{name} --write` -->\n" in page
        assert f"<!-- {name}:end -->\n" in page
