"""A file is recognised by its content, and the refusal says what to do."""

from __future__ import annotations

import gzip
import io
import pickle
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from dtbase.system.errors import Failure
from dtbase.system.recognise import file_kind

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 67046751\n" % (b"5" * 64)


def zipped(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(name, b"content")
    return data.getvalue()


def tarred(name: str) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:") as archive:
        archive.addfile(tarfile.TarInfo(name))
    return data.getvalue()


def array() -> bytes:
    data = io.BytesIO()
    np.save(data, np.zeros(3))
    return data.getvalue()


def graph() -> bytes:
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    model = helper.make_model(helper.make_graph([], "toy", [value], [value]), producer_name="pytorch")
    return bytes(model.SerializeToString())


@pytest.mark.parametrize(
    ("content", "name", "title"),
    [
        (b"", "empty", "an empty file"),
        (b"MZ\x90\0\3" + bytes(59), "program", "a program of Windows"),
        (b"MZ is no program", "text", "a text"),
        (b"\xcf\xfa\xed\xfe" + bytes(28), "program", "a program of macOS"),
        (b"#!/bin/sh\nrm -r /\n", "script", "a script"),
        (b"\xef\xbb\xbf\f", "text", "a text"),
        (bytes(100), "empty", "a file of zeros or blanks"),
        (bytes(5000), "zeros", "a file that begins with zeros or blanks only"),
        (POINTER, "lfs", "a pointer of Git LFS to 67,046,751 bytes"),
        (b"<!DOCTYPE html><html>Sign in</html>", "page", "a web page"),
        ("\n <HTML>gr\xfc\xdf</HTML>".encode("latin-1"), "page", "a web page"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "page", "an XML document"),
        (b'{"error": "Invalid username or password."}', "text", "a JSON text"),
        (b'{"metadata": {}, "weight_map": {"a": "model-00001-of-00002.safetensors"}}', "index", "the index"),
        (b"Entry not found", "text", "a text (Entry not found)"),
        (b".git/annex/objects/a/b/SHA256E-s12--ab.pth", "annex", "a pointer of git-annex"),
        (b"\x89HDF\r\n\x1a\n" + bytes(50), "hdf5", "an HDF5 file"),
        (array(), "numpy", "an array file of NumPy"),
        (graph(), "onnx", "an ONNX graph"),
        (b"\x1c\0\0\0TFL3" + bytes(50), "tflite", "a network of TensorFlow Lite"),
        (b"\x1c\0\0\0ORTM" + bytes(50), "ort", "a graph in ONNX Runtime's own format (.ort)"),
        (b'ir_version: 8\nproducer_name: "pytorch"\ngraph {}', "onnx-text", "an ONNX graph written as text"),
        (b'<\n   ir_version: 8,\n   opset_import: ["" : 17]\n>', "onnx-text", "an ONNX graph written as text"),
        (b'{"irVersion": "8", "graph": {}}', "onnx-text", "an ONNX graph written as text"),
        (b"\x08\0\0\0\0\0\0\0{}      ", "safetensors", "a safetensors file"),
        (pickle.dumps({"w": np.zeros(3)}), "pickle", "a pickle of NumPy arrays"),
        (pickle.dumps({"w": [1]}, protocol=0), "pickle", "a pickle of Python"),
        (pickle.dumps({"w": [1]}, protocol=4), "pickle", "a pickle of Python"),
        (tarred("sys_info"), "torch-tar", "a checkpoint of PyTorch before 0.1.10"),
        (tarred("net/weights.pth"), "tar", "a tar archive"),
        (gzip.compress(tarred("net/weights.pth"), mtime=0), "gzip", "a file compressed by gzip"),
        (zipped("net/weights.pth"), "zip", "a zip archive"),
        (zipped(), "zip", "an empty zip archive"),
        (zipped("net/weights.pth")[:-10], "truncated", "a truncated zip file"),
        (zipped("a/data.pkl", "a/version"), "torch", "a checkpoint of PyTorch"),
        (zipped("b/a/data.pkl", "b/a/version"), "rezipped", "unpacked and zipped again"),
        (zipped("a/data.pkl", "a/constants.pkl", "a/version"), "torchscript", "a TorchScript program"),
        (zipped("weight.npy", "bias.npy"), "npz", "an archive of NumPy arrays"),
        (zipped("config.json", "model.weights.h5"), "keras", "a network of Keras"),
    ],
    ids=lambda value: "content" if isinstance(value, bytes) else None,  # compressed bytes contain the time
)
def test_kind_of_content(tmp_path: Path, content: bytes, name: str, title: str) -> None:
    (tmp_path / "weights.pth").write_bytes(content)
    kind = file_kind(tmp_path / "weights.pth")
    assert kind is not None
    assert kind.name == name
    assert title in kind.title


def test_unknown_content_has_no_kind(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(np.random.default_rng(0).bytes(5000))
    assert file_kind(tmp_path / "weights.bin") is None


def test_directories_and_missing_files_are_named(tmp_path: Path) -> None:
    kind = file_kind(tmp_path)
    assert kind is not None
    assert str(kind.refusal("a checkpoint", where="weights")).startswith("weights: is a directory, not a checkpoint\n")
    with pytest.raises(Failure, match="there is no such file"):
        file_kind(tmp_path / "missing")


def test_refusal_of_a_pointer_says_how_to_get_the_file(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(POINTER)
    kind = file_kind(tmp_path / "model.onnx")
    assert kind is not None
    assert "git lfs pull" in kind.refusal("an ONNX graph", where="model.onnx", fix="export it again").fix
