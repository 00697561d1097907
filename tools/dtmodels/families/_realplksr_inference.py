"""Inference form of RealPLKSR, for export: the same function of the same weights, in faster and more exact operators.

Measured with ONNX Runtime on a CPU: Softplus, as torch exports Mish, takes a fifth of the time of the network; and a
convolution for the channels of the large kernel, with another one for the rest, keeps the runtime's own channel layout.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtmodels.families._group_norm import GroupNorm
from dtmodels.families._realplksr_network import RGB, Block, DySample, RealPLKSR


class Inference(nn.Module):
    """A network with its weights, in its inference form."""

    repeat: Tensor

    def __init__(self, network: RealPLKSR) -> None:
        super().__init__()
        layers = (InferenceBlock(layer) if isinstance(layer, Block) else layer for layer in network.feats)
        self.feats, upsampling = nn.Sequential(*layers), network.to_img
        self.to_img = MixedFirst(upsampling) if isinstance(upsampling, DySample) else upsampling
        # a convolution repeats each channel, since CoreML lacks Expand
        self.register_buffer("repeat", torch.eye(RGB).repeat_interleave(network.sizes.scale**2, 0)[..., None, None])

    def forward(self, image: Tensor) -> Tensor:
        """See `RealPLKSR.forward`."""
        upscaled: Tensor = self.to_img(self.feats(image) + nn.functional.conv2d(image, self.repeat))
        return upscaled


class Halved(nn.Module):
    """A network whose output is reduced to half its size: the mean of each four pixels."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """`[1, 3, H, W]` to half the size that the network gives."""
        return nn.functional.avg_pool2d(self.network(image), 2)


def mish(x: Tensor) -> Tensor:
    """Mish, `x * tanh(log(1 + exp(x)))`; with p = sigmoid(x), the tanh is p(2 - p) / (2 - p(2 - p))."""
    share = torch.sigmoid(x)
    share = share * (2 - share)
    return x * (share / (2 - share))


class InferenceBlock(nn.Module):
    """Inference form of `Block`, with the same outputs."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        first, _, second = block.channel_mixer
        self.layer_norm = block.layer_norm if hasattr(block, "layer_norm") else nn.Identity()
        self.first, self.large = first, block.lk.conv
        self.seen, self.passed = _split(second, self.large.in_channels)
        self.attn, self.refine = block.attn, block.refine
        self.norm = block.norm if isinstance(block.norm, nn.Identity) else GroupNorm(block.norm)

    def forward(self, x: Tensor) -> Tensor:
        """`[1, C, H, W]` to the same shape."""
        mixed = mish(self.first(self.layer_norm(x)))
        seen = self.large(self.seen(mixed))
        joined = torch.cat([seen, self.passed(mixed)], dim=1) if self.passed else seen
        added: Tensor = self.norm(self.refine(self.attn(joined)))
        return x + added


class MixedFirst(nn.Module):
    """Inference form of `DySample`: channels are mixed before sampling, so that three of each group are left to sample.

    Sampling and mixing are both linear, and the weights of the sampled pixels add up to one.
    """

    def __init__(self, source: DySample) -> None:
        super().__init__()
        self.source = source
        by_group = source.end_conv.weight.detach().reshape(RGB, source.groups, -1).transpose(0, 1)
        self.mix = nn.Parameter(by_group.reshape(source.groups * RGB, -1, 1, 1).contiguous())
        self.bias = nn.Parameter(source.end_conv.get_parameter("bias").detach().reshape(1, RGB, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """`[1, 3 * s * s, H, W]` to `[1, 3, s * H, s * W]`."""
        groups = self.source.groups
        mixed = nn.functional.conv2d(x, self.mix, groups=groups).reshape(groups, RGB, *x.shape[2:])
        sampled: Tensor = self.source.sample(mixed, self.source.positions(x))
        return sampled.sum(0, keepdim=True) + self.bias


@torch.no_grad()
def _split(convolution: nn.Module, count: int) -> tuple[nn.Conv2d, nn.Conv2d | None]:
    """Split a 3 x 3 convolution into one for its first `count` outputs and one for the rest, if there are any."""
    if not isinstance(convolution, nn.Conv2d):
        raise TypeError(f"{type(convolution).__name__} is not a convolution")
    rest = convolution.out_channels - count
    parts = {name: tensor.split([count, rest]) for name, tensor in convolution.state_dict().items()}
    halves = [nn.Conv2d(convolution.in_channels, size, 3, padding=1) for size in (count, rest) if size]
    for index, half in enumerate(halves):
        half.load_state_dict({name: part[index] for name, part in parts.items()})
    return halves[0], halves[1] if rest else None
