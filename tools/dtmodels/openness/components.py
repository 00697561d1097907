"""Proofs that the components of a model are published under a suitable open licence; used by `derive`.

A component counts where its location can hold it; see `locations`. Software licences suit code; data and content
licences suit weights, data and documents. An open licence of another kind is accepted with a remark. A public paper or
report without a stated licence is accepted with a remark, too. The Model Openness Framework requires an open licence
there, but publishers hardly ever grant one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from dtmodels.card.model import Card, Component
from dtmodels.licence import licence_verdict
from dtmodels.licence.openness import is_open_data, is_osi_approved, made_for
from dtmodels.openness.locations import location_flaw, shortened
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
    """Prove that a component is published under an open licence, at a place that can hold it."""
    stated = _statements(card, name)
    title = name.replace("_", " ")
    claim = f"{title} open"
    if not [one for one in stated if one.license != "NOASSERTION"] and (published := _publication_url(card, name)):
        flaw = location_flaw(card, name, published) or next((one.flaw for one in stated if one.flaw), "")
        if not flaw:
            because = f"it is publicly readable, {_evidence(published)}"
            where: FieldPath = ("publication", "url")
            return Proof(claim=claim, holds=True, because=because, where=where, remark="its licence is not stated")
    if not stated:
        return Proof(
            claim=claim,
            holds=False,
            because=f"the card states no {title}",
            where=("openness", "components", name),
            fix=f"state licence and location of the {title} under openness.components.{name}, once published",
        )
    proofs = [_prove_statement(name, one) for one in stated]
    return next((proof for proof in proofs if not proof.holds), proofs[0])


def _prove_statement(name: str, stated: _Statement) -> Proof:
    title = name.replace("_", " ")
    if stated.flaw:
        fix = f"name the address of the {title} itself, or leave it out until it is published"
        because = f"{shortened(stated.location)} {stated.flaw}"
        where = (*stated.where, stated.field)
        return Proof(claim=f"{title} open", holds=False, because=because, where=where, fix=fix, reported=True)
    proof = prove_licence(title, KINDS[name], stated.license, stated.license_field)
    evidence = _evidence(stated.location)
    return replace(proof, because=f"{proof.because}, {evidence}") if proof.holds and evidence else proof


def _evidence(location: str) -> str:
    """How a location is known: looked up in the repository, or only claimed."""
    if location in ("", "self"):
        return ""
    return f"claimed at {shortened(location)}, not checked" if "://" in location else f"in {location}"


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
        invalid = licence_verdict(licence).status == "invalid"
        return Proof(claim=f"{title} open", holds=False, because=because, where=where, fix=fix, reported=invalid)
    remark = ""
    if not made_for(licence) <= _SUITABLE[kind]:
        remark = f"{licence} is open, but not written for {_NOUNS[kind]}"
    because = f"the licence is {licence}"
    return Proof(claim=f"{title} open", holds=True, because=because, where=where, remark=remark)


_PUBLISHED = {
    "technical_report": ("peer-reviewed", "preprint", "report"),
    "research_paper": ("peer-reviewed", "preprint"),
}


def _publication_url(card: Card, name: str) -> str:
    """URL of the card's publication if it serves as this component, else empty."""
    published = card.publication
    return published.url or "" if published and published.kind in _PUBLISHED.get(name, ()) else ""


_NOUNS: dict[Kind, str] = {"code": "code", "data": "data or weights", "document": "documents"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    """What a card says about a component in one of its fields."""

    where: FieldPath
    license: str
    license_field: FieldPath
    location: str = ""
    field: str = "location"
    """Name of the field with the location."""
    flaw: str = ""
    """Why the location cannot hold the component."""


def _statements(card: Card, name: str) -> list[_Statement]:
    """What the card states about a component; each licence once for each field."""
    found: list[_Statement] = []
    listed: Component | None = card.openness.components.get(name) if card.openness else None
    if listed:
        where: FieldPath = ("openness", "components", name)
        flaw = location_flaw(card, name, listed.location) or listed.flaw
        found.append(
            _Statement(
                where=where,
                license=listed.license,
                license_field=(*where, "license"),
                location=listed.location,
                flaw=flaw,
            )
        )
    if name == "parameters" and card.checkpoints:
        licence: FieldPath = ("license", "weights")
        found.append(_Statement(where=licence, license=card.license.weights, license_field=licence))
    if name == "training_code" and (code := card.training.code):
        where = ("training", "code")
        flaw = "" if code.url == "self" else location_flaw(card, name, code.url)
        found.append(
            _Statement(
                where=where,
                license=code.license,
                license_field=(*where, "license"),
                location=code.url,
                field="url",
                flaw=flaw,
            )
        )
    if name in ("architecture", "inference_code") and not listed:
        licence = ("license", "code")
        found.append(_Statement(where=licence, license=card.license.code, license_field=licence))
    return found
