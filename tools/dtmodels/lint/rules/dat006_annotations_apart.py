"""The licence of annotations is not passed off as the licence of the pictures.

Whoever draws masks or writes captions owns these, not the images below them. The annotations of COCO are under
CC-BY-4.0; its photographs belong to thousands of people on Flickr.

Fix: write the licence of the images into `license` and that of the labels into `annotations`.

Authority: https://github.com/cocodataset/cocoapi/issues/551

Bad::

    - {name: COCO, license: CC-BY-4.0, ...}

Good::

    - {name: COCO, license: LicenseRef-Mixed-Per-Item, annotations: {license: CC-BY-4.0}, ...}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_data
from dtmodels.openness.known_data import better_licence, known_datasets, states_annotation_licence

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Ask the registry for sets whose annotations have a licence of their own."""
    for where, data in described_data(subject.card):
        for known in known_datasets(data):
            if states_annotation_licence(data, known) and better_licence(data.license, known.license):
                what = (
                    f"{data.license} is the licence of the annotations of {known.name}: {known.note} ({known.source})"
                )
                fix = f"write license: {known.license}, annotations: {{license: {known.annotations}}}"
                yield RuleResult(where=(*where, "license"), what=what, fix=fix)
