"""Stored results, and their way into cards and reports, with a formula as the renderer."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from dtbase.system.errors import Failure, WrongUsage
from dtbase.terminal.console import Console
from dtproxies.darktable.renderer import Request
from dtproxies.evaluation import command
from dtproxies.evaluation.card_section import with_evaluation
from dtproxies.evaluation.command import EvaluateOptions, evaluate_all, evaluate_module
from dtproxies.evaluation.documents import rewrite_all
from dtproxies.evaluation.report_section import BEGIN, END, with_results
from dtproxies.evaluation.results import Evaluation
from dtproxies.evaluation.results_table import page
from dtproxies.evaluation.run import evaluate
from dtproxies.evaluation.stored_results import NAME, StoredEvaluation, is_current, read_stored, store_results
from dtproxies.images.image import Pixels
from dtproxies.images.metrics import MetricSummary
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.runners import torch_runner
from dtproxies.proxy.weights import store

QUIET = Console(quiet=True)
QUIET_OUT = Console(StringIO(), StringIO(), quiet=True)
MODULE = "exposure"
CARD = """\
# a card
id: some # a comment
evaluation:
  - metric: PSNR # typed by hand
    mean: 1.0

# of the demo
demo:
  images: [a.png]
"""
REPORT = """\
# Report

Before.

| Figure | Mean |
| --- | --- |
| PSNR | 1 |

