"""Two U-Nets of Benoit Brummer's denoisers, with the parameter names of the published checkpoints.

UNet: nind-denoise (https://github.com/trougnouf/nind-denoise); UtNet2: rawnind_jddc
(https://github.com/trougnouf/rawnind_jddc, https://arxiv.org/abs/2501.08924).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

NEGATIVE_SLOPE = 0.2
"""Negative slope of UtNet2's leaky ReLUs; torch's default differs."""


class NormedPair(nn.Module):
    """Two 3 x 3 convolutions, each with batch normalisation and ReLU."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for channels in (before, after):
            layers += [nn.Conv2d(channels, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
        self.conv = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """`[1, before, H, W]` to `[1, after, H, W]`."""
        result: Tensor = self.conv(x)
        return result


class Stem(nn.Module):
    """The first pair of convolutions."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv = NormedPair(before, after)

    def forward(self, x: Tensor) -> Tensor:
        """`[1, before, H, W]` to `[1, after, H, W]`."""
        result: Tensor = self.conv(x)
        return result


class Down(nn.Module):
    """2 x 2 max pooling, then a pair of convolutions."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.mpconv = nn.Sequential(nn.MaxPool2d(2), NormedPair(before, after))

    def forward(self, x: Tensor) -> Tensor:
        """`[1, before, H, W]` to `[1, after, H / 2, W / 2]`."""
        result: Tensor = self.mpconv(x)
        return result


class Up(nn.Module):
    """Upsample by two, concatenate the skip connection of that size, then a pair of convolutions."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(before // 2, before // 2, 2, stride=2)
        self.conv = NormedPair(before, after)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """`[1, before / 2, h, w]` and `[1, before / 2, H, W]` to `[1, after, H, W]`; smaller maps are zero-padded."""
        x = self.up(x)
        high, wide = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
        if high or wide:
            x = functional.pad(x, (wide // 2, wide - wide // 2, high // 2, high - high // 2))
        result: Tensor = self.conv(torch.cat([skip, x], dim=1))
        return result


class Head(nn.Module):
    """A 1 x 1 convolution to the image."""

    def __init__(self, before: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        """`[1, before, H, W]` to `[1, 3, H, W]`."""
        result: Tensor = self.conv(x)
        return result


class UNet(nn.Module):
    """U-Net that denoises sRGB images."""

    def __init__(self) -> None:
        super().__init__()
        self.inc = Stem(3, 64)
        self.down1, self.down2 = Down(64, 128), Down(128, 256)
        self.down3, self.down4 = Down(256, 512), Down(512, 512)
        self.up1, self.up2 = Up(1024, 256), Up(512, 128)
        self.up3, self.up4 = Up(256, 64), Up(128, 64)
        self.outc = Head(64)

    def forward(self, image: Tensor) -> Tensor:
        """`[1, 3, H, W]` in 0..1 to the denoised image of the same shape."""
        maps = [self.inc(image)]
        for down in (self.down1, self.down2, self.down3, self.down4):
            maps.append(down(maps[-1]))
        x = maps.pop()
        for up in (self.up1, self.up2, self.up3, self.up4):
            x = up(x, maps.pop())
        return torch.sigmoid(self.outc(x))


def _pair(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1),
        nn.LeakyReLU(NEGATIVE_SLOPE),
        nn.Conv2d(after, after, 3, padding=1),
        nn.LeakyReLU(NEGATIVE_SLOPE),
    )


class UtNet2(nn.Module):
    """U-Net that denoises raw data: four planes of a Bayer sensor to RGB of twice the size, or RGB to RGB.

    Args:
        channels: 4 for Bayer data, 3 for RGB.
        width: channels at full size; they double with every level down.
        upscale_first: True to upscale the Bayer planes before the first convolution, False to upscale after the last.
    """

    def __init__(self, channels: int, width: int = 32, *, upscale_first: bool = False) -> None:
        super().__init__()
        self.upscale_first = upscale_first
        level1, level2, level3, level4 = (width * 2**level for level in range(4))
        self.convs1, self.convs2 = _pair(channels, level1), _pair(level1, level2)
        self.convs3, self.convs4 = _pair(level2, level3), _pair(level3, level4)
        self.bottom = _pair(level4, 2 * level4)
        for level, wide in enumerate((level4, level3, level2, level1), start=1):
            self.add_module(f"up{level}", nn.ConvTranspose2d(2 * wide, wide, 2, stride=2))
            self.add_module(f"tconvs{level}", _pair(2 * wide, wide))
        shuffled = channels == 4 and not upscale_first
        planes = 12 if shuffled else 3
        self.output_module = nn.Sequential(
            nn.Conv2d(level1, planes, 1), nn.PixelShuffle(2) if shuffled else nn.Identity()
        )

    def forward(self, image: Tensor) -> Tensor:
        """`[1, 4, H, W]` to `[1, 3, 2 H, 2 W]`, or `[1, 3, H, W]` to the same.

        Height and width are multiples of 16, or of 8 if the planes are upscaled first.
        """
        if self.upscale_first:
            image = functional.interpolate(image, scale_factor=2.0, mode="bilinear", align_corners=False)
        maps, x = [], image
        for convs in (self.convs1, self.convs2, self.convs3, self.convs4):
            maps.append(convs(x))
            x = functional.max_pool2d(maps[-1], 2)
        x = self.bottom(x)
        for level in range(1, 5):
            x = torch.cat([self.get_submodule(f"up{level}")(x), maps.pop()], dim=1)
            x = self.get_submodule(f"tconvs{level}")(x)
        result: Tensor = self.output_module(x)
        return result
