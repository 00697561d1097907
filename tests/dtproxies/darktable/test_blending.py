"""Blending parameters that change nothing are told from those that do, for each version of their struct."""

import struct

import pytest

from dtproxies.darktable.blending import blends, decoded

NORMAL, MULTIPLY, CLIPPED_NORMAL, REVERSED = 0x18, 0x04, 0x01, 0x80000018


def parameters(version: int, mask: int, mode: int, opacity: float) -> bytes:
    if version >= 10:
        return struct.pack("<IiIff", mask, 4, mode, 0, opacity)
    if version >= 5:
        return struct.pack("<IIf", mask, mode, opacity)
    return struct.pack("<If", mode, opacity)


@pytest.mark.parametrize("version", [5, 6, 7, 8, 9, 10, 11, 13, 14])
@pytest.mark.parametrize(
    ("mask", "mode", "opacity", "changes"),
    [
        (0, MULTIPLY, 50, False),
        (1, NORMAL, 100, False),
        (1, NORMAL, 99, True),
        (1, MULTIPLY, 100, True),
        (1, CLIPPED_NORMAL, 100, True),
        (1, REVERSED, 100, True),
        (3, NORMAL, 100, True),
        (5, NORMAL, 100, True),
        (9, NORMAL, 100, True),
    ],
)
def test_only_uniform_normal_blending_at_full_opacity_changes_nothing(
    version: int, mask: int, mode: int, opacity: float, changes: bool
) -> None:
    assert blends(parameters(version, mask, mode, opacity), version) is changes


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_first_versions_have_a_mode_for_off(version: int) -> None:
    assert not blends(parameters(version, 0, 0, 100), version)
    assert blends(parameters(version, 0, MULTIPLY, 100), version)


def test_absent_and_damaged_parameters_blend_nothing() -> None:
    assert not blends(b"", 14)
    assert decoded("gz12eJxjYGBgkGAAgRNODGiAEV0AJ2iwh+CRxQkA5qIZBA==") == b""
    assert decoded("not hexadecimal") == b""
