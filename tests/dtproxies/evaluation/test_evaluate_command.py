"""What is kept of an evaluation, and how cards and reports come to state it; darktable is a formula here."""

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
id: some # kept
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
    """darktable's exposure, as a formula."""

    def __init__(self) -> None:
        self.asked = 0

    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]:
        for request in requests:
            self.asked += 1
            stops, black = (float(request.sliders[name]) for name in ("exposure", "black"))
            yield ((request.image - black) / (2.0**-stops - black)).astype(request.image.dtype)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A directory of models with an untrained proxy."""
    directory = tmp_path / "models" / f"proxy-{MODULE}"
    directory.mkdir(parents=True)
    given = load_definition("exposure")
    store(directory / "weights.safetensors", given.network(), given.module, darktable="5.4.1", seed=1)
    (directory / "card.yaml").write_text(CARD)
    (directory / "REPORT.md").write_text(REPORT)
    return directory


@pytest.fixture
def oracle(monkeypatch: pytest.MonkeyPatch) -> Oracle:
    """Stands in for darktable wherever the command looks for it."""
    one = Oracle()

    @contextmanager
    def session(name: str, images: Path, use: str, *, side: int) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(definition=load_definition(name), renderer=one, darktable="5.4.1", photographs=[])

    monkeypatch.setattr(command, "SIDE", 32)
    monkeypatch.setattr(command, "session", session)
    monkeypatch.setattr(command, "find", lambda: SimpleNamespace(version="5.4.1"))
    return one


ASKED = EvaluateOptions(images=Path("unused"), pairs=4)


def evaluation(directory: Path) -> Evaluation:
    kept = read_stored(directory)
    assert kept is not None
    return kept.evaluation


def test_what_is_kept_is_read_as_it_was_written(model: Path, oracle: Oracle) -> None:
    found = evaluate(
        load_definition("exposure"),
        torch_runner(load_definition("exposure"), model / "weights.safetensors"),
        oracle,
        [],
        console=QUIET,
        pairs=4,
        side=32,
    )
    kept = StoredEvaluation(darktable="5.4.1", weights="0", code="1", evaluation=found)
    assert store_results(model, kept) == read_stored(model)
    assert store_results(model, store_results(model, kept)) == read_stored(model)
    assert evaluation(model).proxy["display_psnr"].mean == pytest.approx(found.proxy["display_psnr"].mean, rel=1e-5)
    assert len(found.rows) == 4
    assert found.numbers == sum(one.numel() for one in load_definition("exposure").network().parameters())


def test_a_broken_record_is_named(model: Path) -> None:
    (model / NAME).write_text("{}")
    with pytest.raises(Failure, match=r"figures\.json.*not a stored evaluation"):
        read_stored(model)


def test_fewer_pairs_are_the_first_of_the_standard_ones(model: Path, oracle: Oracle) -> None:
    run = torch_runner(load_definition("exposure"), model / "weights.safetensors")
    few, more = (
        evaluate(load_definition("exposure"), run, oracle, [], console=QUIET, pairs=pairs, side=32, brief=True)
        for pairs in (3, 6)
    )
    assert few.rows == more.rows[:3]
    assert not few.nearest
    assert not few.tables


def test_the_figures_go_into_card_and_report_and_nothing_else_changes(model: Path, oracle: Oracle) -> None:
    evaluate_module(QUIET_OUT, "exposure", ASKED, weights=model / "weights.safetensors", onnx=None, write=True)
    found = evaluation(model)
    card = (model / "card.yaml").read_text()
    before, after = CARD.split("evaluation:", maxsplit=1)[0], CARD[CARD.index("\n# of the demo") :]
    assert card.startswith(before)
    assert card.endswith(after)
    stated = yaml.safe_load(card)["evaluation"][0]
    assert stated["mean"] == round(found.proxy["display_psnr"].mean, 1)
    assert stated["command"].endswith("--pairs 4")
    report = (model / "REPORT.md").read_text()
    assert report.startswith("# Report\n\nBefore.\n\n" + BEGIN)
    assert report.endswith(END + "\n\nAfter.\n")
    assert "| PSNR | 1 |" not in report
    assert f"{found.proxy['display_psnr'].worst:.1f}" in report


def test_writing_twice_changes_nothing(model: Path, oracle: Oracle) -> None:
    run = torch_runner(load_definition("exposure"), model / "weights.safetensors")
    found = evaluate(load_definition("exposure"), run, oracle, [], console=QUIET, pairs=4, side=32)
    card, report = with_evaluation(CARD, found, "card"), with_results(REPORT, found, "report")
    assert with_evaluation(card, found, "card") == card
    assert with_results(report, found, "report") == report


def test_a_card_without_evaluation_gets_it_at_the_end_and_one_in_brackets_loses_it(model: Path, oracle: Oracle) -> None:
    run = torch_runner(load_definition("exposure"), model / "weights.safetensors")
    found = evaluate(load_definition("exposure"), run, oracle, [], console=QUIET, pairs=4, side=32)
    assert with_evaluation("id: one\n", found, "").startswith(
        "id: one\nevaluation:\n- metric: PSNR, sRGB display-referred\n"
    )
    bracketed = with_evaluation("id: one\nevaluation: [] # none\ndemo: {}\n", found, "")
    assert list(yaml.safe_load(bracketed)) == ["id", "evaluation", "demo"]
    assert len(yaml.safe_load(bracketed)["evaluation"]) == 3


def test_nothing_is_stored_without_markers_or_card(model: Path, oracle: Oracle) -> None:
    (model / "REPORT.md").write_text("# Report without markers\n")
    with pytest.raises(Failure, match=r"REPORT\.md.*has no markers"):
        evaluate_module(QUIET_OUT, "exposure", ASKED, weights=model / "weights.safetensors", onnx=None, write=True)
    assert not (model / NAME).exists()
    assert (model / "card.yaml").read_text() == CARD
    (model / "card.yaml").unlink()
    with pytest.raises(Failure, match=r"card\.yaml.*no card"):
        evaluate_module(QUIET_OUT, "exposure", ASKED, weights=model / "weights.safetensors", onnx=None, write=True)


def test_a_missing_report_is_written_with_module_source_and_results(model: Path, oracle: Oracle) -> None:
    (model / "REPORT.md").unlink()
    evaluate_module(QUIET_OUT, "exposure", ASKED, weights=model / "weights.safetensors", onnx=None, write=True)
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


def test_stored_results_are_written_again_without_darktable(
    model: Path, oracle: Oracle, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = model.parent / "page.md"
    evaluate_all(QUIET_OUT, model.parent, ASKED, table=table)
    texts = {path: path.read_text() for path in (model / "card.yaml", model / "REPORT.md", table)}
    monkeypatch.setattr(command, "find", lambda: pytest.fail("darktable is not needed"))
    (model / "card.yaml").write_text(CARD)
    table.unlink()
    rewrite_all(QUIET_OUT, model.parent, table=table)
    assert {path: path.read_text() for path in texts} == texts
    (model / "weights.safetensors").write_bytes(b"other")
    with pytest.raises(Failure, match="other weights"):
        rewrite_all(QUIET_OUT, model.parent)


def test_stored_results_of_no_proxy_are_a_failure(model: Path) -> None:
    with pytest.raises(Failure, match="no proxy has stored results"):
        rewrite_all(QUIET_OUT, model.parent)


def test_figures_of_a_graph_are_not_kept(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "runner", lambda *_: None)
    with pytest.raises(WrongUsage, match="stored for weights"):
        evaluate_module(QUIET_OUT, "exposure", ASKED, weights=None, onnx=Path("a.onnx"), write=True)


def test_all_proxies_are_evaluated_once_and_again_when_weights_change(model: Path, oracle: Oracle) -> None:
    table = model.parent / "page.md"
    evaluate_all(QUIET_OUT, model.parent, ASKED, table=table)
    first, asked = table.read_text(), oracle.asked
    assert "| exposure | " in first
    evaluate_all(QUIET_OUT, model.parent, ASKED, table=table)
    assert oracle.asked == asked
    assert table.read_text() == first
    given = load_definition("exposure")
    store(model / "weights.safetensors", given.network(), given.module, darktable="5.4.1", seed=2)
    evaluate_all(QUIET_OUT, model.parent, EvaluateOptions(images=Path("unused")), table=table)
    assert oracle.asked > asked
    assert evaluation(model).pairs == 4, "as many as were kept"


def test_a_directory_without_proxies_is_a_failure(tmp_path: Path, oracle: Oracle) -> None:
    with pytest.raises(Failure, match="no proxy has weights"):
        evaluate_all(QUIET_OUT, tmp_path, ASKED)


def test_figures_hold_for_the_same_weights_code_darktable_and_pairs_only(model: Path, oracle: Oracle) -> None:
    evaluate_all(QUIET_OUT, model.parent, ASKED)
    kept = read_stored(model)
    assert kept is not None
    same = {"code": kept.code, "darktable": "5.4.1", "pairs": 4}
    assert is_current(kept, model, **same)
    assert is_current(kept, model, **{**same, "code": None})
    for changed in ({"code": "0"}, {"darktable": "5.4.2"}, {"pairs": 5}):
        assert not is_current(kept, model, **{**same, **changed})


def test_what_falls_short_of_the_target_is_said(model: Path, oracle: Oracle) -> None:
    run = torch_runner(load_definition("exposure"), model / "weights.safetensors")
    found = evaluate(load_definition("exposure"), run, oracle, [], console=QUIET, pairs=4, side=32)
    low = replace(found, proxy={**found.proxy, "display_psnr": MetricSummary(mean=91.0, p5=79.96, worst=60.0)})
    assert low.short == ("p5 80.0 of 80", "worst 60.0 of 70")
    assert "worst 60.0 of 70" in page([low], "5.4.1")
    assert "missed by p5 80.0 of 80, worst 60.0 of 70" in with_results(REPORT, low, "")


def test_a_copy_of_a_model_is_judged_on_its_own(model: Path, oracle: Oracle, tmp_path: Path) -> None:
    evaluate_all(QUIET_OUT, model.parent, ASKED)
    other = tmp_path / "others" / f"proxy-{MODULE}"
    shutil.copytree(model, other)
    before = oracle.asked
    evaluate_all(QUIET_OUT, other.parent, ASKED)
    assert oracle.asked == before
