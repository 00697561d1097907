"""A checkpoint fits a network completely or not at all, and what does not fit is listed."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from dtbase.system.errors import Failure
from dtmodels.families._state_dict_mapping import Layout, StateDictMismatch, by_rules, map_state_dict

WANTED = {"a.weight": torch.zeros(4, 3), "b.bias": torch.zeros(2)}


def test_tensors_come_in_the_networks_order_and_type() -> None:
    found = {"b.bias": torch.ones(2, dtype=torch.float16), "a.weight": torch.full((4, 3), 2.0)}
    fitted = map_state_dict(WANTED, found, Layout())
    assert list(fitted) == list(WANTED)
    assert {tensor.dtype for tensor in fitted.values()} == {torch.float32}
    assert float(fitted["b.bias"].sum()) == 2


def test_everything_that_does_not_fit_is_listed() -> None:
    found = {"a.weight": torch.zeros(3, 4), "c": torch.zeros(1), "d": torch.zeros(1)}
    with pytest.raises(StateDictMismatch) as misfit:
        map_state_dict(WANTED, found, Layout(), where="weights.pth")
    assert misfit.value.missing == ["b.bias"]
    assert misfit.value.left_over == ["c", "d"]
    assert misfit.value.shapes == ["a.weight (3x4 for 4x3)"]
    told = "weights.pth: the tensors do not fit the network: 1 missing: b.bias; 2 left over: c, d; 1 of another shape"
    assert str(misfit.value).startswith(told)


def test_long_lists_are_cut_in_the_message_only() -> None:
    found = {**WANTED, **{f"extra{index}": torch.zeros(1) for index in range(50)}}
    with pytest.raises(StateDictMismatch, match=r"50 left over: extra0, .* and 44 more") as misfit:
        map_state_dict(WANTED, found, Layout())
    assert len(misfit.value.left_over) == 50


def test_a_prefix_passes_over_other_networks_but_not_over_strangers() -> None:
    layout = Layout(prefix="generator.")
    found = {f"generator.{name}": tensor for name, tensor in WANTED.items()}
    assert set(map_state_dict(WANTED, {**found, "discriminator.x": torch.zeros(1)}, layout)) == set(WANTED)
    with pytest.raises(StateDictMismatch, match=r"1 left over: generator\.x"):
        map_state_dict(WANTED, {**found, "generator.x": torch.zeros(1)}, layout)


def test_a_prefix_that_nobody_named_is_told() -> None:
    found = {f"module.{name}": tensor for name, tensor in WANTED.items()}
    with pytest.raises(StateDictMismatch) as misfit:
        map_state_dict(WANTED, {**found, "module.b.num_batches_tracked": torch.zeros(1)}, Layout())
    assert misfit.value.fix == "the names in the file begin with 'module.': give it as `prefix` of the family's layout"
    del found["module.b.bias"]
    with pytest.raises(StateDictMismatch) as another:
        map_state_dict(WANTED, found, Layout())
    assert "another variant" in str(another.value)


def test_rules_are_applied_in_order_and_several_names_are_rows() -> None:
    rename = by_rules([(r"^b\.", "a."), (r"^a\.", "z.")])
    assert rename("b.bias") == "z.bias"

    def names(name: str) -> str | tuple[str, ...]:
        return ("top", "low") if name == "a.weight" else name

    found = {"top": torch.zeros(1, 3), "low": torch.ones(3, 3), "b.bias": torch.zeros(2)}
    assert map_state_dict(WANTED, found, Layout(names=names))["a.weight"].sum(dim=1).tolist() == [0, 3, 3, 3]
    with pytest.raises(StateDictMismatch, match=r"top \+ low \(1x3 \+ 2x3 for 4x3\)"):
        map_state_dict(WANTED, {**found, "low": torch.ones(2, 3)}, Layout(names=names))


def test_only_what_is_named_unused_may_be_left() -> None:
    found = {**WANTED, "video.memory": torch.zeros(1), "video2": torch.zeros(1)}
    with pytest.raises(StateDictMismatch, match="1 left over: video2"):
        map_state_dict(WANTED, found, Layout(unused=(r"video\..*",)))


def test_counters_of_training_steps_may_be_missing() -> None:
    wanted: dict[str, Tensor] = {**WANTED, "norm.num_batches_tracked": torch.tensor(7)}
    assert int(map_state_dict(wanted, WANTED, Layout())["norm.num_batches_tracked"]) == 7


def test_values_that_are_no_numbers_are_refused() -> None:
    found = {**WANTED, "b.bias": torch.tensor([1.0, float("nan")])}
    with pytest.raises(Failure, match=r"tensor 'b\.bias' holds infinite values or values that are no numbers"):
        map_state_dict(WANTED, found, Layout(), where="weights.pth")
