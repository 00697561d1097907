"""Inpainting generator of LaMa: a ResNet of fast Fourier convolutions, whose receptive field is the whole image.

Features form two groups. Local features pass through 3x3 convolutions only; global features also pass through a
convolution of their spectrum. Parameter names are those of the published checkpoint.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtmodels.families._fourier import Transform

CHANNELS, GLOBAL = 512, 384
"""Features of the blocks, and how many of them are global."""
BLOCKS = 18
REDUCTION = 8
"""How much smaller the maps are in the blocks."""
Pair = tuple[Tensor, Tensor]


class Generator(nn.Module):
    """Generator for one image size: four channels (masked image, mask) to an image in 0..1.

    Args:
        height: rows of the image, a multiple of 8 of at least 16.
        width: columns, a multiple of 8 of at least 16.
        blocks: residual blocks at the lowest resolution.
    """

    def __init__(self, height: int, width: int, blocks: int = BLOCKS) -> None:
        super().__init__()
        transform = Transform(height // REDUCTION, width // REDUCTION)
        layers: list[nn.Module] = [nn.ReflectionPad2d(3), Local(4, 64, 7)]
        layers += [Local(64, 128, 3), Local(128, 256, 3), SplitGroups(256)]
        layers += [Block(transform) for _ in range(blocks)]
        layers.append(ConcatGroups())
        for channels in (512, 256, 128):
            up = nn.ConvTranspose2d(channels, channels // 2, 3, stride=2, padding=1, output_padding=1)
            layers += [up, nn.BatchNorm2d(channels // 2), nn.ReLU()]
        layers += [nn.ReflectionPad2d(3), nn.Conv2d(64, 3, 7), nn.Sigmoid()]
        self.model = nn.Sequential(*layers)

    def forward(self, masked: Tensor) -> Tensor:
        """[1, 4, height, width] to [1, 3, height, width]."""
        return self.model(masked)  # type: ignore[no-any-return]


class Local(nn.Module):
    """Convolution, normalisation and ReLU; 7x7 is unpadded, 3x3 halves the size."""

    def __init__(self, channels: int, outputs: int, side: int) -> None:
        super().__init__()
        convolution = nn.Conv2d(channels, outputs, 7, bias=False) if side == 7 else _strided(channels, outputs)
        self.ffc = nn.ModuleDict({"convl2l": convolution})
        self.bn_l: nn.Module = nn.BatchNorm2d(outputs)

    def forward(self, local: Tensor) -> Tensor:
        return torch.relu(self.bn_l(self.ffc["convl2l"](local)))


class SplitGroups(nn.Module):
    """Halve the size and split the features into the two groups."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        local, wide = _strided(channels, CHANNELS - GLOBAL), _strided(channels, GLOBAL)
        self.ffc = nn.ModuleDict({"convl2l": local, "convl2g": wide})
        self.bn_l: nn.Module = nn.BatchNorm2d(CHANNELS - GLOBAL)
        self.bn_g: nn.Module = nn.BatchNorm2d(GLOBAL)

    def forward(self, local: Tensor) -> Pair:
        wide = torch.relu(self.bn_g(self.ffc["convl2g"](local)))
        return torch.relu(self.bn_l(self.ffc["convl2l"](local))), wide


class Block(nn.Module):
    """Residual block of two fast Fourier convolutions."""

    def __init__(self, transform: Transform) -> None:
        super().__init__()
        self.conv1 = FastFourierConvolution(transform)
        self.conv2 = FastFourierConvolution(transform)

    def forward(self, features: Pair) -> Pair:
        local, wide = self.conv2(self.conv1(features))
        return features[0] + local, features[1] + wide


class FastFourierConvolution(nn.Module):
    """Compute both groups from both groups; the spectrum is used from global to global features."""

    def __init__(self, transform: Transform) -> None:
        super().__init__()
        local = CHANNELS - GLOBAL
        self.ffc = nn.ModuleDict(
            {
                "convl2l": _same(local, local),
                "convl2g": _same(local, GLOBAL),
                "convg2l": _same(GLOBAL, local),
                "convg2g": Spectral(GLOBAL, transform),
            }
        )
        self.bn_l: nn.Module = nn.BatchNorm2d(local)
        self.bn_g: nn.Module = nn.BatchNorm2d(GLOBAL)

    def forward(self, features: Pair) -> Pair:
        local, wide = features
        to_local = self.ffc["convl2l"](local) + self.ffc["convg2l"](wide)
        to_wide = self.ffc["convl2g"](local) + self.ffc["convg2g"](wide)
        return torch.relu(self.bn_l(to_local)), torch.relu(self.bn_g(to_wide))


class Spectral(nn.Module):
    """Reduce to half the channels, add a convolution of their spectrum, and restore the number of channels."""

    def __init__(self, channels: int, transform: Transform) -> None:
        super().__init__()
        half = channels // 2
        self.conv1 = nn.Sequential(nn.Conv2d(channels, half, 1, bias=False), nn.BatchNorm2d(half), nn.ReLU())
        self.fu = FourierUnit(half, transform)
        self.conv2: nn.Module = nn.Conv2d(half, channels, 1, bias=False)

    def forward(self, wide: Tensor) -> Tensor:
        narrow = self.conv1(wide)
        return self.conv2(narrow + self.fu(narrow))  # type: ignore[no-any-return]


class FourierUnit(nn.Module):
    """1x1 convolution over real and imaginary parts of all channels; its receptive field is the whole image."""

    def __init__(self, channels: int, transform: Transform) -> None:
        super().__init__()
        self.transform = transform
        self.conv_layer = nn.Conv2d(2 * channels, 2 * channels, 1, bias=False)
        self.bn: nn.Module = nn.BatchNorm2d(2 * channels)

    def forward(self, features: Tensor) -> Tensor:
        spectrum = torch.relu(self.bn(self.conv_layer(self.transform.forward(features))))
        return self.transform.inverse(spectrum)


class ConcatGroups(nn.Module):
    """Concatenate local and global features."""

    def forward(self, features: Pair) -> Tensor:
        return torch.cat(features, dim=1)


def _same(channels: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(channels, outputs, 3, padding=1, bias=False, padding_mode="reflect")


def _strided(channels: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(channels, outputs, 3, stride=2, padding=1, bias=False, padding_mode="reflect")
