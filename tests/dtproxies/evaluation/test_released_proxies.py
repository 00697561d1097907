"""The proxies of this repository, found through their cards: what the cards claim is so."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from dtbase.system.files import sha256
from dtbase.terminal.console import Console
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtproxies.darktable.dump import dump
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import Field, ModuleLayout
from dtproxies.darktable.renderer import Request
from dtproxies.darktable.sidecar_writer import Step
from dtproxies.evaluation.card_section import DISPLAY_PSNR, LOG_PSNR
from dtproxies.evaluation.documents import documents
from dtproxies.evaluation.run import SIDE, evaluate
from dtproxies.evaluation.stored_results import read_stored
from dtproxies.images.image import DIRECTORY, chart, read_photographs
from dtproxies.images.metrics import compare
from dtproxies.images.mosaic import to_mosaic
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.proxy.runners import Runner, torch_runner
from dtproxies.proxy.sampling import sample
from dtproxies.proxy.weights import load
from dtproxies.render.open_renderer import open_renderer
from dtproxies.render.pairs import slider_values
from dtproxies.vocabulary.module import Slider

ROOT = Path(__file__).resolve().parents[3]
PROXIES = [entry for entry in Catalogue.load(ROOT).entries if entry.card.convert.family == "proxy"]
each = pytest.mark.parametrize("entry", PROXIES, ids=[entry.card.id for entry in PROXIES])
FITTED = [one for one in PROXIES if load_definition(one.card.convert.options["module"]).recipe.optimiser == "lbfgs"]
each_fitted = pytest.mark.parametrize("entry", FITTED, ids=[entry.card.id for entry in FITTED])
"""Those with a few constants in a known form, which hold beyond the useful ranges too."""
CLOSED_FORM = 60.0
"""Signal-to-noise ratio in dB that these keep where the figures of their cards do not reach."""
EVALUATED = [entry for entry in PROXIES if read_stored(entry.directory)]
each_evaluated = pytest.mark.parametrize("entry", EVALUATED, ids=[entry.card.id for entry in EVALUATED])
"""Those whose figures a command has written and kept."""
FIRST, UNLUCKY = 24, 5
"""Of the standard pairs so many are rendered again, and so many may be below what 95 % are said to reach: more would be
so once in a thousand times by chance."""
CORNER = 6.0
"""dB by which the end of a slider may be worse than the worst position drawn: twice the difference."""
ROUNDING = 100.0
"""dB above which only rounding differs, which is not the same on all processors and which sliders at their ends
enlarge."""


def weights_of(entry: CatalogueEntry) -> Path:
    return entry.directory / str(entry.card.checkpoints[0].file)


def module_of(entry: CatalogueEntry) -> ProxyDefinition:
    return load_definition(entry.card.convert.options["module"])


def runner_of(entry: CatalogueEntry) -> Runner:
    return torch_runner(module_of(entry), weights_of(entry))


def test_there_are_proxies() -> None:
    assert len(PROXIES) >= 2


@each
def test_golden_pairs_are_met_with_the_tolerance_of_the_card(entry: CatalogueEntry) -> None:
    module, run = module_of(entry).module, runner_of(entry)
    pairs = load_file(entry.directory / "golden.safetensors")
    assert entry.card.tolerance.psnr_db is not None
    for before, sliders, after in zip(pairs["input"], pairs["sliders"], pairs["output"], strict=True):
        made = run(before.transpose(1, 2, 0), sliders)
        assert compare(made, after.transpose(1, 2, 0), module).display_psnr > entry.card.tolerance.psnr_db


@each
def test_golden_pairs_show_the_module_at_work(entry: CatalogueEntry) -> None:
    pairs = load_file(entry.directory / "golden.safetensors")
    changed = [not np.array_equal(*ends) for ends in zip(pairs["input"], pairs["output"], strict=True)]
    assert sum(changed) >= len(changed) / 2


@each_fitted
def test_fitting_moved_the_constants_away_from_where_they_started(entry: CatalogueEntry) -> None:
    given = module_of(entry)
    fitted = load(weights_of(entry), given.module, given.network)
    for start, found in zip(given.network().parameters(), fitted.parameters(), strict=True):
        assert not torch.allclose(start, found, rtol=0.05)


@each_evaluated
def test_card_and_report_state_the_figures_that_were_kept_of_these_weights(entry: CatalogueEntry) -> None:
    kept = read_stored(entry.directory)
    assert kept is not None
    assert kept.weights == sha256(weights_of(entry)), "evaluate it again with --write"
    for path, text in documents(entry.directory, kept).items():
        assert path.read_text() == text


@each
@pytest.mark.darktable
@pytest.mark.slow
def test_reaches_its_figures(entry: CatalogueEntry, darktable: Darktable) -> None:
    given, kept = module_of(entry), read_stored(entry.directory)
    pictures, pairs = (
        read_photographs(ROOT / DIRECTORY, "evaluate"),
        min(FIRST, kept.evaluation.pairs if kept else FIRST),
    )
    with open_renderer(darktable, [given.module], height=SIDE, width=SIDE) as renderer:
        found = evaluate(
            given, runner_of(entry), renderer, pictures, console=Console(quiet=True), pairs=pairs, brief=True
        )
    if kept:
        for row, then in zip(found.rows, kept.evaluation.rows[:pairs], strict=True):
            assert row.name == then.name
            assert row.display_psnr > min(then.display_psnr, ROUNDING) - 1, row.name
            assert row.log_psnr > min(then.log_psnr, ROUNDING) - 1, row.name
    claimed = next(one for one in entry.card.evaluation if one.metric == DISPLAY_PSNR)
    assert claimed.p5 is not None
    assert sum(row.display_psnr < min(claimed.p5, ROUNDING) - 1 for row in found.rows) <= UNLUCKY
    checks = found.checks
    assert not checks.identity_error
    assert checks.tile_error is None or checks.tile_error < 1e-5
    # Two good methods of one thing differ less from each other than from nothing done.
    collapsed = max(found.identity["display_psnr"].mean + 3, found.proxy["display_psnr"].mean - 40)
    assert checks.shuffled_psnr is None or checks.shuffled_psnr < collapsed
    for one in found.behaviour:
        assert one.cosine is None or one.cosine > 0.9, one.slider


@each
@pytest.mark.darktable
def test_agrees_with_darktables_own_pipe(
    entry: CatalogueEntry, darktable: Darktable, layouts: dict[str, ModuleLayout]
) -> None:
    given, run = module_of(entry), runner_of(entry)
    module = given.module
    claimed = next(one for one in entry.card.evaluation if one.metric == DISPLAY_PSNR)
    mosaic = module.space == "raw"
    picture = chart(96, 5).pixels
    image = np.clip(to_mosaic(picture)[..., 0] * 15783 + 600, 0, 16383).astype(np.uint16) if mosaic else picture
    (position,) = sample(module, 1, seed=99, reachable=given.reachable)
    step = Step(module.name, slider_values(module, position))
    pipe = dump(darktable, image, [step], layouts)[module.name]
    assert not np.array_equal(pipe.input, pipe.output)
    assert compare(run(pipe.input, position), pipe.output, module).display_psnr > claimed.worst - 3


@each_fitted
@pytest.mark.darktable
def test_agrees_at_the_limits_of_darktables_own_sliders(entry: CatalogueEntry, darktable: Darktable) -> None:
    given, run = module_of(entry), runner_of(entry)
    module = given.module
    channels = 1 if module.space == "raw" else 3
    claimed = {one.metric: one.worst for one in entry.card.evaluation}
    image = np.random.default_rng(2).uniform(0, 60, (64, 80, channels)).astype(np.float32)
    with open_renderer(darktable, [module], height=64, width=80) as renderer:
        for number, slider in enumerate(module.sliders):
            for limit, judged in limits(slider, renderer.layouts[module.name].sliders[slider.name]):
                position = np.array([one.default for one in module.sliders])
                position[number] = limit
                if given.reachable and not given.reachable(position.tolist()):
                    continue
                (wanted,) = renderer.render_many([Request(module.name, image, slider_values(module, position))])
                found = compare(run(image, position), wanted, module)
                for reached, metric in ((found.display_psnr, DISPLAY_PSNR), (found.log_psnr, LOG_PSNR)):
                    least = min(claimed[metric] - CORNER, ROUNDING) if judged else CLOSED_FORM
                    assert reached > least, f"{slider.name} at {limit:g}: {metric} {reached:.1f}"


def limits(slider: Slider, field: Field) -> Iterator[tuple[float, bool]]:
    """Both ends to which darktable lets a slider go, those of the proxy where it names none, as for a switch; and
    whether the card's figures reach that far."""
    for own, end in ((slider.low, field.min), (slider.high, field.max)):
        limit = own if end is None else end
        yield limit, slider.low <= limit <= slider.high


@each
def test_weights_of_an_older_module_are_refused(entry: CatalogueEntry) -> None:
    given = module_of(entry)
    newer = replace(given.module, version=given.module.version + 1)
    with pytest.raises(Exception, match=f"version {given.module.version}, and this is .* {newer.version}"):
        load(weights_of(entry), newer, given.network)
