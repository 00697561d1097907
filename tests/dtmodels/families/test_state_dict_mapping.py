"""Tests of the strict mapping from a checkpoint to a network."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from dtbase.system.errors import Failure
from dtmodels.families._state_dict_mapping import Layout, StateDictMismatch, by_rules, map_state_dict

STATE = {"a.weight": torch.zeros(4, 3), "b.bias": torch.zeros(2)}


def test_mapped_tensors_have_the_networks_order_and_type() -> None:
    found = {"b.bias": torch.ones(2, dtype=torch.float16), "a.weight": torch.full((4, 3), 2.0)}
    mapped = map_state_dict(STATE, found, Layout())
    assert list(mapped) == list(STATE)
    assert {tensor.dtype for tensor in mapped.values()} == {torch.float32}
    assert float(mapped["b.bias"].sum()) == 2


def test_mismatches_are_listed() -> None:
    found = {"a.weight": torch.zeros(3, 4), "c": torch.zeros(1), "d": torch.zeros(1)}
    with pytest.raises(StateDictMismatch) as mismatch:
        map_state_dict(STATE, found, Layout(), where="weights.pth")
    assert mismatch.value.missing == ["b.bias"]
    assert mismatch.value.unexpected == ["c", "d"]
    assert mismatch.value.shapes == ["a.weight (3x4 for 4x3)"]
    message = (
        "weights.pth: the tensors do not fit the network: 1 missing: b.bias; 2 unexpected: c, d; 1 of another shape"
    )
    assert str(mismatch.value).startswith(message)


def test_long_lists_are_shortened_in_the_message_only() -> None:
    found = {**STATE, **{f"extra{index}": torch.zeros(1) for index in range(50)}}
    with pytest.raises(StateDictMismatch, match=r"50 unexpected: extra0, .* and 44 more") as mismatch:
        map_state_dict(STATE, found, Layout())
    assert len(mismatch.value.unexpected) == 50


def test_prefix_ignores_other_networks_only() -> None:
    layout = Layout(prefix="generator.")
    found = {f"generator.{name}": tensor for name, tensor in STATE.items()}
    assert set(map_state_dict(STATE, {**found, "discriminator.x": torch.zeros(1)}, layout)) == set(STATE)
    with pytest.raises(StateDictMismatch, match=r"1 unexpected: generator\.x"):
        map_state_dict(STATE, {**found, "generator.x": torch.zeros(1)}, layout)


def test_missing_prefix_is_suggested() -> None:
    found = {f"module.{name}": tensor for name, tensor in STATE.items()}
    with pytest.raises(StateDictMismatch) as mismatch:
        map_state_dict(STATE, {**found, "module.b.num_batches_tracked": torch.zeros(1)}, Layout())
    assert mismatch.value.fix == "the names in the file start with 'module.': set it as `prefix` of the family's layout"
    del found["module.b.bias"]
    with pytest.raises(StateDictMismatch) as no_prefix:
        map_state_dict(STATE, found, Layout())
    assert "another variant" in str(no_prefix.value)


def test_rules_apply_in_order_and_several_names_are_concatenated() -> None:
    rename = by_rules([(r"^b\.", "a."), (r"^a\.", "z.")])
    assert rename("b.bias") == "z.bias"

    def names(name: str) -> str | tuple[str, ...]:
        return ("top", "low") if name == "a.weight" else name

    found = {"top": torch.zeros(1, 3), "low": torch.ones(3, 3), "b.bias": torch.zeros(2)}
    assert map_state_dict(STATE, found, Layout(names=names))["a.weight"].sum(dim=1).tolist() == [0, 3, 3, 3]
    with pytest.raises(StateDictMismatch, match=r"top \+ low \(1x3 \+ 2x3 for 4x3\)"):
        map_state_dict(STATE, {**found, "low": torch.ones(2, 3)}, Layout(names=names))


def test_only_unused_patterns_may_be_unexpected() -> None:
    found = {**STATE, "video.memory": torch.zeros(1), "video2": torch.zeros(1)}
    with pytest.raises(StateDictMismatch, match="1 unexpected: video2"):
        map_state_dict(STATE, found, Layout(unused=(r"video\..*",)))


def test_step_counters_may_be_missing() -> None:
    state: dict[str, Tensor] = {**STATE, "norm.num_batches_tracked": torch.tensor(7)}
    assert int(map_state_dict(state, STATE, Layout())["norm.num_batches_tracked"]) == 7


def test_values_that_are_not_finite_are_rejected() -> None:
    found = {**STATE, "b.bias": torch.tensor([1.0, float("nan")])}
    with pytest.raises(Failure, match=r"tensor 'b\.bias' contains NaN or infinite values"):
        map_state_dict(STATE, found, Layout(), where="weights.pth")


@pytest.mark.parametrize("dtype", [torch.complex64, torch.int8, torch.uint8, torch.bool, torch.float8_e4m3fn])
def test_numbers_of_another_kind_are_rejected(dtype: torch.dtype) -> None:
    found = {name: tensor.to(dtype) if tensor.is_floating_point() else tensor for name, tensor in STATE.items()}
    with pytest.raises(Failure, match=r"of another kind than the network's: .*, not float32") as failure:
        map_state_dict(STATE, found, Layout(), where="weights.pth")
    assert failure.value.fix


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_floats_of_every_precision_are_taken(dtype: torch.dtype) -> None:
    found = {name: tensor.to(dtype) if tensor.is_floating_point() else tensor for name, tensor in STATE.items()}
    loaded = map_state_dict(STATE, found, Layout())
    assert all(loaded[name].dtype == tensor.dtype for name, tensor in STATE.items())


def test_double_precision_beyond_single_is_rejected() -> None:
    found = {**STATE, "b.bias": torch.full((2,), 1e300, dtype=torch.float64)}
    with pytest.raises(Failure, match="contains NaN or infinite values"):
        map_state_dict(STATE, found, Layout())
