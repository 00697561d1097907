"""Tests of layers and parts of the Segment Anything networks."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from dtbase.system.errors import Failure
from dtmodels.families import Job, sam2, sam_hq
from dtmodels.families._resample import bicubic
from dtmodels.families._sam2_network import Decoder as sam2_decoder  # noqa: N813 - two classes have this name
from dtmodels.families._sam_decoder import MaskDecoder
from dtmodels.families._sam_hq_network import Decoder as sam_hq_decoder  # noqa: N813
from dtmodels.families._sam_inference import ImageToToken, ReorderedRefinement, TokenToImage, optimise_decoder
from dtmodels.families._sam_layers import ChannelNorm, join_windows, scaled_dot_product_attention, split_windows
from dtmodels.families._sam_prompt import PromptEncoder
from dtmodels.families._tiny_vit import ConvNorm, _distances


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize(("height", "width", "side"), [(8, 8, 4), (9, 14, 7), (5, 3, 4)])
def test_join_windows_removes_the_padding(height: int, width: int, side: int) -> None:
    image = torch.randn(1, height, width, 3)
    cut = split_windows(image, side)
    assert cut.shape == (-(-height // side) * -(-width // side), side, side, 3)
    assert torch.equal(join_windows(cut, height, width), image)
    assert cut.sum() == pytest.approx(image.sum().item(), abs=1e-4)


@pytest.mark.parametrize(("before", "after"), [(7, 256), (14, 256), (9, 4)])
def test_bicubic_matrix_matches_torch(before: int, after: int) -> None:
    image = torch.randn(1, 2, before, before)
    expected = F.interpolate(image, size=(after, after), mode="bicubic", align_corners=False)
    matrix = bicubic(before, after)
    assert torch.allclose(matrix @ image @ matrix.T, expected, atol=1e-5)


def test_channels_are_normalised_per_pixel() -> None:
    norm, image = ChannelNorm(5), torch.randn(1, 5, 4, 6)
    spread = image.var(1, unbiased=False, keepdim=True)
    expected = (image - image.mean(1, keepdim=True)) / (spread + 1e-6).sqrt()
    assert torch.allclose(norm(image), expected, atol=1e-5)


def test_attention_matches_torch() -> None:
    query, key, value = torch.randn(3, 2, 4, 9, 16)
    bias = torch.randn(4, 9, 9)
    expected = F.scaled_dot_product_attention(query, key, value, attn_mask=bias).transpose(1, 2).flatten(2)
    assert torch.allclose(scaled_dot_product_attention(query, key, value, bias), expected, atol=1e-5)


def test_fused_normalisation_keeps_the_output() -> None:
    layer = ConvNorm(3, 4, 3)
    for statistic in (layer.bn.running_mean, layer.bn.running_var):
        assert isinstance(statistic, Tensor)
        statistic.uniform_(0.5, 1.5)
    image = torch.randn(1, 3, 8, 8)
    expected = layer.eval()(image)
    layer.fuse()
    layer.fuse()
    assert not [name for name in layer.state_dict() if name.startswith("bn")]
    assert torch.allclose(layer(image), expected, atol=1e-5)


def test_distances_are_numbered_in_order_of_first_occurrence() -> None:
    side, numbers = 3, dict[tuple[int, int], int]()
    positions = list(itertools.product(range(side), repeat=2))
    expected = [
        [numbers.setdefault((abs(a - c), abs(b - d)), len(numbers)) for c, d in positions] for a, b in positions
    ]
    assert _distances(side).tolist() == expected


class TestPrompts:
    @pytest.fixture
    def prompts(self) -> PromptEncoder:
        encoder = PromptEncoder()
        encoder.pe_layer.positional_encoding_gaussian_matrix.normal_()
        return encoder

    def tokens(self, prompts: PromptEncoder, *points: tuple[float, float, float]) -> Tensor:
        values = torch.tensor([points], dtype=torch.float32)
        return prompts.points(values[..., :2], values[..., 2], prompts.label_table())

    def test_padding_point_ignores_its_position(self, prompts: PromptEncoder) -> None:
        first, second = self.tokens(prompts, (0, 0, -1), (900, 30, -1))[0]
        assert torch.equal(first, second)
        assert torch.equal(first, prompts.not_a_point_embed.weight[0])

    @pytest.mark.parametrize("label", [0, 1, 2, 3])
    def test_point_token_is_position_plus_label(self, prompts: PromptEncoder, label: int) -> None:
        (token,) = self.tokens(prompts, (511.5, 100, label))[0]
        angle = 2 * torch.pi * (torch.tensor([512 / 1024, 100.5 / 1024]) * 2 - 1)
        angle = angle @ prompts.pe_layer.positional_encoding_gaussian_matrix
        embedding = prompts.point_embeddings[label].get_parameter("weight")[0]
        assert torch.allclose(token, torch.cat([angle.sin(), angle.cos()]) + embedding, atol=1e-4)

    def test_point_tokens_are_independent(self, prompts: PromptEncoder) -> None:
        first, second = (10.0, 20.0, 1.0), (700.0, 30.0, 0.0)
        both = self.tokens(prompts, first, second)[0]
        assert torch.allclose(both[1], self.tokens(prompts, second)[0, 0], atol=1e-5)

    def test_absent_previous_mask_is_ignored(self, prompts: PromptEncoder) -> None:
        absent = prompts.mask(torch.randn(1, 1, 256, 256), torch.zeros(1))
        assert torch.allclose(absent, prompts.no_mask_embed.weight.reshape(1, -1, 1, 1), atol=1e-6)

    def test_previous_mask_is_embedded(self, prompts: PromptEncoder) -> None:
        mask = torch.randn(1, 1, 256, 256)
        assert torch.allclose(prompts.mask(mask, torch.ones(1)), prompts.mask_downscaling(mask), atol=1e-6)

    def test_grid_factors_give_the_grid(self, prompts: PromptEncoder) -> None:
        columns, rows = prompts.grid_factors()
        product = (columns * rows).sum(0).reshape(1, 4096, 256)
        assert torch.allclose(product, prompts.grid(), atol=1e-5)

    def test_grid_matches_points_at_token_centres(self, prompts: PromptEncoder) -> None:
        row, column = 3, 60
        middle = torch.tensor([[[column * 16 + 7.5, row * 16 + 7.5]]])
        point = prompts.points(middle, torch.ones(1, 1), torch.zeros(5, 256))
        assert torch.allclose(prompts.grid()[0, row * 64 + column], point[0, 0], atol=1e-4)


@pytest.mark.parametrize("points", [1, 3])
@pytest.mark.parametrize(
    ("made", "features"),
    [
        (lambda: sam2_decoder(hq=False), [(32, 256), (64, 128)]),
        (lambda: sam2_decoder(hq=True), [(32, 256), (64, 128)]),
        (lambda: sam_hq_decoder(8), [(32, 256)]),
    ],
    ids=["SAM 2.1", "SAM 2.1 HQ", "HQ-SAM"],
)
@torch.no_grad()
def test_inference_form_of_a_decoder_matches_the_original(
    made: Callable[[], MaskDecoder], features: list[tuple[int, int]], points: int
) -> None:
    decoder = made()
    for name, parameter in decoder.named_parameters():
        torch.nn.init.normal_(parameter, mean=float("norm" in name), std=0.1)
    maps = tuple(torch.randn(1, channels, side, side) for channels, side in features)
    arguments = (
        torch.randn(1, 256, 64, 64),
        torch.rand(1, 4096, 256),
        decoder.tokens(),
        torch.randn(1, points, 256),
        maps,
    )
    expected = decoder(*arguments)
    kinds = {type(module) for module in optimise_decoder(decoder).modules()}
    assert {TokenToImage, ImageToToken} <= kinds and (ReorderedRefinement in kinds) == decoder.hq
    for output, reference in zip(decoder(*arguments), expected, strict=True):
        assert (output - reference).abs().max() < 1e-4 * reference.std()


def test_decoder_can_be_optimised_only_once() -> None:
    decoder = optimise_decoder(sam2_decoder(hq=False))
    with pytest.raises(TypeError, match="TokenToImage is not the Attention"):
        optimise_decoder(decoder)


def test_fused_convolutions_of_the_neck_keep_the_output() -> None:
    with torch.device("meta"):
        network = sam2.network("tiny")
    neck, decoder = network.image_encoder.neck.to_empty(device="cpu"), network.sam_mask_decoder.to_empty(device="cpu")
    for tensor in [*neck.parameters(), *decoder.parameters()]:
        torch.nn.init.normal_(tensor, std=0.1)
    maps = [torch.randn(1, width, side, side) for width, side in ((96, 8), (192, 4), (384, 2), (768, 1))]
    with torch.no_grad():
        fine, middle, coarse = neck(maps)
        expected = [decoder.conv_s0(fine), decoder.conv_s1(middle), coarse]
        network.fuse()
        network.fuse()
        fine, middle, coarse = neck(maps)
    fused = [decoder.conv_s0(fine), decoder.conv_s1(middle), coarse]
    assert all(torch.allclose(one, other, atol=1e-4) for one, other in zip(fused, expected, strict=True))


@pytest.mark.parametrize("family", ["sam2", "sam_hq"])
def test_unknown_variant_fails_with_the_known_ones(family: str, make_job: Callable[..., Job]) -> None:
    module = {"sam2": sam2, "sam_hq": sam_hq}[family]
    with pytest.raises(Failure, match="'huge'") as failure:
        module.convert(make_job(family, "mask", options={"variant": "huge"}, seed=0))
    assert "convert.options.variant" in failure.value.where
    assert all(name in failure.value.fix for name in (sam2.SIZES if family == "sam2" else sam_hq.ENCODERS))


Change = Callable[[dict[str, Tensor]], Any]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("no_mem_embed"), "1 missing: no_mem_embed"),
        (lambda state: state.update(extra=torch.zeros(2)), "1 unexpected: extra"),
        (lambda state: state.update(no_mem_embed=torch.zeros(1, 256)), r"1 of another shape: no_mem_embed \(1x256"),
        (
            lambda state: state.update({"memory_encoder.any": torch.zeros(2), "huge": torch.zeros(1)}),
            "unexpected: huge",
        ),
        (lambda state: state.update(no_mem_embed=torch.full((1, 1, 256), torch.nan)), "no_mem_embed.*NaN"),
    ],
    ids=["missing", "unexpected", "shape", "next to video tensors", "nan"],
)
def test_checkpoint_mismatch_is_reported(
    change: Change, message: str, tmp_path: Path, make_job: Callable[..., Job]
) -> None:
    with torch.device("meta"):
        names = sam2.network("tiny").state_dict()
    # one value per tensor, expanded to its shape: the file stays small
    state = {name: torch.zeros(1).expand(tensor.shape) for name, tensor in names.items()}
    change(state)
    path = tmp_path / "tiny.pt"
    torch.save({"model": state}, path)
    job = make_job("sam2", "mask", options={"variant": "tiny"}, checkpoints={"weights": path})
    with pytest.raises(Failure, match=message) as failure:
        sam2.convert(job)
    assert failure.value.where == str(path)
    assert not list(job.output.iterdir())


def test_flat_file_of_a_wrapped_layout_is_read(tmp_path: Path, make_job: Callable[..., Job]) -> None:
    path = tmp_path / "flat.pt"
    torch.save({"no_mem_embed": torch.zeros(1, 1, 256)}, path)
    with pytest.raises(Failure, match="310 missing: image_encoder"):
        sam2.convert(make_job("sam2", "mask", options={"variant": "tiny"}, checkpoints={"weights": path}))
