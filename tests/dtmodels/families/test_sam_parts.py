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
from dtmodels.families._sam2_network import Decoder as sam2_decoder  # noqa: N813 - two are called alike
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
def test_windows_come_together_again_without_what_filled_them(height: int, width: int, side: int) -> None:
    image = torch.randn(1, height, width, 3)
    cut = split_windows(image, side)
    assert cut.shape == (-(-height // side) * -(-width // side), side, side, 3)
    assert torch.equal(join_windows(cut, height, width), image)
    assert cut.sum() == pytest.approx(image.sum().item(), abs=1e-4)


@pytest.mark.parametrize(("before", "after"), [(7, 256), (14, 256), (9, 4)])
def test_the_bicubic_matrix_is_what_torch_does(before: int, after: int) -> None:
    image = torch.randn(1, 2, before, before)
    wanted = F.interpolate(image, size=(after, after), mode="bicubic", align_corners=False)
    matrix = bicubic(before, after)
    assert torch.allclose(matrix @ image @ matrix.T, wanted, atol=1e-5)


def test_channels_are_normalised_at_each_place_on_its_own() -> None:
    norm, image = ChannelNorm(5), torch.randn(1, 5, 4, 6)
    spread = image.var(1, unbiased=False, keepdim=True)
    wanted = (image - image.mean(1, keepdim=True)) / (spread + 1e-6).sqrt()
    assert torch.allclose(norm(image), wanted, atol=1e-5)


def test_attention_is_that_of_torch() -> None:
    query, key, value = torch.randn(3, 2, 4, 9, 16)
    bias = torch.randn(4, 9, 9)
    wanted = F.scaled_dot_product_attention(query, key, value, attn_mask=bias).transpose(1, 2).flatten(2)
    assert torch.allclose(scaled_dot_product_attention(query, key, value, bias), wanted, atol=1e-5)


def test_a_normalisation_taken_into_its_convolution_changes_nothing() -> None:
    layer = ConvNorm(3, 4, 3)
    for statistic in (layer.bn.running_mean, layer.bn.running_var):
        assert isinstance(statistic, Tensor)
        statistic.uniform_(0.5, 1.5)
    image = torch.randn(1, 3, 8, 8)
    wanted = layer.eval()(image)
    layer.fuse()
    layer.fuse()
    assert not [name for name in layer.state_dict() if name.startswith("bn")]
    assert torch.allclose(layer(image), wanted, atol=1e-5)


def test_distances_are_numbered_as_the_pairs_of_cells_first_meet_them() -> None:
    side, known = 3, dict[tuple[int, int], int]()
    cells = list(itertools.product(range(side), repeat=2))
    wanted = [[known.setdefault((abs(a - c), abs(b - d)), len(known)) for c, d in cells] for a, b in cells]
    assert _distances(side).tolist() == wanted


class TestPrompts:
    @pytest.fixture
    def prompts(self) -> PromptEncoder:
        made = PromptEncoder()
        made.pe_layer.positional_encoding_gaussian_matrix.normal_()
        return made

    def tokens(self, prompts: PromptEncoder, *points: tuple[float, float, float]) -> Tensor:
        given = torch.tensor([points], dtype=torch.float32)
        return prompts.points(given[..., :2], given[..., 2], prompts.label_table())

    def test_a_padding_point_is_the_same_wherever_it_lies(self, prompts: PromptEncoder) -> None:
        here, there = self.tokens(prompts, (0, 0, -1), (900, 30, -1))[0]
        assert torch.equal(here, there)
        assert torch.equal(here, prompts.not_a_point_embed.weight[0])

    @pytest.mark.parametrize("label", [0, 1, 2, 3])
    def test_a_point_is_its_place_and_its_label(self, prompts: PromptEncoder, label: int) -> None:
        (token,) = self.tokens(prompts, (511.5, 100, label))[0]
        angle = 2 * torch.pi * (torch.tensor([512 / 1024, 100.5 / 1024]) * 2 - 1)
        angle = angle @ prompts.pe_layer.positional_encoding_gaussian_matrix
        mark = prompts.point_embeddings[label].get_parameter("weight")[0]
        assert torch.allclose(token, torch.cat([angle.sin(), angle.cos()]) + mark, atol=1e-4)

    def test_points_do_not_see_each_other(self, prompts: PromptEncoder) -> None:
        first, second = (10.0, 20.0, 1.0), (700.0, 30.0, 0.0)
        both = self.tokens(prompts, first, second)[0]
        assert torch.allclose(both[1], self.tokens(prompts, second)[0, 0], atol=1e-5)

    def test_without_a_previous_mask_its_values_do_not_count(self, prompts: PromptEncoder) -> None:
        absent = prompts.mask(torch.randn(1, 1, 256, 256), torch.zeros(1))
        assert torch.allclose(absent, prompts.no_mask_embed.weight.reshape(1, -1, 1, 1), atol=1e-6)

    def test_a_previous_mask_is_embedded_as_it_is(self, prompts: PromptEncoder) -> None:
        mask = torch.randn(1, 1, 256, 256)
        assert torch.allclose(prompts.mask(mask, torch.ones(1)), prompts.mask_downscaling(mask), atol=1e-6)

    def test_lines_make_the_grid(self, prompts: PromptEncoder) -> None:
        columns, rows = prompts.lines()
        made = (columns * rows).sum(0).reshape(1, 4096, 256)
        assert torch.allclose(made, prompts.grid(), atol=1e-5)

    def test_cells_lie_where_points_in_their_middle_do(self, prompts: PromptEncoder) -> None:
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
def test_the_exported_form_of_a_decoder_computes_the_same(
    made: Callable[[], MaskDecoder], features: list[tuple[int, int]], points: int
) -> None:
    decoder = made()
    for name, parameter in decoder.named_parameters():
        torch.nn.init.normal_(parameter, mean=float("norm" in name), std=0.1)
    maps = tuple(torch.randn(1, channels, side, side) for channels, side in features)
    given = (torch.randn(1, 256, 64, 64), torch.rand(1, 4096, 256), decoder.tokens(), torch.randn(1, points, 256), maps)
    wanted = decoder(*given)
    kinds = {type(module) for module in optimise_decoder(decoder).modules()}
    assert {TokenToImage, ImageToToken} <= kinds and (ReorderedRefinement in kinds) == decoder.hq
    for one, other in zip(decoder(*given), wanted, strict=True):
        assert (one - other).abs().max() < 1e-4 * other.std()


def test_the_exported_form_is_made_once() -> None:
    decoder = optimise_decoder(sam2_decoder(hq=False))
    with pytest.raises(TypeError, match="TokenToImage is no attention"):
        optimise_decoder(decoder)


def test_fused_convolutions_of_the_neck_change_nothing() -> None:
    with torch.device("meta"):
        network = sam2.network("tiny")
    neck, decoder = network.image_encoder.neck.to_empty(device="cpu"), network.sam_mask_decoder.to_empty(device="cpu")
    for tensor in [*neck.parameters(), *decoder.parameters()]:
        torch.nn.init.normal_(tensor, std=0.1)
    maps = [torch.randn(1, width, side, side) for width, side in ((96, 8), (192, 4), (384, 2), (768, 1))]
    with torch.no_grad():
        fine, middle, coarse = neck(maps)
        wanted = [decoder.conv_s0(fine), decoder.conv_s1(middle), coarse]
        network.fuse()
        network.fuse()
        fine, middle, coarse = neck(maps)
    found = [decoder.conv_s0(fine), decoder.conv_s1(middle), coarse]
    assert all(torch.allclose(one, other, atol=1e-4) for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize("family", ["sam2", "sam_hq"])
def test_an_unknown_variant_is_a_failure_that_names_the_known_ones(family: str, make_job: Callable[..., Job]) -> None:
    module = {"sam2": sam2, "sam_hq": sam_hq}[family]
    with pytest.raises(Failure, match="'huge'") as failure:
        module.convert(make_job(family, "mask", options={"variant": "huge"}, seed=0))
    assert "convert.options.variant" in failure.value.where
    assert all(name in failure.value.fix for name in (sam2.SIZES if family == "sam2" else sam_hq.ENCODERS))


Change = Callable[[dict[str, Tensor]], Any]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda state: state.pop("no_mem_embed"), "1 missing: no_mem_embed"),
        (lambda state: state.update(extra=torch.zeros(2)), "1 left over: extra"),
        (lambda state: state.update(no_mem_embed=torch.zeros(1, 256)), r"1 of another shape: no_mem_embed \(1x256"),
        (lambda state: state.update({"memory_encoder.any": torch.zeros(2), "huge": torch.zeros(1)}), "left over: huge"),
        (lambda state: state.update(no_mem_embed=torch.full((1, 1, 256), torch.nan)), "no_mem_embed.*no numbers"),
    ],
    ids=["missing", "left over", "shape", "beside the video part", "nan"],
)
def test_a_checkpoint_that_does_not_fit_is_refused_by_name(
    change: Change, words: str, tmp_path: Path, make_job: Callable[..., Job]
) -> None:
    with torch.device("meta"):
        names = sam2.network("tiny").state_dict()
    # one number for each tensor, seen at its shape: the file stays small
    state = {name: torch.zeros(1).expand(tensor.shape) for name, tensor in names.items()}
    change(state)
    path = tmp_path / "tiny.pt"
    torch.save({"model": state}, path)
    job = make_job("sam2", "mask", options={"variant": "tiny"}, checkpoints={"weights": path})
    with pytest.raises(Failure, match=words) as failure:
        sam2.convert(job)
    assert failure.value.where == str(path)
    assert not list(job.output.iterdir())


def test_a_flat_file_where_a_wrapped_one_is_published_is_refused(tmp_path: Path, make_job: Callable[..., Job]) -> None:
    path = tmp_path / "flat.pt"
    torch.save({"no_mem_embed": torch.zeros(1, 1, 256)}, path)
    with pytest.raises(Failure, match="has no entry 'model'"):
        sam2.convert(make_job("sam2", "mask", options={"variant": "tiny"}, checkpoints={"weights": path}))
