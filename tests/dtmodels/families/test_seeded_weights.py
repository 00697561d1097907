"""Tests of seeded weights: they depend on name, shape and seed only, and no scale is zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from dtmodels.families._seeded_weights import Recipe, seeded_tensor, seeded_weights

PLAIN = Recipe()


def test_seeded_tensor_depends_on_name_and_seed_only() -> None:
    first = seeded_tensor("a.weight", (4, 3), 0, PLAIN)
    assert torch.equal(first, seeded_tensor("a.weight", (4, 3), 0, PLAIN))
    assert not torch.equal(first, seeded_tensor("b.weight", (4, 3), 0, PLAIN))
    assert not torch.equal(first, seeded_tensor("a.weight", (4, 3), 1, PLAIN))


@pytest.mark.parametrize(
    ("name", "shape", "mean", "deviation"),
    [
        ("n.running_var", (9999,), 1, 0.25 / 3**0.5),
        ("n.running_mean", (9999,), 0, 0.1),
        ("n.weight", (9999,), 1, 0.1),
        ("n.bias", (9999,), 0, 0.1),
        ("block.beta", (1, 9999, 1, 1), 0.5, 0.3 / 3**0.5),
        ("pos_embed", (1, 99, 101), 0, 0.5),
        ("decoder.iou_token.weight", (4, 2500), 0, 0.5),
        ("prompt.point_embeddings.0.weight", (1, 9999), 0, 0.5),
        ("attn.rel_pos_h", (99, 101), 0, 0.1),
        ("conv.weight", (99, 25, 2, 2), 0, 0.2),
    ],
)
def test_tensor_kinds_have_their_own_mean_and_deviation(
    name: str, shape: tuple[int, ...], mean: float, deviation: float
) -> None:
    values = seeded_tensor(name, shape, 0, Recipe(gain=2)).double()
    assert abs(float(values.mean()) - mean) < 0.02
    assert abs(float(values.std()) / deviation - 1) < 0.03


def test_factors_and_offsets_apply_to_full_names() -> None:
    recipe = Recipe(factors={"head.bias": 2}, offsets={"head.bias": 5})
    assert torch.allclose(
        seeded_tensor("head.bias", (8,), 0, recipe), 2 * seeded_tensor("head.bias", (8,), 0, PLAIN) + 5
    )
    assert torch.equal(
        seeded_tensor("model.head.bias", (8,), 0, recipe), seeded_tensor("model.head.bias", (8,), 0, PLAIN)
    )


def test_counters_are_unchanged() -> None:
    counter = torch.tensor(3)
    assert seeded_weights({"steps": counter}, 0, PLAIN)["steps"] is counter


@pytest.mark.parametrize("name", ["BSRGAN", "NAFNet-SIDD-width32", "big-lama", "sam_hq_vit_tiny"])
def test_seeded_weights_match_the_reference_digest(
    name: str, published: Callable[[str], dict[str, Any]], reference: Callable[[str], Any]
) -> None:
    listed = published(name)
    tensors: dict[str, Tensor] = {
        one: torch.empty(shape, dtype=getattr(torch, kind), device="meta") for one, shape, kind in listed["tensors"]
    }
    values = seeded_weights(tensors, 0, Recipe(**listed["recipe"]))
    reference(name).check_weights({one: tensor for one, tensor in values.items() if tensor.is_floating_point()})
