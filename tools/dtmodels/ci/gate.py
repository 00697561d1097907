"""gate: one verdict over all jobs of a run. Nothing is skipped unless the plan said that there is nothing to do."""

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
class Reason:
    """When a job may be left out: another job, which went well, handed on this value."""

    by: str = "plan"
    output: str = "count"
    value: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be thought of one job."""

    job: str
    result: str
    good: bool
    why: str


def gate(needs: str, may_skip: str, console: Console) -> int:
    """Print a table of the jobs.

    Args:
        needs: GitHub's `toJSON(needs)`.
        may_skip: jobs that may be skipped when the plan's `count` is 0, separated by spaces or commas; one that may be
            skipped for another reason is written `job:other.output=value`.
        console: where the table goes.

    Returns:
        0 when all went well, else 1.

    Raises:
        WrongUsage: `needs` or `may_skip` cannot be read, or there is no job to judge.
    """
    jobs = _jobs(needs)
    reasons = dict(_reasons(may_skip))
    if unknown := sorted(set(reasons) - set(jobs)):
        raise WrongUsage(f"no such job: {', '.join(unknown)}", where="MAY_SKIP", fix="name jobs of `needs`")
    verdicts = [_judge(name, job, reasons.get(name), jobs) for name, job in sorted(jobs.items())]
    rows = [[one.job, one.result, "good" if one.good else "BAD", one.why] for one in verdicts]
    console.table(["job", "result", "verdict", "why"], rows)
    return 0 if all(one.good for one in verdicts) else 1


def _judge(name: str, job: Mapping[str, Any], reason: Reason | None, jobs: Mapping[str, Any]) -> Verdict:
    result = str(job["result"])
    good, why = result == "success", ""
    if result == "skipped":
        good, why = _skipped(reason, jobs)
    return Verdict(job=name, result=result, good=good, why=why)


def _skipped(reason: Reason | None, jobs: Mapping[str, Any]) -> tuple[bool, str]:
    if reason is None:
        return False, "this job is never skipped"
    other = jobs.get(reason.by, {"result": "absent"})
    if other["result"] != "success":
        return False, f"nobody knows whether it had to run: {reason.by} is {other['result']}"
    found = (other.get("outputs") or {}).get(reason.output)
    said = f"{reason.by} says {reason.output} = {found}"
    return found == reason.value, said if found == reason.value else f"{said}, so it had to run"


def _jobs(needs: str) -> dict[str, dict[str, Any]]:
    fix = "give NEEDS: ${{ toJSON(needs) }}"
    try:
        jobs = json.loads(needs)
    except ValueError:
        jobs = None
    if not isinstance(jobs, dict) or not all(isinstance(job, dict) and "result" in job for job in jobs.values()):
        raise WrongUsage("is not what GitHub says about jobs", where="NEEDS", fix=fix)
    if not jobs:
        raise WrongUsage("names no job, so there is nothing to judge", where="NEEDS", fix=fix)
    return dict(jobs)


def _reasons(may_skip: str) -> Iterator[tuple[str, Reason]]:
    for word in re.split(r"[\s,]+", may_skip.strip()) if may_skip.strip() else ():
        if not (found := _MAY_SKIP.fullmatch(word)):
            raise WrongUsage(f"'{word}' names no job", where="MAY_SKIP", fix="write job, or job:other.output=value")
        given = {name: found[name] for name in ("by", "output", "value") if found[name] is not None}
        yield found["job"], Reason(**given)
