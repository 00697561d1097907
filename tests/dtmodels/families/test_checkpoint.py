"""Tests of reading checkpoints: tensors only, no code, and clear errors for other files."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from dtbase.system.errors import Failure
from dtmodels.families._checkpoint import read_checkpoint

TENSORS = {"first.weight": torch.arange(6.0).reshape(2, 3), "count": torch.tensor(3)}


class Trainer:
    """What a training framework leaves in its files."""


class Code:
    """A pickle that runs a command when it is loaded carelessly."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.system, ("touch ran",)


def saved(path: Path, value: object, *, old: bool = False) -> Path:
    torch.save(value, path, _use_new_zipfile_serialization=not old)
    return path


@pytest.mark.parametrize("old", [False, True])
def test_both_torch_formats_are_read(tmp_path: Path, old: bool) -> None:
    found = read_checkpoint(saved(tmp_path / "weights", OrderedDict(TENSORS), old=old))
    assert list(found) == list(TENSORS)
    assert all(torch.equal(found[name], tensor) for name, tensor in TENSORS.items())


def test_safetensors_are_detected_by_content(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / "0123abcd")
    assert torch.equal(read_checkpoint(tmp_path / "0123abcd")["first.weight"], TENSORS["first.weight"])


def test_tensors_are_read_from_an_entry(tmp_path: Path) -> None:
    path = saved(tmp_path / "weights", {"params": TENSORS, "epoch": 3})
    assert set(read_checkpoint(path, key="params")) == set(TENSORS)
    with pytest.raises(Failure, match="no entry 'state_dict' with the weights; it contains params, epoch"):
        read_checkpoint(path, key="state_dict")
    with pytest.raises(Failure, match="entry 'params' is a dict, not a tensor"):
        read_checkpoint(path)


def test_code_is_rejected_and_never_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path / "weights", {**TENSORS, "surprise": Code()})
    with pytest.raises(Failure, match=r"weights: contains more than tensors: .*posix\.system"):
        read_checkpoint(path)
    assert not (tmp_path / "ran").exists()


def test_inert_classes_become_placeholders(tmp_path: Path) -> None:
    path = saved(tmp_path / "weights", {"params": TENSORS, "callbacks": {Trainer: 1}})
    name = f"{Trainer.__module__}.{Trainer.__qualname__}"
    with pytest.raises(Failure, match="contains more than tensors"):
        read_checkpoint(path, key="params")
    assert set(read_checkpoint(path, key="params", inert=[name])) == set(TENSORS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html>Sign in</html>", "is a web page, not a checkpoint"),
        (b"\n  <html>404</html>", "is a web page, not a checkpoint"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is not a checkpoint: it starts with b'version '"),
        (b"\x80\x02}q\x00X\x05", "is damaged or truncated"),
    ],
)
def test_other_file_types_are_identified(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "weights").write_bytes(content)
    with pytest.raises(Failure, match=message) as failure:
        read_checkpoint(tmp_path / "weights")
    assert str(tmp_path / "weights") in str(failure.value)
    assert "\n" not in failure.value.what


@pytest.mark.parametrize("kind", ["new", "old", "safetensors"])
@pytest.mark.parametrize("fraction", [0.2, 0.6, 0.95])
def test_truncated_file_is_rejected(tmp_path: Path, kind: str, fraction: float) -> None:
    path, tensors = tmp_path / "weights", {"weight": torch.randn(100, 100)}
    if kind == "safetensors":
        save_file(tensors, path)
    else:
        saved(path, tensors, old=kind == "old")
    path.write_bytes(path.read_bytes()[: int(fraction * path.stat().st_size)])
    with pytest.raises(Failure, match="truncated"):
        read_checkpoint(path)


def test_torchscript_program_is_rejected(tmp_path: Path) -> None:
    with pytest.warns(DeprecationWarning):
        torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), tmp_path / "weights")
    with pytest.raises(Failure, match="is a TorchScript program"):
        read_checkpoint(tmp_path / "weights")


def test_file_without_tensors_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="contains a list instead of a dictionary of tensors"):
        read_checkpoint(saved(tmp_path / "weights", [1, 2]))
