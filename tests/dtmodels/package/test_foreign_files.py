"""Files of a package that are neither graph, card, config nor licence."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dtmodels.findings.check_report import CheckProblem
from dtmodels.package.foreign_files import check_files

TEXT = b"Copyright 2026 the authors. Permission is granted.\n"


def zipped(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return data.getvalue()


def problems(tmp_path: Path, name: str, content: bytes, *expected: str) -> list[CheckProblem]:
    path = tmp_path / "toy" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return list(check_files(tmp_path / "toy", expected))


@pytest.mark.parametrize(
    "name",
    [
        "config.json",
        "model.onnx",
        "card.yaml",
        "README.md",
        "LICENSE",
        "LICENCE.txt",
        "COPYING",
        "licenses/NOTICE-onnx",
    ],
)
def test_graph_card_config_and_licence_are_expected(tmp_path: Path, name: str) -> None:
    assert problems(tmp_path, name, TEXT) == []


def test_file_with_weights_of_a_graph_is_expected(tmp_path: Path) -> None:
    assert problems(tmp_path, "model.onnx.data", bytes(100), "model.onnx.data") == []


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("weights.pth", pickle.dumps({"a": 1}), "pickle"),
        ("weights.pkl", TEXT, "pickle"),
        ("notes.txt", pickle.dumps({"a": 1}), "pickle"),
        ("weights.bin", zipped("a/data.pkl", "a/version"), "checkpoint of PyTorch"),
        ("install.py", TEXT, "script"),
        ("setup.BAT", TEXT, "script"),
        ("extra/run", b"#!/bin/sh\nid\n", "script"),
        ("README.md", b"#!/usr/bin/env python\n", "script"),
        ("op.dll", TEXT, "program"),
        ("libop.so.1.24", b"\x7fELF" + bytes(60), "program"),
        ("LICENSE", b"\x7fELF" + bytes(60), "program"),
        ("card.yaml", b"MZ\x90\0" + bytes(60), "program of Windows"),
        ("more.zip", zipped("a"), "zip archive"),
        ("more.dat", zipped("a"), "zip archive"),
        ("more.tgz", b"\x1f\x8b" + bytes(60), "gzip"),
        ("site.url", TEXT, "shortcut"),
        ("deep/er/model.dtmodel", TEXT, "archive"),
    ],
)
def test_program_or_archive_is_an_error(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    (problem,) = problems(tmp_path, name, content)
    assert (problem.severity, problem.code, problem.where) == ("error", "files.program", name)
    assert kind in problem.what
    assert problem.reason


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("thumbnail.png", b"\x89PNG\r\n\x1a\n", "neither graph"),
        ("model.ONNX", TEXT, "neither graph"),
        ("extra/model.onnx", TEXT, "neither graph"),
        ("config.jsn", b"{}", "neither graph"),
        ("LICENSE", np.random.default_rng(0).bytes(5000), "not the text"),
        ("README", b"\x89PNG\r\n\x1a\n", "an image, not the text"),
        ("LICENSE.txt", TEXT * 30_000, "more than"),
    ],
)
def test_other_file_is_a_warning(tmp_path: Path, name: str, content: bytes, word: str) -> None:
    (problem,) = problems(tmp_path, name, content)
    assert (problem.severity, problem.code, problem.where) == ("warning", "files.foreign", name)
    assert word in problem.what


def test_mistyped_name_gets_the_nearest(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "model.ONNX", TEXT)
    assert problem.fix == "leave it out; did you mean model.onnx?"


def test_pipe_is_an_error_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "README")
    (problem,) = check_files(tmp_path, ())
    assert (problem.severity, problem.code) == ("error", "files.special")


def test_directory_of_many_files_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dtmodels.package.foreign_files.MAX_FILES", 3)
    for number in range(5):
        (tmp_path / f"{number}.pkl").write_bytes(b"")
    (problem,) = check_files(tmp_path, ())
    assert problem.code == "files.many"
