"""Formats that cannot become a card are recognised, whatever else the file holds, and told what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from dtbase.system.errors import WrongUsage
from dtmodels.importing.import_card import import_card

LONG = "# padding\n" * 20_000
CASES = {
    "BioImage.IO": [
        ("rdf.yaml", "format_version: 0.4.9\nid: x/y\ntype: model\nname: UNet\nlicense: MIT\nweights: {}\n"),
        ("rdf.yaml", f"id: x\nname: UNet\nformat_version: '0.5.3'\nauthors: [{{name: A}}]\ncite: []\n{LONG}"),
        ("model.yaml", "name: a\nformat_version: 0.3.0\ninputs: []\noutputs: []\n"),
        ("rdf.json", '{\n  "format_version": "0.5.0",\n  "type": "model"\n}'),
    ],
    "Model Openness Framework": [
        ("mof.yml", "framework:\n  name: 'Model Openness Framework'\n  version: '1.0'\nrelease:\n  name: Still\n"),
        ("mof.json", '{"framework": {"name": "Model Openness Framework"}, "release": {"name": "Still"}}'),
        ("any.yaml", "release: {name: Still}\nframework: {name: Model Openness Framework}\n"),
    ],
    "an SPDX document": [
        ("m.spdx", "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nPackageName: Still\n"),
        ("m.spdx.json", '{"spdxVersion": "SPDX-2.3", "name": "Still", "id": "x", "packages": []}'),
        ("m.spdx.yaml", f"spdxVersion: SPDX-2.2\nname: Still\n{LONG}"),
        (
            "ai.json",
            '{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [{"type": "ai_AIPackage"}]}',
        ),
        ("m.rdf", '<?xml version="1.0"?>\n<rdf:RDF xmlns:spdx="http://spdx.org/rdf/terms#"/>'),
    ],
    "a CycloneDX document": [
        ("bom.json", '{"bomFormat": "CycloneDX", "components": [{"type": "machine-learning-model"}]}'),
        ("bom.xml", '<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>'),
    ],
    "Croissant": [
        ("data.json", '{"@context": {"cr": "http://mlcommons.org/croissant/"}, "conformsTo": "x", "name": "Still"}'),
    ],
    "a citation file": [("CITATION.cff", "cff-version: 1.2.0\ntitle: Still\n")],
    "a card of this repository": [("card.yaml", "# yaml-language-server: x\nschema: 1\nid: x\ntask: denoise\n")],
    "the config.json of a package": [("config.json", '{"id": "x", "name": "X", "task": "denoise", "backend": "onnx"}')],
    "for transformers": [("config.json", '{"architectures": ["DPT"], "model_type": "dpt"}')],
    "of a dataset": [("README.md", "---\nlicense: mit\ntask_categories: [depth-estimation]\n---\n# Rooms\n")],
    "about many models": [
        ("users.json", '{"a-author": {"name": "A. Author"}}'),
        ("models.json", '{"4x-A": {"name": "A", "architecture": "dat", "resources": []}}'),
    ],
}


@pytest.mark.parametrize(
    ("title", "name", "text"), [(title, name, text) for title, files in CASES.items() for name, text in files]
)
def test_format_is_named_with_what_to_do_instead(tmp_path: Path, title: str, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(WrongUsage) as refused:
        import_card(tmp_path / name)
    assert title in refused.value.what
    assert refused.value.where == str(tmp_path / name)
    assert "dtmodels new" in refused.value.fix or "name the" in refused.value.fix or "move it" in refused.value.fix


@pytest.mark.parametrize(
    "text",
    [
        "id: x\ntask: mask\ndescription: 'a model of BioImage.IO; format_version: 0.5'\n",
        "id: x\ntask: mask\nname: Model Openness Framework\n",
        "id: x\ntask: mask\n# SPDXVersion: see the release\n",
    ],
)
def test_a_word_about_another_format_is_no_mark_of_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.yaml").write_text(text)
    assert "id: x" in import_card(tmp_path / "model.yaml").text
