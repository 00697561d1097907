"""Mutated cards, made from good and bad ones; the same number gives the same card."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

_NASTY = (
    "", "null", "~", "[]", "{}", "[[[[", "}", "- x", "? x", "NO", "yes", "1e999", ".nan", "-.inf", "0o17", "010",
    "12e4567", "12:30:45", "2024-02-30", "1_000", "99999999999999999999", "-1", "0", '"\\0"', '"\\u200b"', "'", '"',
    "|", ">-", "&a x", "*a", "<<: x", "!!python/object/apply:os.system [ls]", "!!binary aGk=", "!x y", "%YAML 1.1",
    "---", "...", "\t", "\x07", "\u0085", "\u2028", "\u202e", "\ufeff", "\U0001f600", "e\u0301", "\uff2d\uff29\uff34",
    "a" * 9000, "<script>", "[a](javascript:x)", "`|`", "::error::x", "##[error]x", "../../etc/passwd", "/etc/passwd",
    "~/x", "C:\\x", "http://127.0.0.1/", "https://[::1", "https://", "https://a:b@c.d/", "file:///x",
    "https://huggingface.co/x/y/resolve/main/m.onnx", "TODO", "MIT OR", "(MIT", "(Apache-2.0) AND ()",
    "MIT/Apache-2.0", "MIT " + "OR MIT " * 200, "(" * 500, "GPL-3.0", "AGPL-3.0-only+", "LicenseRef-x",
    "MIT WITH LLVM-exception", "NOASSERTION", "0" * 64, "f" * 63, "1.10", "1.x", "\u0661.\u0660",
    "{a: {a: {a: {a: 1}}}}", "[1, [2, [3, [4]]]]",
)  # fmt: skip
"""Values that readers have stumbled over."""

Mutation = Callable[[random.Random, list[str]], list[str]]


def seeds(root: Path) -> list[str]:
    """The cards of the repository and of its lint fixtures that are text at all."""
    paths = [*root.glob("models/*/card.yaml"), *root.glob("tests/lint/*/*/card.yaml")]
    texts = (path.read_bytes().decode(errors="replace") for path in sorted(paths))
    return [text for text in texts if 100 < len(text) < 40_000]


def mutated(number: int, texts: Sequence[str]) -> bytes:
    """The mutated card with a number: one to four changes of one of the texts."""
    chance = random.Random(number)  # noqa: S311 - mutations have to come again
    lines = chance.choice(texts).split("\n")
    for _ in range(chance.randint(1, 4)):
        lines = chance.choice(_MUTATIONS)(chance, lines) or [""]
    end = "\r\n" if chance.random() < 0.05 else "\n"
    data = end.join(lines).encode(errors="replace")
    return _bytes_changed(chance, data) if chance.random() < 0.15 else data


def _deleted(chance: random.Random, lines: list[str]) -> list[str]:
    at = chance.randrange(len(lines))
    return lines[:at] + lines[at + chance.randint(1, 3) :]


def _repeated(chance: random.Random, lines: list[str]) -> list[str]:
    at = chance.randrange(len(lines))
    return lines[:at] + lines[at : at + chance.randint(1, 4)] * chance.choice((2, 2, 3, 50)) + lines[at + 1 :]


def _swapped(chance: random.Random, lines: list[str]) -> list[str]:
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines = list(lines)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def _value(chance: random.Random, lines: list[str]) -> list[str]:
    at = chance.randrange(len(lines))
    key, colon, _ = lines[at].partition(": ")
    changed = f"{key}{colon}{chance.choice(_NASTY)}" if colon else lines[at] + chance.choice(_NASTY)
    return [*lines[:at], changed, *lines[at + 1 :]]


def _inner_value(chance: random.Random, lines: list[str]) -> list[str]:
    """Another value in the middle of a line, as in `{weights: MIT, code: MIT}`."""
    at = chance.randrange(len(lines))
    parts = lines[at].split(", ")
    position = chance.randrange(len(parts))
    key, colon, _ = parts[position].rpartition(": ")
    parts[position] = f"{key}{colon}{chance.choice(_NASTY)}"
    return [*lines[:at], ", ".join(parts), *lines[at + 1 :]]


def _key(chance: random.Random, lines: list[str]) -> list[str]:
    at = chance.randrange(len(lines))
    key, colon, rest = lines[at].partition(":")
    position = chance.randrange(len(key) + 1)
    return [
        *lines[:at],
        f"{key[:position]}{chance.choice(('x', '', ' ', '-', '_', '1'))}{key[position + 1 :]}{colon}{rest}",
        *lines[at + 1 :],
    ]


def _indented(chance: random.Random, lines: list[str]) -> list[str]:
    at = chance.randrange(len(lines))
    return [*lines[:at], " " * chance.randint(0, 9) + lines[at].lstrip(), *lines[at + 1 :]]


def _added(chance: random.Random, lines: list[str]) -> list[str]:
    at = chance.randrange(len(lines) + 1)
    deep = "a: " + "[" * chance.choice((1, 31, 32, 33, 2000))
    return [*lines[:at], chance.choice((*_NASTY, deep, "x: 1", "acceptances: [{rule: DAT004}]")), *lines[at:]]


def _cut(chance: random.Random, lines: list[str]) -> list[str]:
    return lines[: chance.randrange(len(lines)) + 1]


_MUTATIONS: tuple[Mutation, ...] = (
    _deleted, _repeated, _swapped, _value, _value, _inner_value, _inner_value, _key, _indented, _added, _cut,
)  # fmt: skip


def _bytes_changed(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)
