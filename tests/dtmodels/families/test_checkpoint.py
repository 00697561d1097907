"""Tests of reading checkpoints: tensors only, no code, and clear errors for other files."""

from __future__ import annotations

import os
import pickle
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import save_file

from dtbase.system.errors import Failure
from dtmodels.families._checkpoint import read_checkpoint
from dtmodels.families._checkpoint_entry import without_wrapper

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
    assert set(read_checkpoint(path)) == set(TENSORS)
    assert set(read_checkpoint(path, key="state_dict")) == set(TENSORS)
    assert set(read_checkpoint(path, entry="params")) == set(TENSORS)
    with pytest.raises(Failure, match="has no entry 'param' of tensors") as failure:
        read_checkpoint(path, entry="param")
    assert failure.value.fix == "did you mean params?"


def test_entry_of_weights_is_found_at_any_depth_and_beside_other_tensors(tmp_path: Path) -> None:
    optimizer = {"state": {0: {"step": torch.tensor(1.0), "exp_avg": torch.ones(2, 3)}}, "param_groups": [{"lr": 0.1}]}
    content = {"model": {"state_dict": TENSORS}, "optimizer": optimizer, "decay": {"rate": torch.tensor(0.9)}}
    path = saved(tmp_path / "weights", content)
    assert set(read_checkpoint(path)) == set(TENSORS)
    assert set(read_checkpoint(path, entry="model.state_dict")) == set(TENSORS)


def test_entry_is_named_if_several_are_possible(tmp_path: Path) -> None:
    path = saved(tmp_path / "weights", {"net": TENSORS, "ema": TENSORS})
    with pytest.raises(Failure, match=r"several dictionaries of tensors: net \(2\), ema \(2\)") as failure:
        read_checkpoint(path, key="params")
    assert "convert.options.entry: net" in failure.value.fix
    averaged = saved(tmp_path / "weights", {"params": {"w": torch.zeros(2, 2)}, "params_ema": {"w": torch.ones(2, 2)}})
    assert bool(read_checkpoint(averaged)["w"].all())
    assert not bool(read_checkpoint(averaged, key="params")["w"].any())


