"""Licences as values for pages and `api/v1`: the verdict on an expression, and the reviewed row of each licence."""

from __future__ import annotations

from typing import Any

from dtmodels.licence import licence_verdict
from dtmodels.licence.openness import data_status, is_free_software, is_osi_approved
from dtmodels.licence.table import LicenceTable
from dtmodels.site.slugs import slug


def verdict_values(expression: str) -> dict[str, Any]:
    """The verdict on a licence expression of weights, with reason and authority of each licence that applies."""
    verdict = licence_verdict(expression)
    applicable = [
        {
            "licence": part.text,
            "slug": slug(part.text),
            "status": part.status,
            "reason": part.reason,
            "authority": part.authority,
            "url": part.url,
        }
        for part in verdict.applicable
    ]
    return {"expression": expression, "status": verdict.status, "applicable": applicable}


def licence_values(licence: str) -> dict[str, Any]:
    """What is known about one licence, and on whose authority; `reviewed` is empty where no review exists."""
    table = LicenceTable.load()
    row, verdict = table.rows.get(licence), licence_verdict(licence)
    values = {
        "id": licence,
        "slug": slug(licence),
        "status": verdict.status,
        "osi_approved": is_osi_approved(licence),
        "free_software": is_free_software(licence),
        "as_data": data_status(licence),
        "reason": "; ".join(part.reason for part in verdict.applicable),
        "authority": "",
        "url": "",
        "reviewed": "",
        "certainty": "",
        "note": "",
    }
    if row is None:
        return values
    authority = table.authorities.get(row.authority, row.authority)
    details = {"url": row.url, "reviewed": row.reviewed, "certainty": row.certainty, "note": row.note}
    return {**values, "authority": authority, **details}
