"""An unsuitable checkpoint is one error that names file and cause, and leaves no files."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from dtbase.terminal.cli_group import run_cli
from dtmodels.build.workspace import Workspace
from dtmodels.command.cli import cli
from dtmodels.families._nafnet import NAFNet

Add = Callable[..., Path]
State = dict[str, Tensor]
TINY = "{width: 4, encoder_blocks: [1], middle_blocks: 1, decoder_blocks: [1]}"


class Code:
    """A pickle that runs a command when it is loaded carelessly."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.system, ("touch ran",)


@pytest.fixture
def card(add_model: Add) -> Path:
    """The card of a small NAFNet with its checkpoint in the same directory."""
    path = add_model("denoise-toy", sha256="SHA256", bytes="BYTES") / "card.yaml"
    text = path.read_text().replace("file: model.onnx", "file: weights.pth").replace("name: model\n", "name: weights\n")
    path.write_text(text.replace("family: onnx", f"family: nafnet\n  options: {TINY}"))
    (path.parent / "model.onnx").unlink()
    return path


@pytest.fixture
def state() -> State:
    """Tensors that fit the network."""
    return NAFNet(4, (1,), 1, (1,)).state_dict()


def store(card: Path, content: object) -> None:
    """Write the checkpoint from tensors or raw bytes, and its digest and size into the card."""
    path = card.parent / "weights.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch deprecates some kinds of tensors
            torch.save(content, path)
    data = path.read_bytes()
    text = card.read_text().replace("SHA256", hashlib.sha256(data).hexdigest()).replace("BYTES", str(len(data)))
    card.write_text(text)


def wide(state: State) -> object:
    return {"params": NAFNet(6, (1,), 1, (1,)).state_dict()}


def deep(state: State) -> object:
    return {"params": NAFNet(4, (1, 1), 1, (1, 1)).state_dict()}


def longer(state: State) -> object:
    return {"params": state | {"stranger": torch.ones(2)}}


def shorter(state: State) -> object:
    return {"params": {name: tensor for name, tensor in state.items() if name != "intro.bias"}}


def turned(state: State) -> object:
    return {"params": state | {"intro.bias": torch.ones(1, 4)}}


def infinite(state: State) -> object:
    return {"params": state | {"intro.bias": torch.full([4], torch.inf)}}


def code(state: State) -> object:
    return {"params": state, "surprise": Code()}


def unclear(state: State) -> object:
    return {"generator": state, "generator_ema": state}


def complex_numbers(state: State) -> object:
    return {"params": {name: tensor.to(torch.complex64) for name, tensor in state.items()}}


def integers(state: State) -> object:
    return {"params": {name: tensor.to(torch.int8) for name, tensor in state.items()}}


def quantised(state: State) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {"params": {name: torch.quantize_per_tensor(one, 0.1, 0, torch.qint8) for name, one in state.items()}}


def sparse(state: State) -> object:
    return {"params": {name: tensor.to_sparse() for name, tensor in state.items()}}


def meta(state: State) -> object:
    return {"params": {name: tensor.to("meta") for name, tensor in state.items()}}


def module(state: State) -> object:
    return NAFNet(4, (1,), 1, (1,))


def pointer(state: State) -> object:
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 116861841\n" % (b"1" * 64)


def page(state: State) -> object:
    return b"<!DOCTYPE html><html><body>Sign in</body></html>"


FACTS = {
    wide: "of another shape: intro.weight",
    deep: "unexpected: ",
    longer: "1 unexpected: stranger",
    shorter: "1 missing: intro.bias",
    turned: "1 of another shape: intro.bias (1x4 for 4)",
    infinite: "tensor 'intro.bias' contains NaN or infinite values",
    code: "contains more than tensors",
    unclear: "has several dictionaries of tensors: generator (",
    complex_numbers: "of another kind than the network's: complex64, not float32",
    integers: "of another kind than the network's: int8, not float32",
    quantised: "is quantised",
    sparse: "is sparse",
    meta: "has no values",
    module: "contains more than tensors: dtmodels.families._nafnet.NAFNet",
    pointer: "is a pointer of Git LFS to 116,861,841 bytes",
    page: "is a web page, not a checkpoint",
}


@pytest.fixture
def rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], None]:
    """Check that `dtmodels convert` fails with one error that contains `fact`, and leaves no files."""

    def assert_rejected(fact: str) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit) as ended:
            run_cli(cli, "dtmodels", ["--root", ".", "convert", "denoise-toy"])
        message = capsys.readouterr().err
        assert ended.value.code == 1
        assert message.count("error: ") == 1
        assert "fix: " in message
        assert len(message.splitlines()) <= 4
        assert "weights.pth" in message
        assert fact in message
        assert "Traceback" not in message
        assert not list(Workspace(tmp_path).output.rglob("*.onnx"))
        assert not list(Workspace(tmp_path).output.rglob("*.part"))
        assert not (tmp_path / "ran").exists()

    return assert_rejected


@pytest.mark.parametrize("make", FACTS, ids=lambda make: make.__name__)
def test_unsuitable_checkpoint(
    card: Path, state: State, rejected: Callable[[str], None], make: Callable[[State], object]
) -> None:
    store(card, make(state))
    rejected(FACTS[make])


def test_truncated_checkpoint(card: Path, state: State, rejected: Callable[[str], None], tmp_path: Path) -> None:
    torch.save({"params": state}, tmp_path / "whole")
    store(card, (tmp_path / "whole").read_bytes()[:-200])
    rejected("is a truncated zip file")


def test_checkpoint_with_another_digest(card: Path, state: State, rejected: Callable[[str], None]) -> None:
    store(card, {"params": state})
    path = card.parent / "weights.pth"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    rejected("not the file that the card specifies")
