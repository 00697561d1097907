"""One defect at a time is injected into a copy of the workflows: its checker reports it."""

import shutil
from pathlib import Path

import pytest

from tests.workflows.checkers import all_checkers

CI, RELEASE, NIGHTLY = "workflows/ci.yml", "workflows/release.yml", "workflows/nightly.yml"
LINT, BUILD, TRAIN = "workflows/reusable-lint.yml", "workflows/reusable-build.yml", "workflows/train-proxy.yml"
SETUP, LOCK, DEPENDABOT = "actions/setup/action.yml", "actions.lock.json", "dependabot.yml"
FORM = "ISSUE_TEMPLATE/new-model.yml"
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
DEFECTS_ELSEWHERE = {"contract", "policies"}
"""Checkers with a list of planted defects of their own, `tests/workflows/policies/defects.yaml`."""
SHA = "3d3c42e5aac5ba805825da76410c181273ba90b1"

MUTATIONS = [
    # checker, file, original text, replacement
    ("permissions", CI, "permissions: {}", "permissions: {contents: write}"),
    ("permissions", CI, "permissions: {}\n", "\n"),
    ("permissions", CI, "      contents: read # load the action", "      contents: write"),
    ("permissions", RELEASE, "    environment: ${{ inputs.environment || 'release' }}\n", ""),
    ("permissions", CI, "  pull_request:\n", "  pull_request_target:\n"),
    ("permissions", RELEASE, "      id-token: write # sign as this workflow\n", ""),
    (
        "permissions",
        RELEASE,
        "      attestations: write # store the signatures\n    steps:\n",
        "$&      - run: dtmodels gate\n",
    ),
    (
        "permissions",
        RELEASE,
        "      contents: write # make the release and upload to it\n    steps:\n",
        f"$&      - uses: {CHECKOUT}\n",
    ),
    ("permissions", CI, "    needs: plan\n", "    needs: plan\n    secrets: inherit\n"),
    ("pins", CI, CHECKOUT, "actions/checkout@v7"),
    ("pins", CI, CHECKOUT, "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b2 # v7.0.1"),
    ("pins", CI, CHECKOUT, f"actions/checkout@{SHA} # v7.0.0"),
    ("pins", CI, CHECKOUT, f"actions/checkuot@{SHA} # v7.0.1"),
    ("pins", CI, CHECKOUT, f"unknown/checkout@{SHA} # v7.0.1"),
    ("pins", CI, "$/.github/actions/setup", "$/.github/actions/set-up"),
    ("pins", CI, "persist-credentials: false", "persist-credentials: true"),
    ("pins", CI, "fetch-depth: 0", "fetch-dept: 0"),
    ("pins", BUILD, "          if-no-files-found: error\n", ""),
    ("pins", BUILD, "          overwrite: true\n", ""),
    ("pins", SETUP, 'python-version: "3.11"', 'python-version: "3.11"\n        cache: pip'),
    ("pins", LOCK, f'"{SHA}"', '"v7.0.1"'),
    ("pins", LOCK, "tag v7.0.1 of", "tag v7 of"),
    ("zizmor", CI, CHECKOUT, "actions/checkout@v7"),
    ("zizmor", CI, "          persist-credentials: false\n", ""),
    ("zizmor", RELEASE, '"$TAG" --into', "${{ github.ref_name }} --into"),
    ("zizmor", DEPENDABOT, "    cooldown:\n      default-days: 14", "    cooldown:\n      default-days: 1"),
    ("zizmor", CI, "jobs:", "jobs: {"),
    ("schemas", CI, "    branches: [main]", "    branch: [main]"),
    ("schemas", SETUP, '    default: ""', '    defualt: ""'),
    ("schemas", FORM, "  - type: dropdown\n", "  - type: drop-down\n"),
    ("schemas", DEPENDABOT, "interval: weekly", "interval: fortnightly"),
    ("shell", BUILD, '"$ROOT" run -- <<<', "$ROOT run -- <<<"),
    ("shell", SETUP, '"$EXTRAS"', "$EXTRAS"),
    ("lines", BUILD, 'dtmodels --root "$ROOT" run --', 'dtmodels --root "$ROOT" runn --'),
    ("lines", RELEASE, 'verify "$TAG" --into', 'verify "$TAG" --in-to'),
    ("lines", CI, "dtmodels gate", "echo done"),
    ("lines", CI, "dtmodels gate", "dtmodels gate; true"),
    ("lines", CI, '"$BASE"', '"${{ github.event.before }}"'),
    ("lines", CI, "run: dtmodels gate", "run: |\n          set -e\n          dtmodels gate"),
    ("shape", CI, "    timeout-minutes: 90\n", ""),
    ("shape", TRAIN, "timeout-minutes: 350", "timeout-minutes: 3600"),
    ("shape", CI, "runs-on: ubuntu-24.04", "runs-on: ubuntu-latest"),
    ("shape", RELEASE, "  cancel-in-progress: false", "  cancel-in-progress: true"),
    ("shape", RELEASE, "  group: ${{ inputs.tag == 'nightly' && 'release-nightly' || 'release' }}\n", ""),
    ("shape", CI, "needs: [plan, lint, tests, build]", "needs: [plan, lint, build]"),
    ("shape", CI, "    if: always()", "    if: success()"),
    ("shape", CI, "  merge_group:\n", ""),
    ("shape", TRAIN, "    shell: bash", "    shell: sh"),
    ("actionlint", CI, "needs.plan.outputs.shards)", "needs.plan.outputs.shard)"),
    ("actionlint", CI, "    needs: plan\n", "    needs: plans\n"),
    ("actionlint", RELEASE, "fromJSON(needs", "fromJson(1, needs"),
    ("actionlint", LINT, "needs: cards", "needs: card"),
    ("language_service", CI, "      shard: ${{", "      shards: ${{"),
    ("language_service", CI, "      ids: ${{ matrix.shard.ids }}\n", ""),
    ("language_service", NIGHTLY, "steps.changed.outputs", "step.changed.outputs"),
    ("language_service", BUILD, "          extras: build", "          extra: build"),
]


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    for directory in (".github", ".ci"):
        shutil.copytree(root / directory, tmp_path / directory)
    return tmp_path


@pytest.mark.parametrize(
    ("checker", "file", "original", "replacement"),
    MUTATIONS,
    ids=[f"{checker}-{n}" for n, (checker, *_) in enumerate(MUTATIONS)],
)
def test_checker_detects_mutation(copy: Path, checker: str, file: str, original: str, replacement: str) -> None:
    path = copy / ".github" / file
    text = path.read_text(encoding="utf-8")
    assert original in text
    path.write_text(text.replace(original, replacement.replace("$&", original), 1), encoding="utf-8")
    assert all_checkers()[checker](copy)


def test_every_checker_has_a_mutation() -> None:
    assert {checker for checker, *_ in MUTATIONS} | DEFECTS_ELSEWHERE == set(all_checkers())
