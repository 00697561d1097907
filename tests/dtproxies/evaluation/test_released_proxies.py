"""Proxies of this repository: checks of the statements in their cards."""

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
"""Proxies with an analytic model of few parameters, which is valid beyond the useful ranges."""
CLOSED_FORM = 60.0
"""Minimum PSNR in dB of these proxies outside the slider ranges of their cards."""
EVALUATED = [entry for entry in PROXIES if read_stored(entry.directory)]
each_evaluated = pytest.mark.parametrize("entry", EVALUATED, ids=[entry.card.id for entry in EVALUATED])
"""Proxies with stored results."""
FIRST, UNLUCKY = 24, 5
"""Number of standard pairs that are rendered again, and of pairs that may be below the stated 5th percentile; more are
below it by chance once in a thousand runs."""
CORNER = 6.0
"""Maximum loss in dB at the end of a slider, compared with the worst sampled position: twice the error."""
ROUNDING = 100.0
"""PSNR in dB above which only rounding differs, which depends on the CPU and grows at the ends of sliders."""


def weights_of(entry: CatalogueEntry) -> Path:
    return entry.directory / str(entry.card.checkpoints[0].file)


def module_of(entry: CatalogueEntry) -> ProxyDefinition:
    return load_definition(entry.card.convert.options["module"])


def runner_of(entry: CatalogueEntry) -> Runner:
    return torch_runner(module_of(entry), weights_of(entry))


def test_collection_has_proxies() -> None:
    assert len(PROXIES) >= 2


@each
def test_golden_pairs_are_within_the_cards_tolerance(entry: CatalogueEntry) -> None:
    module, run = module_of(entry).module, runner_of(entry)
    pairs = load_file(entry.directory / "golden.safetensors")
    assert entry.card.tolerance.psnr_db is not None
    for before, sliders, after in zip(pairs["input"], pairs["sliders"], pairs["output"], strict=True):
        output = run(before.transpose(1, 2, 0), sliders)
        assert compare(output, after.transpose(1, 2, 0), module).display_psnr > entry.card.tolerance.psnr_db


@each
def test_module_changes_most_golden_inputs(entry: CatalogueEntry) -> None:
    pairs = load_file(entry.directory / "golden.safetensors")
    changed = [not np.array_equal(*ends) for ends in zip(pairs["input"], pairs["output"], strict=True)]
    assert sum(changed) >= len(changed) / 2


@each_fitted
def test_fitted_parameters_differ_from_their_start_values(entry: CatalogueEntry) -> None:
    definition = module_of(entry)
    fitted = load(weights_of(entry), definition.module, definition.network)
    for start, found in zip(definition.network().parameters(), fitted.parameters(), strict=True):
        assert not torch.allclose(start, found, rtol=0.05)


@each_evaluated
def test_card_and_report_state_the_stored_results(entry: CatalogueEntry) -> None:
    stored = read_stored(entry.directory)
    assert stored is not None
    assert stored.weights == sha256(weights_of(entry)), "evaluate it again with --write"
    for path, text in documents(entry.directory, stored).items():
        assert path.read_text() == text


