"""Code of a model never sees a token, and shares no job with a right to write.

Converting a model runs code that strangers wrote: pickles, custom layers, a pull request. It may fill the
environment of later steps, so its job has read rights only, and no secrets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.workflows.checkers._files import File
from tests.workflows.contract.describe import tokens_of
from tests.workflows.policies._steps import jobs, runs_model_code, step_name


def check(files: Sequence[File]) -> Iterator[str]:
    """Check each job with a step that runs code of a model."""
    for place in jobs(files):
        risky = [step for step in place.steps if runs_model_code(step)]
        if not risky:
            continue
        if place.writes:
            yield f"{place}: runs code of a model with the right to write {', '.join(sorted(place.writes))}"
        if "environment" in place.job:
            yield f"{place}: runs code of a model in an environment, which may have secrets"
        for step in risky:
            if tokens := tokens_of(step):
                yield f"{place}: '{step_name(step)}' runs code of a model and sees {', '.join(tokens)}"
        visible = [*place.job.get("env", {}).values(), *place.file.data.get("env", {}).values()]
        if any("github.token" in value or "secrets." in value for value in visible):
            yield f"{place}: code of a model sees a token of the whole job"
        for step in place.steps:
            if any("secrets." in token or "stored in the checkout" in token for token in tokens_of(step)):
                yield f"{place}: '{step_name(step)}' leaves a secret or a stored token to code of a model"
