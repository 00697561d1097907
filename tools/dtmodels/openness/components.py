"""The components of a model, each with the proof that it is published under an open licence that suits it.

What a component is made for decides which licence suits it: software licences suit code, data and content licences
suit weights, data and documents. An open licence of the wrong kind holds, with a remark. So does a paper or a report
that anybody can read under the licence of its publisher, which hardly ever is an open one: the framework asks for an
open licence, and nobody would reach a class if that were taken by the letter.
"""

from __future__ import annotations

from typing import Literal

from dtmodels.card.model import Card, Component
from dtmodels.licence.openness import is_open_data, is_osi_approved, made_for
from dtmodels.openness.proof import Proof
from dtmodels.yaml.document import Where

Kind = Literal["code", "data", "document"]
KINDS: dict[str, Kind] = {
    "architecture": "code",
    "training_code": "code",
    "inference_code": "code",
    "evaluation_code": "code",
    "data_preprocessing_code": "code",
    "parameters": "data",
    "intermediate_parameters": "data",
    "datasets": "data",
    "evaluation_data": "data",
    "evaluation_results": "document",
    "model_card": "document",
    "data_card": "document",
    "technical_report": "document",
    "research_paper": "document",
}
_SUITABLE: dict[Kind, set[str]] = {
    "code": {"software", "anything"},
    "data": {"data", "content", "model", "anything"},
    "document": {"content", "documentation", "data", "anything"},
}


def prove_component(card: Card, name: str) -> Proof:
    """The proof that a component is published and open."""
    stated = _stated_licences(card, name)
    words = name.replace("_", " ")
    if not [licence for licence, _ in stated if licence != "NOASSERTION"] and _is_publication(card, name):
        remark = "its licence is not stated"
        because = "it can be read by anybody"
        return Proof(claim=f"{words} open", holds=True, because=because, where=("publication", "url"), remark=remark)
    if not stated:
        return Proof(
            claim=f"{words} open",
            holds=False,
            because=f"the card names no {words}",
            where=("openness", "components", name),
            fix=f"name licence and place of the {words} under openness.components.{name}, once published",
        )
    proofs = [prove_licence(words, KINDS[name], licence, where) for licence, where in stated]
    return next((proof for proof in proofs if not proof.holds), proofs[0])


def prove_either(card: Card, first: str, second: str) -> Proof:
    """The proof of `first`, or of `second` where that holds instead."""
    wanted, instead = prove_component(card, first), prove_component(card, second)
    return instead if instead.holds and not wanted.holds else wanted


def prove_licence(words: str, kind: Kind, licence: str, where: Where) -> Proof:
    """The proof that something under a licence is open; `where` is the field that states the licence."""
    code = kind == "code"
    if not (is_osi_approved(licence) if code else is_open_data(licence) or is_osi_approved(licence)):
        wanted = "approved by the Open Source Initiative" if code else "an open licence"
        because = f"{licence} is not {wanted}"
        fix = f"state another licence, should the {words} have one"
        return Proof(claim=f"{words} open", holds=False, because=because, where=where, fix=fix)
    remark = ""
    if not made_for(licence) <= _SUITABLE[kind]:
        remark = f"{licence} is open, but was not written for {_NOUNS[kind]}"
    because = f"the licence is {licence}"
    return Proof(claim=f"{words} open", holds=True, because=because, where=where, remark=remark)


_PUBLISHED = {
    "technical_report": ("peer-reviewed", "preprint", "report"),
    "research_paper": ("peer-reviewed", "preprint"),
}


def _is_publication(card: Card, name: str) -> bool:
    """Whether the publication of the card is what a component asks for."""
    return card.publication is not None and card.publication.kind in _PUBLISHED.get(name, ())


_NOUNS: dict[Kind, str] = {"code": "code", "data": "data or weights", "document": "documents"}


def _stated_licences(card: Card, name: str) -> list[tuple[str, Where]]:
    """Each licence the card states for a component, with its field."""
    found: list[tuple[str, Where]] = []
    listed: Component | None = card.openness.components.get(name) if card.openness else None
    if listed:
        found.append((listed.license, ("openness", "components", name, "license")))
    if name == "parameters" and card.checkpoints:
        found.append((card.license.weights, ("license", "weights")))
    if name == "training_code" and card.training.code:
        found.append((card.training.code.license, ("training", "code", "license")))
    if name in ("architecture", "inference_code") and not listed:
        found.append((card.license.code, ("license", "code")))
    return found
