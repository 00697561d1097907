"""Checkpoint files are read for their tensors only, and what is no checkpoint is named for what it is."""

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
def test_both_formats_of_torch_give_names_and_values(tmp_path: Path, old: bool) -> None:
    found = read_checkpoint(saved(tmp_path / "weights", OrderedDict(TENSORS), old=old))
    assert list(found) == list(TENSORS)
    assert all(torch.equal(found[name], tensor) for name, tensor in TENSORS.items())


def test_safetensors_are_known_by_their_content(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / "0123abcd")
    assert torch.equal(read_checkpoint(tmp_path / "0123abcd")["first.weight"], TENSORS["first.weight"])


def test_the_tensors_may_lie_in_an_entry(tmp_path: Path) -> None:
    path = saved(tmp_path / "weights", {"params": TENSORS, "epoch": 3})
    assert set(read_checkpoint(path, key="params")) == set(TENSORS)
    with pytest.raises(Failure, match="no entry 'state_dict' with the weights; it holds params, epoch"):
        read_checkpoint(path, key="state_dict")
    with pytest.raises(Failure, match="entry 'params' is a dict, not a tensor"):
        read_checkpoint(path)


def test_code_is_refused_and_never_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path / "weights", {**TENSORS, "surprise": Code()})
    with pytest.raises(Failure, match=r"weights: holds more than tensors: .*posix\.system"):
        read_checkpoint(path)
    assert not (tmp_path / "ran").exists()


def test_classes_named_inert_become_empty_shells(tmp_path: Path) -> None:
    path = saved(tmp_path / "weights", {"params": TENSORS, "callbacks": {Trainer: 1}})
    name = f"{Trainer.__module__}.{Trainer.__qualname__}"
    with pytest.raises(Failure, match="holds more than tensors"):
        read_checkpoint(path, key="params")
    assert set(read_checkpoint(path, key="params", inert=[name])) == set(TENSORS)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html>Sign in</html>", "is a web page, not a checkpoint"),
        (b"\n  <html>404</html>", "is a web page, not a checkpoint"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is no checkpoint: it starts with b'version '"),
        (b"\x80\x02}q\x00X\x05", "is damaged or cut off"),
    ],
)
def test_what_is_no_checkpoint_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "weights").write_bytes(content)
    with pytest.raises(Failure, match=told) as failure:
        read_checkpoint(tmp_path / "weights")
    assert str(tmp_path / "weights") in str(failure.value)
    assert "\n" not in failure.value.what


@pytest.mark.parametrize("kind", ["new", "old", "safetensors"])
@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, kind: str, share: float) -> None:
    path, tensors = tmp_path / "weights", {"weight": torch.randn(100, 100)}
    if kind == "safetensors":
        save_file(tensors, path)
    else:
        saved(path, tensors, old=kind == "old")
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(Failure, match="cut off"):
        read_checkpoint(path)


def test_a_program_is_not_taken_for_weights(tmp_path: Path) -> None:
    with pytest.warns(DeprecationWarning):
        torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), tmp_path / "weights")
    with pytest.raises(Failure, match="is a TorchScript program"):
        read_checkpoint(tmp_path / "weights")


def test_a_file_without_tensors_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="holds a list instead of a dictionary of tensors"):
        read_checkpoint(saved(tmp_path / "weights", [1, 2]))
