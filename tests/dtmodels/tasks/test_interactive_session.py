"""Tests of darktable's loop around the decoder: inputs, repeated decodes, and the selected part of a mask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from dtmodels.card.model import Prompt
from dtmodels.graph.runtime import Result
from dtmodels.tasks._interactive_session import InteractiveSession
from dtmodels.tasks._mask_settings import ARCHITECTURES, MaskSettings

LOGIT = 8.0
Disc = tuple[float, float, float]


@dataclass
class Network:
    """Fake decoder: records its inputs, and returns masks of discs, relative to the image side, one list per decode."""

    discs: list[list[Disc]]
    arch: str = "sam2"
    side: int = 1024
    qualities: tuple[float, ...] = (0.9, 0.3)
    sent: list[tuple[list[Any], Any]] = field(default_factory=list)

    @property
    def settings(self) -> MaskSettings:
        return MaskSettings(interface=ARCHITECTURES[self.arch], side=self.side)

    def decode(self, clicks: list[Any], memory: Any) -> Result:
        discs = self.discs[min(len(self.sent), len(self.discs) - 1)]
        self.sent.append((list(clicks), memory))
        y, x = np.mgrid[0:256, 0:256] / 256
        inside = np.zeros((256, 256), bool)
        for across, down, radius in discs:
            inside |= (x - across) ** 2 + (y - down) ** 2 < radius**2
        if self.arch == "segnext":
            return Result(outputs={"mask": inside[None, None].astype(np.float32)}, seconds=0)
        masks = np.stack([np.where(inside, LOGIT, -LOGIT), np.full((256, 256), LOGIT)])[None].astype(np.float32)
        quality = np.array([self.qualities], np.float32)
        return Result(outputs={"masks": masks, "iou": quality, "low": masks / 2}, seconds=0)


def user(network: Network, height: int = 512, width: int = 512) -> InteractiveSession:
    return InteractiveSession(decoder=network, height=height, width=width)  # type: ignore[arg-type]


def click(x: float, y: float, **others: Any) -> Prompt:
    return Prompt(points=((x, y),), **others)


def test_clicks_are_in_pixels_of_the_models_own_image() -> None:
    network = Network([[(0.5, 0.5, 0.25)]], side=512)
    selection = user(network).select(click(0.4, 0.5))
    assert network.sent[0][0] == [(pytest.approx(0.4 * 512), 256, 1)]
    assert network.sent[1][0][1][:2] == (pytest.approx(256, abs=4), pytest.approx(256, abs=4))
    assert (selection.mask > 0.5).mean() == pytest.approx(np.pi * 0.25**2, rel=0.05)


def test_click_is_refined_with_a_point_a_box_and_the_previous_mask() -> None:
    network = Network([[(0.5, 0.5, 0.25)], [(0.5, 0.5, 0.2)]])
    selection = user(network).select(click(0.4, 0.5))
    (first, before), (second, after) = network.sent
    assert first == [(pytest.approx(0.4 * 1024), 512, 1)]
    assert before is None
    assert second[0] == first[0]
    assert second[1] == (pytest.approx(512, abs=8), pytest.approx(512, abs=8), 1)
    assert [point[2] for point in second[2:]] == [2, 3]
    assert second[2][:2] == pytest.approx((1024 * 0.225, 1024 * 0.225), abs=10)
    assert second[3][:2] == pytest.approx((1024 * 0.775, 1024 * 0.775), abs=10)
    assert after is not None
    assert after.shape == (1, 1, 256, 256)
    assert after.max() == LOGIT / 2
    assert (selection.decodes, selection.quality) == (2, pytest.approx(0.9))
    assert (selection.mask > 0.5).mean() == pytest.approx(np.pi * 0.2**2, rel=0.03)


def test_mask_with_the_highest_predicted_overlap_is_selected() -> None:
    selection = user(Network([[(0.5, 0.5, 0.2)]], qualities=(0.2, 0.8))).select(click(0.5, 0.5))
    assert (selection.mask > 0.5).all()


def test_each_click_sends_all_previous_clicks() -> None:
    network = Network([[(0.5, 0.5, 0.3)]])
    selection = user(network).select(Prompt(points=((0.4, 0.5), (0.6, 0.5)), beside=((0.9, 0.1),)))
    own = [[point for point in clicks[:3] if point[2] in (0, 1)] for clicks, _ in network.sent]
    assert selection.decodes == len(network.sent) == 6
    assert [len(clicks) for clicks in own[::2]] == [1, 2, 3]
    assert own[4][2][2] == 0
    assert [memory is None for _, memory in network.sent] == [True] + [False] * 5


def test_part_under_the_last_click_is_selected() -> None:
    discs = [(0.25, 0.5, 0.15), (0.75, 0.5, 0.2)]
    left, right, outside = (user(Network([discs])).select(click(x, 0.5)) for x in (0.25, 0.75, 0.5))
    assert (left.mask > 0.5)[256, 128]
    assert not (left.mask > 0.5)[256, 384]
    assert (right.mask > 0.5)[256, 384]
    assert not (right.mask > 0.5)[256, 128]
    assert (outside.mask > 0.5)[256, 384], "a click outside all parts selects the largest"


def test_box_is_sent_as_corners_and_no_other_is_added() -> None:
    network = Network([[(0.5, 0.5, 0.25)]])
    selection = user(network).select(Prompt(box=(0.2, 0.25, 0.8, 0.75)))
    assert network.sent[0][0] == [
        (pytest.approx(0.2 * 1024), 256, 2),
        (pytest.approx(0.8 * 1024, abs=2), 768, 3),
    ]
    assert [point[2] for point in network.sent[1][0]] == [2, 3, 1]
    assert (selection.mask > 0.5)[256, 256]


def test_non_square_image_is_padded_right_and_below() -> None:
    network = Network([[(0.25, 0.25, 0.1)]])
    selection = user(network, height=300, width=600).select(click(0.25, 0.5))
    assert network.sent[0][0][0] == (pytest.approx(256), pytest.approx(256), 1)
    rows, columns = np.nonzero(selection.mask > 0.5)
    assert selection.mask.shape == (300, 600)
    assert (rows.mean(), columns.mean()) == pytest.approx((150, 150), abs=2)


def test_empty_and_full_masks_end_the_loop() -> None:
    nothing = user(Network([[]])).select(click(0.5, 0.5))
    assert (nothing.decodes, float((nothing.mask > 0.5).mean())) == (1, 0)
    everything = user(Network([[(0.5, 0.5, 2.0)]], arch="segnext")).select(click(0.5, 0.5))
    assert (everything.decodes, float((everything.mask > 0.5).mean())) == (1, 1)


def test_segnext_gets_points_but_no_box() -> None:
    network = Network([[(0.5, 0.5, 0.25)]], arch="segnext")
    user(network).select(click(0.4, 0.5))
    assert [point[2] for point in network.sent[1][0]] == [1, 1]
