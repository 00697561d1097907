"""Mutated files: the same number gives the same bytes."""

from __future__ import annotations

import random

LIMITS = (b"\0\0", b"\xff\xff", b"\x7f\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\x01\0\0")
"""Numbers that readers have stumbled over."""


def mutation(data: bytes, number: int) -> bytes:
    """Return the mutation of a file with this number: bytes flipped, inserted, removed, repeated, cut off."""
    chance = random.Random(number)  # noqa: S311 - mutations have to come again
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(data) + 1), chance.randint(1, 8)
        if chance.random() < 0.5:
            # Half of them in the first bytes, where headers are.
            at = chance.randrange(min(len(data), 200) + 1)
        replaced = chance.choice((b"", chance.randbytes(length), chance.choice(LIMITS), data[at : at + length] * 2))
        data = data[:at] + replaced + data[at + chance.choice((0, length, len(replaced))) :]
    return data[: chance.randrange(len(data) + 1)] if chance.random() < 0.1 else data
