"""Promotion on demand: from a candidate to a pull request that changes its directory and the tables of models."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dtmodels.pages.generate import BEGIN, END
from tests.conftest import ROOT
from tests.workflows.executor import Run, run_workflow
from tests.workflows.executor.events import dispatch
from tests.workflows.sample_repository import SampleRepository

pytestmark = pytest.mark.slow
ID = "denoise-one"
GONE = "https://www.darktable.org/weights.onnx"
OTHER_PATH = """\
diff --git a/.github/CODEOWNERS b/.github/CODEOWNERS
deleted file mode 100644
"""


@pytest.fixture
def candidate(sample: SampleRepository) -> SampleRepository:
    """A repository whose first model is a candidate, with its file in the repository."""
    directory = sample.git_repo.directory / "models" / ID
    (directory / "golden.json").unlink()
    (sample.git_repo.directory / "README.md").write_text(f"# Toy models\n\n{BEGIN}\n{END}\n")
    edit(sample, "status: released", "status: candidate")
    return sample


def edit(sample: SampleRepository, old: str, new: str) -> None:
    card = sample.git_repo.directory / "models" / ID / "card.yaml"
    assert old in card.read_text()
    card.write_text(card.read_text().replace(old, new))
    sample.run_dtmodels("docs")
    sample.git_repo.commit({})
    sample.fake.state.branches["main"] = sample.git_repo.head


def promoted(sample: SampleRepository) -> Run:
    return run_workflow(sample.github, dispatch(sample.git_repo.head, ids=ID), "promote.yml")


def test_candidate_gets_a_pull_request_and_a_second_run_updates_it(candidate: SampleRepository) -> None:
    run = promoted(candidate)
    assert run.conclusion == "success", run.describe()
    assert run.misconfigurations == []
    git = candidate.fake.state.git
    [pull] = git.pulls
    assert (pull["title"], pull["head"], pull["base"]) == (f"Promote {ID}", f"promote/{ID}", "main")
    assert f"## {ID} 1.0" in pull["body"]
    files = git.files(f"promote/{ID}")
    assert set(files) >= {f"models/{ID}/{name}" for name in ("card.yaml", "golden.json", "README.md")} | {"README.md"}
    assert b"status: released" in files[f"models/{ID}/card.yaml"]
    assert {artefact.name for artefact in run.artifacts.stored} == {"promotion", "promoted-models", "proposal"}
    first = git.branches[f"promote/{ID}"]
    edit(candidate, "Removes no noise at all", "Removes no noise")
    assert promoted(candidate).conclusion == "success"
    assert len(git.pulls) == 1
    assert git.branches[f"promote/{ID}"] != first


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sha256: ", "sha256: abcd", "has the SHA-256"),
        ("file: model.onnx", f"url: {GONE}", f"{GONE}: "),
        ("status: candidate", "status: draft", "is draft, so it cannot be promoted"),
    ],
)
def test_other_file_opens_no_pull_request(candidate: SampleRepository, old: str, new: str, message: str) -> None:
    if old == "sha256: ":
        text = (candidate.git_repo.directory / f"models/{ID}/card.yaml").read_text()
        digest = text.partition("sha256: ")[2][:64]
        old, new = digest, f"abcd{digest[4:]}"
    edit(candidate, old, new)
    if GONE in new:
        edit(candidate, "location: model.onnx", f"location: {GONE}")
    run = promoted(candidate)
    assert run.conclusion == "failure"
    assert message in run.job("Promote").step("Fetch, build, check and pin").log
    assert candidate.fake.state.git.pulls == []


def test_patch_that_changes_another_path_is_refused(candidate: SampleRepository) -> None:
    git = shutil.which("git")
    owners = (ROOT / ".github/CODEOWNERS").read_text().splitlines()
    body = "".join(f"-{line}\n" for line in owners)
    other = f"{OTHER_PATH}--- a/.github/CODEOWNERS\n+++ /dev/null\n@@ -1,{len(owners)} +0,0 @@\n{body}"
    patch = Path(candidate.github.directory) / "other.patch"
    patch.write_text(other)
    candidate.github.program("git", f'"{git}" "$@" && if [ "$3 $4" = "diff --binary" ]; then cat "{patch}"; fi')
    run = promoted(candidate)
    assert run.conclusion == "failure"
    log = run.job("Check the patch").step("Check the patch and update the pages").log
    assert "the patch changes '.github/CODEOWNERS', which is no file of denoise-one" in log
    assert candidate.fake.state.git.pulls == []