@pytest.mark.parametrize(
    ("prefix", "names", "expected"),
    [
        ("", ["module.a", "module.b"], ["a", "b"]),
        ("", ["_orig_mod.module.a", "_orig_mod.module.b"], ["a", "b"]),
        ("", ["module._orig_mod.a"], ["a"]),
        ("module.", ["module.a", "module.b"], ["module.a", "module.b"]),
        ("", ["module.a", "b"], ["module.a", "b"]),
        ("", [], []),
    ],
)
def test_prefix_of_a_wrapper_is_removed_if_all_names_have_it(
    prefix: str, names: list[str], expected: list[str]
) -> None:
    assert list(without_wrapper(dict.fromkeys(names, torch.ones(1)), prefix)) == expected


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
        (b"", "is an empty file"),
        (b"<!DOCTYPE html><html>Sign in</html>", "is a web page, not a checkpoint"),
        (b"\n  <html>404</html>", "is a web page, not a checkpoint"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS"),
        (b"\x80\x02}q\x00X\x05", "is a pickle of Python itself, not a checkpoint"),
        (b"\x01\x02\x03\xff" * 9, r"is not a checkpoint of PyTorch or safetensors: it starts with b'\\x01"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02", "is damaged"),
        (b"\x89HDF\r\n\x1a\n" + bytes(99), "is an HDF5 file, as Keras writes"),
        (pickle.dumps({"w": np.zeros((2, 2))}), "is a pickle of NumPy arrays"),
        (b"sys_info" + bytes(249) + b"ustar" + bytes(250), "is a checkpoint of PyTorch before 0.1.10"),
    ],
)
def test_other_file_types_are_identified(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "weights").write_bytes(content)
    with pytest.raises(Failure, match=message) as failure:
        read_checkpoint(tmp_path / "weights")
    assert str(tmp_path / "weights") in str(failure.value)
    assert "\n" not in failure.value.what
    assert failure.value.fix


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
    for content, message in [
        ([1, 2], "contains a list instead of a dictionary of tensors"),
        (torch.ones(2), "contains a Tensor instead of a dictionary of tensors"),
        ({}, "contains an empty dict instead of a dictionary of tensors"),
        ({"epoch": 3, "lr": 0.1}, "contains no tensors, but entries epoch, lr"),
        ({**TENSORS, "version": "1.0"}, "contains more than tensors: entry 'version' is a str"),
        ({"params": {**TENSORS, "packed": (torch.ones(2), None)}}, "contains no tensors, but entries params"),
    ]:
        with pytest.raises(Failure, match=message) as failure:
            read_checkpoint(saved(tmp_path / "weights", content))
        assert failure.value.fix


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (lambda: torch.quantize_per_tensor(torch.ones(3, 3), 0.1, 0, torch.quint8), "is quantised, and so is 1 more"),
        (lambda: torch.quantize_per_channel(torch.ones(2, 2), torch.ones(2), torch.zeros(2), 0, torch.qint8), "quant"),
        (lambda: torch.eye(3).to_sparse(), "is sparse"),
        (lambda: torch.eye(3).to_sparse_csr(), "is sparse"),
        (lambda: torch.eye(4).to_sparse_bsr((2, 2)), "is sparse"),
        (lambda: torch.empty(3, 3, device="meta"), r"has no values \(device meta\)"),
        (lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]), "is nested|is damaged"),
        (lambda: torch.ones(1, 1).expand(100_000, 100_000), "states tensors of 80,000,000,000 bytes"),
    ],
)
def test_tensors_without_plain_values_are_rejected(
    tmp_path: Path, tensor: Callable[[], torch.Tensor], message: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        content = {"first": tensor(), "second": tensor()}
        saved(tmp_path / "weights", content)
    with pytest.raises(Failure, match=message) as failure:
        read_checkpoint(tmp_path / "weights")
    assert "\n" not in failure.value.what
    assert failure.value.fix


def test_pickled_networks_and_arrays_are_named(tmp_path: Path) -> None:
    contents = {
        "contains more than tensors: torch.nn.modules.linear.Linear, which is code": torch.nn.Linear(2, 2),
        r"contains more than tensors: a NumPy object, numpy\._core\.multiarray\._reconstruct": {"w": np.zeros(3)},
        "contains more than tensors: pathlib": {"state_dict": TENSORS, "config": Path("x")},
    }
    for message, content in contents.items():
        for old in (False, True):
            with pytest.raises(Failure, match=message) as failure:
                read_checkpoint(saved(tmp_path / "weights", content, old=old))
            assert "\n" not in failure.value.what
            assert failure.value.fix


@pytest.mark.parametrize("protocol", [4, 5])
def test_later_protocols_of_pickle_are_named(tmp_path: Path, protocol: int) -> None:
    torch.save(TENSORS, tmp_path / "weights", pickle_protocol=protocol)
    with pytest.raises(Failure, match="is pickled with protocol 4 or 5"):
        read_checkpoint(tmp_path / "weights")


def zipped_again(path: Path, method: int, top: str = "") -> Path:
    """Write the members of a checkpoint into another zip file."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(path.with_name("again"), "w", method) as new:
        for info in old.infolist():
            new.writestr(top + info.filename, old.read(info))
    return path.with_name("again")


def test_compressed_checkpoint_is_read(tmp_path: Path) -> None:
    found = read_checkpoint(zipped_again(saved(tmp_path / "weights", TENSORS), zipfile.ZIP_DEFLATED))
    assert all(torch.equal(found[name], tensor) for name, tensor in TENSORS.items())
    with pytest.raises(Failure, match="far more than its size explains"):
        bomb = saved(tmp_path / "weights", {"w": torch.zeros(4200, 4200)})
        read_checkpoint(zipped_again(bomb, zipfile.ZIP_DEFLATED))


def test_unpacked_and_archived_checkpoints_are_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "weights.pth", TENSORS)
    with pytest.raises(Failure, match="was unpacked and zipped again"):
        read_checkpoint(zipped_again(path, zipfile.ZIP_STORED, "Downloads/"))
    with zipfile.ZipFile(tmp_path / "net.zip", "w") as archive:
        archive.write(path, "net/weights.pth")
    with pytest.raises(Failure, match=r"is a zip archive with one checkpoint: net/weights\.pth") as failure:
        read_checkpoint(tmp_path / "net.zip")
    assert "member" in failure.value.fix
    with pytest.raises(Failure, match="is a directory"):
        read_checkpoint(tmp_path)


def test_onnx_graph_is_named(tmp_path: Path, make_graph: Callable[..., onnx.ModelProto]) -> None:
    (tmp_path / "weights.pth").write_bytes(make_graph({"x": [1]}, {"y": [1]}).SerializeToString())
    with pytest.raises(Failure, match="is an ONNX graph, not a checkpoint") as failure:
        read_checkpoint(tmp_path / "weights.pth")
    assert "family: onnx" in failure.value.fix


def test_safetensors_of_an_unknown_type_are_rejected(tmp_path: Path) -> None:
    header = b'{"w":{"dtype":"F4X","shape":[2],"data_offsets":[0,2]}}  '
    (tmp_path / "weights").write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0")
    with pytest.raises(Failure, match=r"safetensors file|of a type that torch lacks"):
        read_checkpoint(tmp_path / "weights")


@pytest.mark.parametrize("kind", ["new", "old", "safetensors"])
def test_mutated_file_gives_tensors_or_one_failure(tmp_path: Path, kind: str) -> None:
    path, tensors = tmp_path / "weights", {"conv.weight": torch.randn(4, 3, 3, 3), "conv.bias": torch.randn(4)}
    if kind == "safetensors":
        save_file(tensors, path)
    else:
        saved(path, {"state_dict": tensors, "epoch": 3}, old=kind == "old")
    content, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(100):
        broken = bytearray(content)
        for position in rng.integers(0, len(content), rng.integers(1, 5)):
            broken[position] = rng.integers(256)
        path.write_bytes(broken)
        try:
            read_checkpoint(path)
        except Failure as failure:
            assert "\n" not in failure.what
            assert len(str(failure)) < 1000
