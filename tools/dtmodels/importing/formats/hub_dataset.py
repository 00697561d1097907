"""README.md of a dataset on the Hugging Face Hub: its front matter has fields that a model has not."""

from __future__ import annotations

from dtmodels.importing.formats import FILL_IN
from dtmodels.importing.source import Source

TITLE = "the README of a dataset on the Hugging Face Hub"
INSTEAD = f"a dataset is no model: name the README of the model, or {FILL_IN} under training.datasets"
_FIELDS = {"dataset_info", "task_categories", "size_categories", "pretty_name", "annotations_creators"}


def recognise(source: Source) -> bool:
    """Return whether a page has front matter with a field of datasets."""
    if source.front_matter is None:
        return False
    values = source.document.values
    return isinstance(values, dict) and bool(_FIELDS & values.keys()) and "pipeline_tag" not in values
