"""Openness classes of a card: Open Source AI Definition 1.0, Model Openness Framework 1.0, and the FSF's criteria.

OSAID (https://opensource.org/ai/open-source-ai-definition) has one class, Open Source AI. It requires weights and all
code under open terms, and enough information about the data for a skilled person to build an equivalent system. The two
classes below it are darktable's. MOF is by White and others (https://arxiv.org/abs/2403.13784); the requirements of
each class follow the Linux Foundation's tool. The FSF requires free training data as well
(https://www.fsf.org/news/fsf-is-working-on-freedom-in-machine-learning-applications).
"""

from __future__ import annotations

from dtbase.system.last_result import cache_last
from dtmodels.card.model import Card
from dtmodels.openness import data
from dtmodels.openness.components import prove_component, prove_either
from dtmodels.openness.proof import Derivation, Proof, Step, all_of


@cache_last
def osaid(card: Card) -> Derivation:
    """Derive the OSAID class: open-weights, open-model or open-source-ai, each with its proof."""
    return Derivation(
        name="OSAID",
        steps=(
            _step("open-weights", prove_component(card, "parameters")),
            _step("open-model", prove_component(card, "architecture"), prove_component(card, "inference_code")),
            _step("open-source-ai", prove_component(card, "training_code"), data.prove_described(card)),
        ),
    )


@cache_last
def mof(card: Card) -> Derivation:
    """Derive the MOF class: III, II or I, each with its proof."""
    class_three = ("architecture", "parameters", "evaluation_results", "model_card", "data_card")
    class_two = ("training_code", "inference_code", "evaluation_code", "evaluation_data")
    class_one = ("data_preprocessing_code", "intermediate_parameters", "research_paper")
    report = prove_either(card, "technical_report", "research_paper")
    return Derivation(
        name="MOF",
        steps=(
            _step("III", *(prove_component(card, name) for name in class_three), report),
            _step("II", *(prove_component(card, name) for name in class_two)),
            _step("I", data.prove_open(card), *(prove_component(card, name) for name in class_one)),
        ),
    )


def fsf(card: Card) -> Proof:
    """Prove that weights, code and all training data are free, by the criteria of the FSF."""
    parts = [
        _prove_free_licence("weights free", card.license.weights, "weights"),
        _prove_free_licence("code free", card.license.code, "code"),
        prove_component(card, "training_code"),
        data.prove_free(card),
    ]
    return all_of("free by the criteria of the FSF", tuple(parts))


def _prove_free_licence(claim: str, licence: str, field: str) -> Proof:
    free = data.is_free_licence(licence)
    because = f"{licence} is {'' if free else 'not '}free"
    return Proof(claim=claim, holds=free, because=because, where=("license", field), fix="state another licence")


def _step(level: str, *parts: Proof) -> Step:
    return Step(level=level, proof=all_of(level, parts))
