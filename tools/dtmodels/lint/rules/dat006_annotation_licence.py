"""The licence of annotations is not stated as the licence of the images.

The authors of masks or captions own these, but not the images. The annotations of COCO are under CC-BY-4.0; its
photographs belong to thousands of Flickr users.

Fix: Write the licence of the images into `license` and the licence of the annotations into `annotations`.

Authority: https://github.com/cocodataset/cocoapi/issues/551

Bad::

    - {name: COCO, license: CC-BY-4.0, ...}

Good::

    - {name: COCO, license: LicenseRef-Mixed-Per-Item, annotations: {license: CC-BY-4.0}, ...}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_datasets
from dtmodels.openness.known_data import better_licence, known_datasets, states_annotation_licence

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Find datasets whose annotations have a separate licence in the registry."""
    for where, data in described_datasets(subject.card):
        for known in known_datasets(data):
            if states_annotation_licence(data, known) and better_licence(data.license, known.license):
                what = f"{data.license} covers only the annotations of {known.name}: {known.note} ({known.source})"
                fix = f"write license: {known.license}, annotations: {{license: {known.annotations}}}"
                yield RuleResult(where=(*where, "license"), what=what, fix=fix)
