"""Proofs that the components of a model are published under a suitable open licence; used by `derive`.

Software licences suit code; data and content licences suit weights, data and documents. An open licence of another kind
is accepted with a remark. A public paper or report without a stated licence is accepted with a remark, too. The Model
Openness Framework requires an open licence there, but publishers hardly ever grant one.
"""

from __future__ import annotations

from typing import Literal

from dtmodels.card.model import Card, Component
from dtmodels.licence.openness import is_open_data, is_osi_approved, made_for
from dtmodels.openness.proof import Proof
from dtmodels.yaml.document import FieldPath

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
    """Prove that a component is published under an open licence."""
    stated = _stated_licences(card, name)
    title = name.replace("_", " ")
    if not [licence for licence, _ in stated if licence != "NOASSERTION"] and _is_publication(card, name):
        remark = "its licence is not stated"
        because = "it is publicly readable"
        return Proof(claim=f"{title} open", holds=True, because=because, where=("publication", "url"), remark=remark)
    if not stated:
        return Proof(
            claim=f"{title} open",
            holds=False,
            because=f"the card states no {title}",
            where=("openness", "components", name),
            fix=f"state licence and location of the {title} under openness.components.{name}, once published",
        )
    proofs = [prove_licence(title, KINDS[name], licence, where) for licence, where in stated]
    return next((proof for proof in proofs if not proof.holds), proofs[0])


def prove_either(card: Card, first: str, second: str) -> Proof:
    """Prove `first`, or `second` if only that holds."""
    preferred, alternative = prove_component(card, first), prove_component(card, second)
    return alternative if alternative.holds and not preferred.holds else preferred


def prove_licence(title: str, kind: Kind, licence: str, where: FieldPath) -> Proof:
    """Prove that a licence is open for a kind of component; `where` is the card field that states the licence."""
    code = kind == "code"
    if not (is_osi_approved(licence) if code else is_open_data(licence) or is_osi_approved(licence)):
        requirement = "approved by the Open Source Initiative" if code else "an open licence"
        because = f"{licence} is not {requirement}"
        fix = f"state another licence for the {title}, if there is one"
        return Proof(claim=f"{title} open", holds=False, because=because, where=where, fix=fix)
    remark = ""
    if not made_for(licence) <= _SUITABLE[kind]:
        remark = f"{licence} is open, but not written for {_NOUNS[kind]}"
    because = f"the licence is {licence}"
    return Proof(claim=f"{title} open", holds=True, because=because, where=where, remark=remark)


_PUBLISHED = {
    "technical_report": ("peer-reviewed", "preprint", "report"),
    "research_paper": ("peer-reviewed", "preprint"),
}


def _is_publication(card: Card, name: str) -> bool:
    """True if the publication of the card serves as this component."""
    return card.publication is not None and card.publication.kind in _PUBLISHED.get(name, ())


_NOUNS: dict[Kind, str] = {"code": "code", "data": "data or weights", "document": "documents"}


def _stated_licences(card: Card, name: str) -> list[tuple[str, FieldPath]]:
    """The licences the card states for a component, each with its field."""
    licences: list[tuple[str, FieldPath]] = []
    listed: Component | None = card.openness.components.get(name) if card.openness else None
    if listed:
        licences.append((listed.license, ("openness", "components", name, "license")))
    if name == "parameters" and card.checkpoints:
        licences.append((card.license.weights, ("license", "weights")))
    if name == "training_code" and card.training.code:
        licences.append((card.training.code.license, ("training", "code", "license")))
    if name in ("architecture", "inference_code") and not listed:
        licences.append((card.license.code, ("license", "code")))
    return licences
