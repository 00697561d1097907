from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dtproxies.images.mosaic import WHITE_BALANCE
from dtproxies.networks.bayer import bayer_masks
from dtproxies.networks.highlight_inpainting import BORDER, CLIP, CLOSE_BLOCKS, NEAR_CLIPPED, Highlights, _close
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.runners import torch_runner
from dtproxies.proxy.weights import store

OPPOSED = 5


def exact() -> Highlights:
    network = Highlights(WHITE_BALANCE).double()
    with torch.no_grad():
        network.level.fill_(1)
        network.exponent.fill_(3)
    return network


def light(height: int = 40, width: int = 44) -> Tensor:
    """Build a dim mosaic with a patch in which all colours are saturated."""
    values = torch.from_numpy(np.random.default_rng(0).uniform(0.2, 0.6, (1, 1, height, width)))
    red, green, blue = WHITE_BALANCE
    masks = bayer_masks(values)
    values[..., 12:24, 12:24] = 2.0
    limits = torch.where(masks.red, red, torch.where(masks.green, green, blue))
    return torch.minimum(values, limits)


def run_network(image: Tensor, method: int, threshold: float = 1.0) -> Tensor:
    with torch.no_grad():
        output: Tensor = exact()(image, torch.tensor([[float(method), threshold]], dtype=torch.float64))
    return output


def test_clipping_changes_only_values_above_the_threshold() -> None:
    image = light()
    cut = run_network(image, CLIP, 0.5)
    assert cut.max() == 0.5
    assert torch.equal(cut[image < 0.5], image[image < 0.5])


def test_inpainting_only_raises_clipped_values() -> None:
    image = light()
    painted = run_network(image, OPPOSED)
    masks, limits = bayer_masks(image), torch.tensor(WHITE_BALANCE) * NEAR_CLIPPED
    limit = torch.where(masks.red, limits[0], torch.where(masks.green, limits[1], limits[2]))
    clipped = image >= limit
    assert torch.equal(painted[~clipped], image[~clipped])
    assert (painted >= image).all()
    assert (painted > image)[clipped].any()


def test_clipped_green_is_estimated_from_red_and_blue() -> None:
    painted = run_network(light(), OPPOSED)
    green = painted[..., 18, 17]
    red, _, blue = WHITE_BALANCE
    # In the middle of the patch red and blue are at their limits or at 2.
    roots = [min(2.0, one) ** (1 / 3) for one in (red, blue)]
    assert green > 0.95 * (sum(roots) / 2) ** 3


def test_image_without_clipped_values_is_unchanged() -> None:
    image = light().clamp(max=0.6)
    assert torch.equal(run_network(image, OPPOSED), image)


def test_close_blocks_match_the_pattern() -> None:
    height, width = 47, 50
    clipped = torch.from_numpy(np.random.default_rng(1).random((1, 1, height, width)) < 0.002)
    squares = np.zeros((height // 3, width // 3), bool)
    for row in range(1, squares.shape[0] - 1):
        for column in range(1, squares.shape[1] - 1):
            squares[row, column] = clipped[0, 0, 3 * row - 1 : 3 * row + 2, 3 * column - 1 : 3 * column + 2].any()
    expected = np.zeros((height, width), bool)
    pattern = np.array(CLOSE_BLOCKS, bool)
    for row in range(BORDER, squares.shape[0] - BORDER):
        for column in range(BORDER, squares.shape[1] - BORDER):
            near = squares[row - 3 : row + 4, column - 3 : column + 4]
            expected[3 * row : 3 * row + 3, 3 * column : 3 * column + 3] = (near & pattern).any()
    assert expected.any()
    assert np.array_equal(_close(clipped)[0, 0].numpy(), expected)


def test_runner_accepts_white_balance_factors(tmp_path: Path) -> None:
    definition, path = load_definition("highlights"), tmp_path / "weights.safetensors"
    store(path, exact().float(), definition.module, darktable="5.4.1", seed=0)
    image = np.full((40, 44, 1), 1.6, np.float32)
    image[::2, ::2] = 1.2
    as_stored = torch_runner(definition, path)(image, [OPPOSED, 1.0])
    assert np.allclose(as_stored[10:20:2, 10:20:2], 1.2)
    without_balance = torch_runner(definition, path, balance=(1.0, 1.0, 1.0))(image, [OPPOSED, 1.0])
    assert np.allclose(without_balance[10:20:2, 10:20:2], 1.6)


def test_module_offers_both_methods() -> None:
    (method, _) = load_definition("highlights").module.sliders
    assert {number for _, number in method.choices} == {CLIP, OPPOSED}