After.
"""


class Oracle:
    """Fake renderer: darktable's exposure as a formula; counts its renders."""

    def __init__(self) -> None:
        self.renders = 0

    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]:
        for request in requests:
            self.renders += 1
            stops, black = (float(request.sliders[name]) for name in ("exposure", "black"))
            yield ((request.image - black) / (2.0**-stops - black)).astype(request.image.dtype)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Write a model directory with an untrained proxy."""
    directory = tmp_path / "models" / f"proxy-{MODULE}"
    directory.mkdir(parents=True)
    definition = load_definition("exposure")
    store(directory / "weights.safetensors", definition.network(), definition.module, darktable="5.4.1", seed=1)
    (directory / "card.yaml").write_text(CARD)
    (directory / "REPORT.md").write_text(REPORT)
    return directory


@pytest.fixture
def oracle(monkeypatch: pytest.MonkeyPatch) -> Oracle:
    """Replace darktable by a fake renderer in the command."""
    fake = Oracle()

    @contextmanager
    def session(name: str, images: Path, use: str, *, side: int) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(definition=load_definition(name), renderer=fake, darktable="5.4.1", photographs=[])

    monkeypatch.setattr(command, "SIDE", 32)
    monkeypatch.setattr(command, "session", session)
    monkeypatch.setattr(command, "find", lambda: SimpleNamespace(version="5.4.1"))
    return fake


OPTIONS = EvaluateOptions(images=Path("unused"), pairs=4)


def evaluation(directory: Path) -> Evaluation:
    stored = read_stored(directory)
    assert stored is not None
    return stored.evaluation


def test_stored_results_round_trip(model: Path, oracle: Oracle) -> None:
    result = evaluate(
        load_definition("exposure"),
        torch_runner(load_definition("exposure"), model / "weights.safetensors"),
        oracle,
        [],
        console=QUIET,
        pairs=4,
        side=32,
    )
    stored = StoredEvaluation(darktable="5.4.1", weights="0", code="1", evaluation=result)
    assert store_results(model, stored) == read_stored(model)
    assert store_results(model, store_results(model, stored)) == read_stored(model)
    assert evaluation(model).proxy["display_psnr"].mean == pytest.approx(result.proxy["display_psnr"].mean, rel=1e-5)
    assert len(result.rows) == 4
    assert result.numbers == sum(one.numel() for one in load_definition("exposure").network().parameters())


def test_broken_stored_results_are_rejected(model: Path) -> None:
    (model / NAME).write_text("{}")
    with pytest.raises(Failure, match=r"figures\.json.*not a stored evaluation"):
        read_stored(model)


def test_fewer_pairs_are_the_first_standard_pairs(model: Path, oracle: Oracle) -> None:
    run = torch_runner(load_definition("exposure"), model / "weights.safetensors")
    few, more = (
        evaluate(load_definition("exposure"), run, oracle, [], console=QUIET, pairs=pairs, side=32, brief=True)
        for pairs in (3, 6)
    )
    assert few.rows == more.rows[:3]
    assert not few.nearest
    assert not few.tables


def test_results_are_written_into_card_and_report_only(model: Path, oracle: Oracle) -> None:
    evaluate_module(QUIET_OUT, "exposure", OPTIONS, weights=model / "weights.safetensors", onnx=None, write=True)
    result = evaluation(model)
    card = (model / "card.yaml").read_text()
    before, after = CARD.split("evaluation:", maxsplit=1)[0], CARD[CARD.index("\n# of the demo") :]
    assert card.startswith(before)
    assert card.endswith(after)
    stated = yaml.safe_load(card)["evaluation"][0]
    assert stated["mean"] == round(result.proxy["display_psnr"].mean, 1)
    assert stated["command"].endswith("--pairs 4")
    report = (model / "REPORT.md").read_text()
    assert report.startswith("# Report\n\nBefore.\n\n" + BEGIN)
    assert report.endswith(END + "\n\nAfter.\n")
    assert "| PSNR | 1 |" not in report
    assert f"{result.proxy['display_psnr'].worst:.1f}" in report


def test_writing_twice_changes_nothing(model: Path, oracle: Oracle) -> None:
    run = torch_runner(load_definition("exposure"), model / "weights.safetensors")
    result = evaluate(load_definition("exposure"), run, oracle, [], console=QUIET, pairs=4, side=32)
    card, report = with_evaluation(CARD, result, "card"), with_results(REPORT, result, "report")
    assert with_evaluation(card, result, "card") == card
    assert with_results(report, result, "report") == report


def test_missing_or_inline_evaluation_section_of_a_card(model: Path, oracle: Oracle) -> None:
    run = torch_runner(load_definition("exposure"), model / "weights.safetensors")
    result = evaluate(load_definition("exposure"), run, oracle, [], console=QUIET, pairs=4, side=32)
    assert with_evaluation("id: one\n", result, "").startswith(
        "id: one\nevaluation:\n- metric: PSNR, sRGB display-referred\n"
    )
    bracketed = with_evaluation("id: one\nevaluation: [] # none\ndemo: {}\n", result, "")
    assert list(yaml.safe_load(bracketed)) == ["id", "evaluation", "demo"]
    assert len(yaml.safe_load(bracketed)["evaluation"]) == 3


def test_nothing_is_stored_without_markers_or_card(model: Path, oracle: Oracle) -> None:
    (model / "REPORT.md").write_text("# Report without markers\n")
    with pytest.raises(Failure, match=r"REPORT\.md.*has no markers"):
        evaluate_module(QUIET_OUT, "exposure", OPTIONS, weights=model / "weights.safetensors", onnx=None, write=True)
    assert not (model / NAME).exists()
    assert (model / "card.yaml").read_text() == CARD
    (model / "card.yaml").unlink()
    with pytest.raises(Failure, match=r"card\.yaml.*no card"):
        evaluate_module(QUIET_OUT, "exposure", OPTIONS, weights=model / "weights.safetensors", onnx=None, write=True)


def test_missing_report_is_written(model: Path, oracle: Oracle) -> None:
    (model / "REPORT.md").unlink()
    evaluate_module(QUIET_OUT, "exposure", OPTIONS, weights=model / "weights.safetensors", onnx=None, write=True)
    report = (model / "REPORT.md").read_text()
    assert report.startswith("# Report: a proxy of darktable's exposure\n")
    assert "| exposure | -3 to 4 EV | 0 |" in report
    assert "blob/release-5.4.1/src/iop/exposure.c" in report
    assert "| `rate` | 0.5 | 0.5 |" in report
    assert "## How it works\n\nTODO" in report
    assert "| PSNR, sRGB display-referred (dB, capped at 150) | " in report
    assert "    dtproxies evaluate exposure --weights" in report
    (model / "REPORT.md").write_text(report.replace("TODO: state the formula", "By hand: the formula"))
    rewrite_all(QUIET_OUT, model.parent)
    assert "By hand: the formula" in (model / "REPORT.md").read_text()


def test_rewriting_stored_results_needs_no_darktable(
    model: Path, oracle: Oracle, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = model.parent / "page.md"
    evaluate_all(QUIET_OUT, model.parent, OPTIONS, table=table)
    texts = {path: path.read_text() for path in (model / "card.yaml", model / "REPORT.md", table)}
    monkeypatch.setattr(command, "find", lambda: pytest.fail("darktable is not needed"))
    (model / "card.yaml").write_text(CARD)
    table.unlink()
    rewrite_all(QUIET_OUT, model.parent, table=table)
    assert {path: path.read_text() for path in texts} == texts
    (model / "weights.safetensors").write_bytes(b"other")
    with pytest.raises(Failure, match="other weights"):
        rewrite_all(QUIET_OUT, model.parent)


def test_rewriting_without_stored_results_fails(model: Path) -> None:
    with pytest.raises(Failure, match="no proxy has stored results"):
        rewrite_all(QUIET_OUT, model.parent)


def test_results_of_a_graph_are_not_stored(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "runner", lambda *_: None)
    with pytest.raises(WrongUsage, match="stored for weights"):
        evaluate_module(QUIET_OUT, "exposure", OPTIONS, weights=None, onnx=Path("a.onnx"), write=True)


def test_changed_weights_are_evaluated_again(model: Path, oracle: Oracle) -> None:
    table = model.parent / "page.md"
    evaluate_all(QUIET_OUT, model.parent, OPTIONS, table=table)
    first, renders = table.read_text(), oracle.renders
    assert "| exposure | " in first
    evaluate_all(QUIET_OUT, model.parent, OPTIONS, table=table)
    assert oracle.renders == renders
    assert table.read_text() == first
    definition = load_definition("exposure")
    store(model / "weights.safetensors", definition.network(), definition.module, darktable="5.4.1", seed=2)
    evaluate_all(QUIET_OUT, model.parent, EvaluateOptions(images=Path("unused")), table=table)
    assert oracle.renders > renders
    assert evaluation(model).pairs == 4, "the stored number of pairs is reused"


def test_directory_without_proxies_fails(tmp_path: Path, oracle: Oracle) -> None:
    with pytest.raises(Failure, match="no proxy has weights"):
        evaluate_all(QUIET_OUT, tmp_path, OPTIONS)


def test_stored_results_expire_with_weights_code_darktable_or_pairs(model: Path, oracle: Oracle) -> None:
    evaluate_all(QUIET_OUT, model.parent, OPTIONS)
    stored = read_stored(model)
    assert stored is not None
    same = {"code": stored.code, "darktable": "5.4.1", "pairs": 4}
    assert is_current(stored, model, **same)
    assert is_current(stored, model, **{**same, "code": None})
    for changed in ({"code": "0"}, {"darktable": "5.4.2"}, {"pairs": 5}):
        assert not is_current(stored, model, **{**same, **changed})


def test_missed_targets_are_reported(model: Path, oracle: Oracle) -> None:
    run = torch_runner(load_definition("exposure"), model / "weights.safetensors")
    result = evaluate(load_definition("exposure"), run, oracle, [], console=QUIET, pairs=4, side=32)
    low = replace(result, proxy={**result.proxy, "display_psnr": MetricSummary(mean=91.0, p5=79.96, worst=60.0)})
    assert low.short == ("p5 80.0 of 80", "worst 60.0 of 70")
    assert "worst 60.0 of 70" in page([low], "5.4.1")
    assert "missed by p5 80.0 of 80, worst 60.0 of 70" in with_results(REPORT, low, "")


def test_copied_model_reuses_its_stored_results(model: Path, oracle: Oracle, tmp_path: Path) -> None:
    evaluate_all(QUIET_OUT, model.parent, OPTIONS)
    other = tmp_path / "others" / f"proxy-{MODULE}"
    shutil.copytree(model, other)
    before = oracle.renders
    evaluate_all(QUIET_OUT, other.parent, OPTIONS)
    assert oracle.renders == before
