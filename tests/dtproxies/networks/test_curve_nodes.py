"""Curves through nodes, compared with scipy and with their definition."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.interpolate import CubicHermiteSpline, CubicSpline

from dtproxies.networks.curve_nodes import CATMULL_ROM, CUBIC, MONOTONE, NODES, STEPS, node_curve
from dtproxies.networks.power_end import PowerEnd
from dtproxies.networks.rgb_norm import NORMS, rgb_norm

X = np.array([0.0, 0.1, 0.35, 0.5, 0.8, 1.0])
Y = np.array([0.1, 0.15, 0.4, 0.45, 0.6, 0.9])
AT = np.linspace(0.005, 0.995, 64)


def padded(values: np.ndarray, fill: float = 0.0) -> torch.Tensor:
    return torch.tensor([*values, *[fill] * (NODES - len(values))], dtype=torch.float64).reshape(1, 1, NODES)


def levels(x: np.ndarray, y: np.ndarray, kind: int, at: np.ndarray = AT, fill: float = 0.0) -> np.ndarray:
    count, kinds = torch.tensor([[len(x)]]), torch.tensor([[kind]])
    curve = node_curve(padded(x, fill), padded(y, fill), count, kinds)
    result: np.ndarray = curve.at(torch.from_numpy(at).reshape(1, 1, -1), stepped=True)[0, 0].numpy()
    return result


def catmull_rom(at: np.ndarray) -> np.ndarray:
    ends = np.diff(Y)[[0, -1]] / np.diff(X)[[0, -1]]
    inside = (Y[2:] - Y[:-2]) / (X[2:] - X[:-2])
    return np.asarray(CubicHermiteSpline(X, Y, [ends[0], *inside, ends[1]])(at))


@pytest.mark.parametrize(
    ("kind", "reference"), [(CUBIC, CubicSpline(X, Y, bc_type="natural")), (CATMULL_ROM, catmull_rom)]
)
def test_curves_equal_their_definition_up_to_the_steps_of_the_table(
    kind: int, reference: Callable[[np.ndarray], np.ndarray]
) -> None:
    expected = reference(np.floor(AT * STEPS) / (STEPS - 1))
    assert_allclose(levels(X, Y, kind), np.floor(expected * (STEPS - 1) + 0.5) / STEPS, atol=1.1 / STEPS)


@pytest.mark.parametrize("y", [Y, np.array([0.0, 0.0, 0.9, 0.9, 0.91, 1.0])])
def test_monotone_curves_never_fall(y: np.ndarray) -> None:
    assert (np.diff(levels(X, y, MONOTONE, np.linspace(0, 1, 500))) >= 0).all()


@pytest.mark.parametrize("kind", [CUBIC, CATMULL_ROM, MONOTONE])
@pytest.mark.parametrize("count", [2, 3, 6])
def test_nodes_beyond_the_number_are_ignored(kind: int, count: int) -> None:
    some = levels(X[:count], Y[:count], kind)
    assert_allclose(some, levels(X[:count], Y[:count], kind, fill=0.7))


@pytest.mark.parametrize("kind", [CUBIC, CATMULL_ROM, MONOTONE])
def test_curves_are_level_before_the_first_and_after_the_last_node(kind: int) -> None:
    outside = levels(X[1:5], Y[1:5], kind, np.array([-1.0, 0.05, 0.9, 1.0, 3.0]))
    assert_allclose(outside, [0.15, 0.15, 0.6, 0.6, 0.6], atol=2 / STEPS)


@pytest.mark.parametrize("kind", [CUBIC, CATMULL_ROM, MONOTONE])
def test_gradients_of_nodes_are_those_of_the_curve(kind: int) -> None:
    at, count = torch.linspace(0.02, 0.97, 11, dtype=torch.float64).reshape(1, 1, -1), torch.tensor([[6]])
    kinds = torch.tensor([[kind]])

    def curve(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return node_curve(x, y, count, kinds).at(at, stepped=False)

    nodes = padded(X).requires_grad_(), padded(Y).requires_grad_()
    assert torch.autograd.gradcheck(curve, nodes, atol=1e-5)


def test_power_continues_the_curve_that_it_fits() -> None:
    end = PowerEnd.of(torch.tensor([[0.8]]), lambda x: 0.5 * x**1.7)
    value = torch.tensor([0.4, 0.8, 2.0]).reshape(1, 1, 3, 1)
    inside = torch.full_like(value, -1)
    assert_allclose(end.after(value, inside).flatten(), [-1, 0.5 * 0.8**1.7, 0.5 * 2**1.7], rtol=1e-5)
    assert_allclose(end.beyond(value, inside).flatten(), [-1, -1, 0.5 * 2**1.7], rtol=1e-5)


def test_power_of_a_curve_that_ends_at_zero_stays_zero() -> None:
    end = PowerEnd.of(torch.tensor([[1.0]]), lambda x: x * 0)
    assert end.after(torch.full((1, 1, 1, 1), 4.0), torch.zeros(1, 1, 1, 1)).item() == 0


def test_norms_are_those_of_their_names() -> None:
    rgb = torch.tensor([0.2, 0.4, 0.6]).reshape(1, 3, 1)
    found = [rgb_norm(rgb, torch.full((1, 1, 1), at), (0.25, 0.5, 0.25)).item() for at in range(len(NORMS))]
    assert_allclose(found, [0.4, 0.4, 0.6, 0.4, 1.2, np.sqrt(0.56), 0.288 / 0.56], rtol=1e-6)