@each
@pytest.mark.darktable
@pytest.mark.slow
def test_evaluation_reproduces_the_stored_results(entry: CatalogueEntry, darktable: Darktable) -> None:
    definition, stored = module_of(entry), read_stored(entry.directory)
    photographs, pairs = (
        read_photographs(ROOT / DIRECTORY, "evaluate"),
        min(FIRST, stored.evaluation.pairs if stored else FIRST),
    )
    with open_renderer(darktable, [definition.module], height=SIDE, width=SIDE) as renderer:
        found = evaluate(
            definition, runner_of(entry), renderer, photographs, console=Console(quiet=True), pairs=pairs, brief=True
        )
    if stored:
        for row, stored_row in zip(found.rows, stored.evaluation.rows[:pairs], strict=True):
            assert row.name == stored_row.name
            assert row.display_psnr > min(stored_row.display_psnr, ROUNDING) - 1, row.name
            assert row.log_psnr > min(stored_row.log_psnr, ROUNDING) - 1, row.name
    stated = next(one for one in entry.card.evaluation if one.metric == DISPLAY_PSNR)
    assert stated.p5 is not None
    assert sum(row.display_psnr < min(stated.p5, ROUNDING) - 1 for row in found.rows) <= UNLUCKY
    checks = found.checks
    assert not checks.identity_error
    assert checks.tile_error is None or checks.tile_error < 1e-5
    # Two good methods differ less from each other than from the identity baseline.
    collapsed = max(found.identity["display_psnr"].mean + 3, found.proxy["display_psnr"].mean - 40)
    assert checks.shuffled_psnr is None or checks.shuffled_psnr < collapsed
    for one in found.behaviour:
        assert one.cosine is None or one.cosine > 0.9, one.slider


@each
@pytest.mark.darktable
def test_agrees_with_darktables_own_pipe(
    entry: CatalogueEntry, darktable: Darktable, layouts: dict[str, ModuleLayout]
) -> None:
    definition, run = module_of(entry), runner_of(entry)
    module = definition.module
    stated = next(one for one in entry.card.evaluation if one.metric == DISPLAY_PSNR)
    mosaic = module.space == "raw"
    source = chart(96, 5).pixels
    image = np.clip(to_mosaic(source)[..., 0] * 15783 + 600, 0, 16383).astype(np.uint16) if mosaic else source
    (position,) = sample(module, 1, seed=99, reachable=definition.reachable)
    step = Step(module.name, slider_values(module, position))
    pipe = dump(darktable, image, [step], layouts)[module.name]
    assert not np.array_equal(pipe.input, pipe.output)
    assert compare(run(pipe.input, position), pipe.output, module).display_psnr > stated.worst - 3


@each_fitted
@pytest.mark.darktable
def test_agrees_at_darktables_slider_limits(entry: CatalogueEntry, darktable: Darktable) -> None:
    definition, run = module_of(entry), runner_of(entry)
    module = definition.module
    channels = 1 if module.space == "raw" else 3
    stated = {one.metric: one.worst for one in entry.card.evaluation}
    image = np.random.default_rng(2).uniform(0, 60, (64, 80, channels)).astype(np.float32)
    with open_renderer(darktable, [module], height=64, width=80) as renderer:
        for number, slider in enumerate(module.sliders):
            for limit, in_range in limits(slider, renderer.layouts[module.name].sliders[slider.name]):
                position = np.array([one.default for one in module.sliders])
                position[number] = limit
                if definition.reachable and not definition.reachable(position.tolist()):
                    continue
                (expected,) = renderer.render_many([Request(module.name, image, slider_values(module, position))])
                found = compare(run(image, position), expected, module)
                for reached, metric in ((found.display_psnr, DISPLAY_PSNR), (found.log_psnr, LOG_PSNR)):
                    least = min(stated[metric] - CORNER, ROUNDING) if in_range else CLOSED_FORM
                    assert reached > least, f"{slider.name} at {limit:g}: {metric} {reached:.1f}"


def limits(slider: Slider, field: Field) -> Iterator[tuple[float, bool]]:
    """Yield both of darktable's limits of a slider, or else the proxy's, and whether they are in the proxy's range."""
    for own, end in ((slider.low, field.min), (slider.high, field.max)):
        limit = own if end is None else end
        yield limit, slider.low <= limit <= slider.high


@each
def test_weights_of_an_older_module_version_are_rejected(entry: CatalogueEntry) -> None:
    definition = module_of(entry)
    newer = replace(definition.module, version=definition.module.version + 1)
    with pytest.raises(Exception, match=f"version {definition.module.version}, not for .* {newer.version}"):
        load(weights_of(entry), newer, definition.network)
