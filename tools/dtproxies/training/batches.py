"""Pool of rendered pairs as tensors, and the batches that training steps take from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from dtproxies.images.image import Pixels
from dtproxies.render.pairs import Pair
from dtproxies.vocabulary.module import Module
from dtproxies.vocabulary.recipe import Recipe


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """Pairs of one step as tensors; for a pointwise module, images may be rows of sampled pixels."""

    image: Tensor
    """[B, C, H, W]."""
    sliders: Tensor
    """[B, P]."""
    after: Tensor
    """[B, C', H, W]."""
    nudged: Tensor
    """[B, P]: sliders with one of them moved."""
    moved: Tensor
    """[B, C', H, W]: darktable's output for `nudged`."""


def as_batch(pairs: Sequence[Pair], device: torch.device, dtype: torch.dtype = torch.float32) -> Batch:
    """Return pairs as tensors; a pair without a nudge is its own nudge."""
    moved = [(pair.nudge.sliders, pair.nudge.after) if pair.nudge else (pair.sliders, pair.after) for pair in pairs]
    return Batch(
        image=_planes([pair.before for pair in pairs]).to(device, dtype),
        sliders=torch.from_numpy(np.stack([pair.sliders for pair in pairs])).to(device, dtype),
        after=_planes([pair.after for pair in pairs]).to(device, dtype),
        nudged=torch.from_numpy(np.stack([sliders for sliders, _ in moved])).to(device, dtype),
        moved=_planes([after for _, after in moved]).to(device, dtype),
    )


class Pool:
    """Newest rendered pairs on the device; the number of the step determines which pairs it contains."""

    def __init__(self, module: Module, recipe: Recipe, device: torch.device, *, step: int) -> None:
        """Create an empty pool; `step` is the next step, counted from 1."""
        self._module, self._recipe, self._device = module, recipe, device
        self._batches: list[Batch | None] = [None] * recipe.pairs
        self.taken = self._due(step) - recipe.pairs
        """Number of the next pair to take; the iterator of pairs has to start with it."""

    def take(self, pairs: Iterator[Pair], step: int) -> Iterator[None]:
        """Render the pairs that this step still needs, each in place of the oldest; yield after each."""
        while self.taken < self._due(step):
            self._batches[self.taken % len(self._batches)] = as_batch([next(pairs)], self._device)
            self.taken += 1
            yield

    def sample(self, step: int) -> Batch:
        """Return the batch of this step."""
        generator = torch.Generator().manual_seed(self._recipe.seed * 1_000_003 + step)
        chosen = torch.randint(len(self._batches), (self._recipe.batch,), generator=generator).tolist()
        batches = [one for one in (self._batches[at] for at in chosen) if one is not None]
        batch = Batch(**{one.name: torch.cat([getattr(row, one.name) for row in batches]) for one in fields(Batch)})
        count = batch.image.shape[-1] * batch.image.shape[-2]
        if not self._module.pointwise or self._recipe.pixels >= count:
            return batch
        at = torch.randint(count, (self._recipe.pixels,), generator=generator).to(self._device)
        return Batch(
            image=_pixels(batch.image, at),
            sliders=batch.sliders,
            after=_pixels(batch.after, at),
            nudged=batch.nudged,
            moved=_pixels(batch.moved, at),
        )

    def _due(self, step: int) -> int:
        """Return the total number of pairs rendered when this step begins."""
        return self._recipe.pairs + int((step - 1) * self._recipe.renew)


def _pixels(image: Tensor, at: Tensor) -> Tensor:
    return image.flatten(2).index_select(2, at)[:, :, None]


def _planes(images: Sequence[Pixels]) -> Tensor:
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
