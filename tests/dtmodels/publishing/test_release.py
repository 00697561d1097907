"""First, next and repeated release."""

from __future__ import annotations

import json

from dtmodels.publishing.plan import Plan
from tests.dtmodels.publishing.sample_collection import Collection


def ids(plan: Plan) -> list[str]:
    return [entry.card.id for entry in plan.build]


def test_first_release_builds_all_and_next_builds_new_versions(collection: Collection) -> None:
    result = collection.release("v1.0.0", {"denoise-one": "1.0", "denoise-two": "1.0"})
    assert not result.already
    first = collection.served("v1.0.0")
    assert {"denoise-one.dtmodel", "denoise-two-model.onnx", "versions.json", "SHA256SUMS", "release.json"} <= set(
        first
    )
    collection.tag("v1.1.0", {"denoise-two": "1.1"})
    assert ids(collection.plan("v1.1.0")) == ["denoise-two"]
    collection.assemble("v1.1.0")
    collection.publish("v1.1.0")
    second = collection.served("v1.1.0")
    assert second["denoise-one.dtmodel"] == first["denoise-one.dtmodel"]
    record = json.loads(second["release.json"])["models"]
    assert {name: model["built_in"] for name, model in record.items()} == {
        "denoise-one": "v1.0.0",
        "denoise-two": "v1.1.0",
    }
    assert collection.publish("v1.1.0").already
