"""gate: one verdict over all jobs of a run. A job may be skipped only if the plan had no work for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dtbase.system.errors import WrongUsage
from dtbase.terminal.console import Console

_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_MAY_SKIP = re.compile(rf"(?P<job>{_NAME})(:(?P<by>{_NAME})\.(?P<output>{_NAME})=(?P<value>[^\s,]*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipReason:
    """Condition for skipping a job: another job succeeded and set this output to this value."""

    by: str = "plan"
    output: str = "count"
    value: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Verdict over one job."""

    job: str
    result: str
    good: bool
    why: str


def gate(needs: str, may_skip: str, console: Console) -> int:
    """Print a table of the jobs.

    Args:
        needs: GitHub's `toJSON(needs)`.
        may_skip: jobs that may be skipped when the plan's `count` is 0, separated by spaces or commas; a job with
            another condition is written `job:other.output=value`.
        console: output for the table.

    Returns:
        0 if every job succeeded or was skipped with a reason, else 1.

    Raises:
        WrongUsage: `needs` or `may_skip` cannot be parsed, or `needs` has no job.
    """
    jobs = _jobs(needs)
    reasons = dict(_reasons(may_skip))
    if unknown := sorted(set(reasons) - set(jobs)):
        raise WrongUsage(f"no such job: {', '.join(unknown)}", where="MAY_SKIP", fix="name jobs of `needs`")
    verdicts = [_verdict(name, job, reasons.get(name), jobs) for name, job in sorted(jobs.items())]
    rows = [[verdict.job, verdict.result, "good" if verdict.good else "BAD", verdict.why] for verdict in verdicts]
    console.table(["job", "result", "verdict", "why"], rows)
    return 0 if all(verdict.good for verdict in verdicts) else 1


def _verdict(name: str, job: Mapping[str, Any], reason: SkipReason | None, jobs: Mapping[str, Any]) -> Verdict:
    result = str(job["result"])
    good, why = result == "success", ""
    if result == "skipped":
        good, why = _skipped(reason, jobs)
    return Verdict(job=name, result=result, good=good, why=why)


def _skipped(reason: SkipReason | None, jobs: Mapping[str, Any]) -> tuple[bool, str]:
    if reason is None:
        return False, "this job must not be skipped"
    deciding_job = jobs.get(reason.by, {"result": "absent"})
    if deciding_job["result"] != "success":
        return False, f"{reason.by} is {deciding_job['result']}, so it could not decide whether to run this job"
    value = (deciding_job.get("outputs") or {}).get(reason.output)
    output = f"{reason.by} set {reason.output} = {value}"
    return value == reason.value, output if value == reason.value else f"{output}, so this job had to run"


def _jobs(needs: str) -> dict[str, dict[str, Any]]:
    fix = "set NEEDS: ${{ toJSON(needs) }}"
    try:
        jobs = json.loads(needs)
    except ValueError:
        jobs = None
    if not isinstance(jobs, dict) or not all(isinstance(job, dict) and "result" in job for job in jobs.values()):
        raise WrongUsage("is not GitHub's `needs` context as JSON", where="NEEDS", fix=fix)
    if not jobs:
        raise WrongUsage("has no job, so there is no verdict", where="NEEDS", fix=fix)
    return dict(jobs)


def _reasons(may_skip: str) -> Iterator[tuple[str, SkipReason]]:
    for word in re.split(r"[\s,]+", may_skip.strip()) if may_skip.strip() else ():
        if not (match := _MAY_SKIP.fullmatch(word)):
            raise WrongUsage(f"'{word}' is not a job", where="MAY_SKIP", fix="write job, or job:other.output=value")
        parts = {name: match[name] for name in ("by", "output", "value") if match[name] is not None}
        yield match["job"], SkipReason(**parts)
