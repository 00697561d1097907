"""The model reaches a class of the Model Openness Framework.

Class III requires the network, its weights, its results, and descriptions of model and data, all under open licences.
Users need these to evaluate a model.

Fix: Publish what is missing and name it under openness.components. Otherwise state in a limitation what is missing, and
have a maintainer accept MOF003.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    openness: {osaid: open-weights, mof: none, components: {}}

Good::

    openness:
      osaid: open-weights
      mof: III
      components:
        architecture: {license: MIT, location: "https://github.com/owner/network"}
        parameters: {license: CC-BY-4.0, location: weights.safetensors}
        evaluation_results: {license: CC-BY-4.0, location: README.md}
        model_card: {license: CC-BY-4.0, location: card.yaml}
        data_card: {license: CC-BY-4.0, location: card.yaml}
        technical_report: {license: CC-BY-4.0, location: "https://doi.org/10.1000/182"}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._claims import describe_gaps, unreported
from dtmodels.lint.rules._data import is_unfinished_draft
from dtmodels.openness.derive import mof

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Report that no class is derived; MOF001 reports a claim above it."""
    openness = subject.card.openness
    if openness is None or openness.mof != "none" or is_unfinished_draft(subject.card):
        return
    derived = mof(subject.with_bases)
    if derived.level == "none":
        gaps = unreported(derived.missing("III"))
        what = f"the facts support no MOF class: {describe_gaps(gaps)}"
        if gaps:
            yield RuleResult(where=("openness", "mof"), what=what, fix=gaps[0].fix)
