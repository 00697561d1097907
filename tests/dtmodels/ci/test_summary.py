"""Review pages contain the facts a reviewer needs, and escape all text of cards and reports."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.files import sha256, write_json
from dtbase.terminal.cli_group import run_cli
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.ci.built_model import read_released
from dtmodels.ci.summary import summary
from dtmodels.command.cli import cli
from dtmodels.findings.check_report import CheckReport, FileFacts, ModelFacts, TensorFacts, error, warning
from dtmodels.package.config_writer import SEED_KEY
from tests.fake_github import Asset, FakeGitHub, Fault, Release
from tests.support.injection_strings import INJECTION_STRINGS
from tests.support.markdown_parser import RenderedPage

Add = Callable[..., Path]
Build = Callable[..., Workspace]
TENSOR = TensorFacts(name="input", dtype="float32", shape=(1, 3, 256, 256))
GRAPH = FileFacts(name="model.onnx", bytes=1234, opset=18, ir=10, inputs=(TENSOR,), outputs=(TENSOR,))
METRICS = {"latency_ms model": 20.0, "psnr_db_worst": 61.25}


def finish(root: Path, report: CheckReport, *, package: bytes = b"x" * 1000, seed: int | None = None) -> Workspace:
    """Write the build results of `denoise-toy` without running the stages."""
    workspace = Workspace(root)
    write_json(workspace.report("denoise-toy"), report.as_json())
    write_json(workspace.model("denoise-toy") / "config.json", {} if seed is None else {SEED_KEY: seed})
    workspace.package("denoise-toy").write_bytes(package)
    return workspace


def report(*problems: Any, metrics: dict[str, float] | None = None) -> CheckReport:
    facts = ModelFacts(id="denoise-toy", task="denoise", version="1.0", files=(GRAPH,), figures=metrics or METRICS)
    return CheckReport(where="denoise-toy", problems=problems, facts=facts)


def page(root: Path, capsys: pytest.CaptureFixture[str], **options: Any) -> str:
    summary(root, ["denoise-toy"], Console(), **{"base": None, "released": None, **options})
    return capsys.readouterr().out


def row(text: str, name: str) -> str:
    """Return the cells of a row after its first one."""
    lines = [line for line in text.splitlines() if line.startswith(f"| {name} |")]
    assert len(lines) == 1, text
    return lines[0].removeprefix(f"| {name} | ").removesuffix(" |")


@pytest.fixture(autouse=True)
def no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_STEP_SUMMARY", "ARTIFACT_URL", "GITHUB_RUN_ID", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def built(add_model: Add, tmp_path: Path) -> Workspace:
    add_model()
    return finish(tmp_path, report())


def test_page_contains_grade_licence_classes_package_tensors_and_data(
    built: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    text = page(built.root, capsys)
    assert row(text, "grade") == "**open**; not accepted: REP007"
    assert row(text, "licence of the weights") == "`GPL-3.0-or-later`, compatible with GPL-3.0-or-later"
    assert row(text, "OSAID") == "open-source-ai, open-weights claimed"
    assert row(text, "darktable") == "runs it"
    assert row(text, "package") == f"1,000 bytes; sha256 `{sha256(built.package('denoise-toy'))}`"
    assert "| `model.onnx` | inputs | `input` | `float32` | `1 × 3 × 256 × 256` |" in text
    assert "| [Nothing](https://www.darktable.org/nothing) | train | `CC0-1.0` |" in text
    assert "<summary>Data: 1 dataset</summary>" in text
    assert "parameters open: the licence is GPL-3.0-or-later" in text


def test_latency_and_parity_are_compared_with_the_base(
    built: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = finish(tmp_path / "base", report(metrics={"latency_ms model": 16.0}), package=b"x" * 900)
    text = page(built.root, capsys, base=base.root)
    assert row(text, "latency model (ms)") == "20 | 16 | +25.0%"
    assert row(text, "psnr worst (dB)") == "61.25 |  | "
    assert row(text, "package").startswith("1,000 bytes, +100 compared with the base")


def test_missing_base_gives_no_comparison(built: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = page(built.root, capsys, base=tmp_path / "nowhere")
    assert row(text, "latency model (ms)") == "20 |  | "


def released(root: Path, version: str, size: int = 800, digest: str = "0" * 64) -> Path:
    texts = {"name": "toy", "description": "toy", "task": "denoise", "license": "MIT"}
    model = {"version": version, "sha256": f"sha256:{digest}", "size": size, **texts}
    write_json(root / "versions.json", {"schema": 1, "models": {"denoise-toy": model}})
    return root / "versions.json"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.9", "replace 0.9 by 1.0, 800 by 1,000 bytes (+25.0%)"),
        ("1.0", "keep the released 1.0: this build differs, and needs a higher version to be published"),
        ("1.1", "fail: 1.0 is lower than the released 1.1"),
    ],
)
def test_page_describes_effect_of_next_release(
    built: Workspace, capsys: pytest.CaptureFixture[str], version: str, expected: str
) -> None:
    last = read_released(released(built.root, version))
    assert row_of_release(page(built.root, capsys, released=last)) == expected


def row_of_release(text: str) -> str:
    return row(text, "a release would").replace("\\", "")


def test_bit_identical_package_is_retained(built: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    last = read_released(released(built.root, "1.0", digest=sha256(built.package("denoise-toy"))))
    assert row_of_release(page(built.root, capsys, released=last)) == "keep 1.0, which is bit-identical"


def test_new_model_is_added(built: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert row_of_release(page(built.root, capsys, released={})) == "add it as 1.0, 1,000 bytes"


def test_seeded_weights_are_reported_twice(add_model: Add, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_model()
    finish(tmp_path, report(), seed=0)
    text = page(tmp_path, capsys)
    assert row_of_release(text) == "fail: it has seeded weights"
    assert row(text, "darktable") == "runs it; **it has seeded weights**"


def test_page_of_an_unbuilt_model_uses_its_card_only(
    add_model: Add, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_model(status="draft")
    text = page(tmp_path, capsys)
    assert row_of_release(text) == "leave it out: its status is draft"
    assert row(text, "darktable") == "not validated: the model was not built"
    assert "Tensors" not in text


def test_validation_problems_are_listed(add_model: Add, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_model()
    finish(tmp_path, report(error("a.b", "model.onnx", "is <b>too</b> large"), warning("c.d", "x", "is odd", "fix it")))
    text = page(tmp_path, capsys)
    assert row(text, "darktable") == "fails: 1 error, 1 warning"
    assert r"| error | `model.onnx` | is \<b\>too\</b\> large |  |" in text
    assert "| warning | `x` | is odd | fix it |" in text


def test_refused_grade_names_the_rules(add_model: Add, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = add_model() / "card.yaml"
    card.write_text(card.read_text().replace("collection: synthetic", "collection: scraped").replace(
        "personal_data: none", "personal_data: people").replace("consent: not-needed", "consent: none"))  # fmt: skip
    finish(tmp_path, report())
    assert row(page(tmp_path, capsys), "grade").startswith("**refused**; refused by DAT004, DAT005")


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({"ARTIFACT_URL": "https://github.com/lab/models/actions/runs/7/artifacts/8"}, "/artifacts/8"),
        (
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "lab/models", "GITHUB_RUN_ID": "7"},
            "https://github.com/lab/models/actions/runs/7#artifacts",
        ),
        ({"ARTIFACT_URL": "javascript:alert(1)"}, ""),
        ({}, ""),
    ],
)
def test_demo_links_to_the_files_of_the_run(
    built: Workspace,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    url: str,
) -> None:
    built.demo("denoise-toy").mkdir(parents=True)
    (built.demo("denoise-toy") / "cat.png").write_bytes(b"")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    cell = row(page(built.root, capsys), "demo")
    assert cell.startswith("`demo/cat.png`")
    assert [target.endswith(url) for target in RenderedPage(cell).urls] == [True] * bool(url)


def test_page_goes_to_the_step_summary_on_a_runner(
    built: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(built.root / "summary.md"))
    assert page(built.root, capsys) == "denoise-toy: written to the summary of this step\n"
    assert "| grade | **open**" in (built.root / "summary.md").read_text()


@pytest.mark.parametrize("words", INJECTION_STRINGS)
def test_text_of_cards_and_reports_is_escaped(
    add_model: Add, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    plain = outline(add_model, tmp_path, capsys, "harmless")
    assert outline(add_model, tmp_path, capsys, words) == plain


def outline(add_model: Add, root: Path, capsys: pytest.CaptureFixture[str], words: str) -> list[Any]:
    """Return the elements of a page whose card and report contain `words` in every free-text field."""
    quoted = "'" + words.replace("'", "''") + "'"
    card = add_model() / "card.yaml"
    text = card.read_text()
    for old, new in {
        "name: toy denoiser": f"name: {quoted}",
        "description: Returns the input image unchanged, for tests of the stages": f"description: {quoted}",
        "name: Nothing": f"name: {quoted}",
        "provenance: Written by hand as one constant in 2026, so there is no data behind it": f"provenance: {quoted}",
        "text: Removes no noise at all, because it returns its input unchanged": f"text: {quoted}",
        "[Test Author]": f"[{quoted}]",
    }.items():
        assert old in text
        text = text.replace(old, new)
    card.write_text(text)
    tensor = dataclasses.replace(TENSOR, name=words, shape=(1, words))
    graph = dataclasses.replace(GRAPH, name=words, inputs=(tensor,))
    facts = ModelFacts(files=(graph,), figures={f"latency_ms {words}": 1.0})
    finish(root, CheckReport(where="x", problems=(error("a.b", words, words, words),), facts=facts))
    written = page(root, capsys)
    assert not any(line.lstrip().startswith(("::", "##[")) for line in written.splitlines())
    return RenderedPage(written).elements


@pytest.mark.parametrize(
    "broken", ["", "[]", "{}", '{"ok": true, "problems": [], "facts": {"files": [], "figures": {"a": "b"}}}']
)
def test_broken_report_is_one_failure(built: Workspace, capsys: pytest.CaptureFixture[str], broken: str) -> None:
    built.report("denoise-toy").write_text(broken)
    with pytest.raises(Failure) as failed:
        page(built.root, capsys)
    assert failed.value.where.endswith("validate.json")


def test_versions_json_is_validated_against_its_schema(tmp_path: Path) -> None:
    path = tmp_path / "versions.json"
    path.write_text(json.dumps({"schema": 1, "models": {"denoise-toy": {"version": "<b>"}}}))
    with pytest.raises(Failure, match="breaks"):
        read_released(path)
    with pytest.raises(Failure, match="no such file"):
        read_released(tmp_path / "nowhere.json")


def test_unknown_model_is_wrong_usage(built: Workspace) -> None:
    with pytest.raises(WrongUsage):
        summary(built.root, ["denoise-tou"], Console(), base=None, released=None)


def summary_against_latest(root: Path, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> int:
    for name, value in github.environment().items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as exited:
        run_cli(cli, "dtmodels", ["--root", str(root), "summary", "denoise-toy", "--released", "latest"])
    return int(exited.value.code or 0)


def test_model_is_added_before_the_first_release(
    built: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeGitHub(built.root / "github") as github:
        assert summary_against_latest(built.root, github, monkeypatch) == 0
    assert row_of_release(capsys.readouterr().out) == "add it as 1.0, 1,000 bytes"


def test_page_is_written_without_comparison_if_github_fails(
    built: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeGitHub(built.root / "github") as github:
        github.fail(Fault(kind="status", path="/releases", times=0, status=404))
        assert summary_against_latest(built.root, github, monkeypatch) == 0
    captured = capsys.readouterr()
    assert "cannot read the latest release" in captured.err
    assert row_of_release(captured.out).startswith("publish 1.0, 1,000 bytes, unless that version is published")


def test_page_compares_with_the_highest_published_version(
    built: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeGitHub(built.root / "github") as github:
        for number, (tag, version) in enumerate([("v1.9.0", "0.8"), ("v1.10.0", "0.9"), ("v2.0.0-rc.1", "0.7")], 1):
            data = released(built.root, version).read_bytes()
            asset = Asset(id=number, name="versions.json", state="uploaded", size=len(data), digest=None)
            github.state.blob(asset).parent.mkdir(parents=True, exist_ok=True)
            github.state.blob(asset).write_bytes(data)
            github.state.releases.append(Release(id=number, tag_name=tag, prerelease="rc" in tag, assets=[asset]))
        assert summary_against_latest(built.root, github, monkeypatch) == 0
    assert row_of_release(capsys.readouterr().out).startswith("replace 0.9 by 1.0")
