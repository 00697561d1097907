"""Cards whose fields try to inject workflow commands, shell code or markup."""

from __future__ import annotations

from collections.abc import Callable

import yaml
from markdown_it import MarkdownIt

from tests.workflows.executor import Run
from tests.workflows.sample_repository import SampleRepository, run_dtmodels
from tests.workflows.scenarios.changes import card

MARKUP = (
    "<script>hostile()</script><img src=x onerror=hostile()></details></summary><!-- <b> [x](javascript:hostile()) "
    "![x](https://evil.example/x.png) | a | b | # Hostile `hostile` @everybody https://evil.example/phish"
)
SHELL = (
    "$(touch pwned) `touch pwned`; touch pwned && ${IFS}touch${IFS}pwned | ' \" \\ "
    "${{ github.token }} %0A::error::hostile"
)
COMMANDS = "x ::error file=models/denoise-two/card.yaml,line=1::hostile ##[add-mask]a ##[error]hostile"
SHORT = "toy <img src=x onerror=hostile()> ##[error]hostile"
LINES = "::add-mask::e\n::stop-commands::x\r::error::hostile\n##[set-env name=PATH]/tmp\n\n# Hostile\n\n<b>hostile</b>"
LINED = dict.fromkeys(("name", "description", "limitation", "dataset", "provenance", "title", "changes"), LINES)


def inject_text(sample: SampleRepository, **texts: str) -> None:
    """Write hostile texts into the fields of a card."""
    document = yaml.safe_load(card(sample, "denoise-one").read_text())
    document |= {"version": "1.1", "changes": {"1.1": texts["changes"], "1.0": "First release."}}
    document["name"], document["description"] = texts["name"], texts["description"]
    document["limitations"][0]["text"] = texts["limitation"]
    document["training"]["datasets"][0] |= {"name": texts["dataset"], "provenance": texts["provenance"]}
    document["publication"]["title"] = texts["title"]
    card(sample, "denoise-one").write_text(yaml.safe_dump(document, sort_keys=False))


def assert_nothing_executed(run: Run) -> None:
    """Check that only annotations of cards were executed, no shell code ran, and the page is escaped."""
    commands = {name for _, step in run.steps() for name in step.commands}
    assert commands <= {"error", "warning", "notice"}, run.describe()
    assert not any(one.message.strip().startswith("hostile") for one in run.annotations())
    files = {one.file for one in run.annotations() if one.level != "notice"}
    assert files <= {"models/denoise-one/card.yaml", "models/denoise-one/README.md", "README.md"}
    assert not list(run.directory.rglob("pwned"))
    assert_page_escaped(run.summary())


def test_card_text_is_escaped_in_log_shell_and_page(
    sample: SampleRepository, open_pull_request: Callable[..., Run]
) -> None:
    """The model is built, and its page contains the texts."""
    inject_text(
        sample, name=SHORT, description=f"Returns {MARKUP}", limitation=f"{SHELL} as it is long enough",
        dataset=COMMANDS, provenance=f"{COMMANDS} {MARKUP}", title=MARKUP, changes=f"{SHELL} {MARKUP}",
    )  # fmt: skip
    run_dtmodels(sample.git_repo.directory, "docs")
    run = open_pull_request(fork=True)
    assert run.result("build") == "success", run.describe()
    assert "hostile" in run.summary() and "hostile" in run.log()  # present, as plain text
    assert_nothing_executed(run)


def test_card_with_workflow_commands_is_rejected(
    sample: SampleRepository, open_pull_request: Callable[..., Run]
) -> None:
    inject_text(sample, **LINED)
    run = open_pull_request(fork=True)
    assert (run.result("lint"), run.conclusion) == ("failure", "failure")
    assert_nothing_executed(run)


def assert_page_escaped(markdown: str) -> None:
    """Check that the page has no HTML, link, image or heading from a card."""
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(markdown)
    inline = [child for token in tokens for child in token.children or []]
    html = [token.content.strip() for token in [*tokens, *inline] if token.type in ("html_block", "html_inline")]
    assert [text for text in html if "hostile" in text or "onerror" in text or "<b>" in text] == []
    targets = [
        str(token.attrGet("href") or token.attrGet("src")) for token in inline if token.type in ("link_open", "image")
    ]
    assert [target for target in targets if "evil" in target or "javascript" in target] == []
    headings = [tokens[position + 1].content for position, token in enumerate(tokens) if token.type == "heading_open"]
    assert [text for text in headings if text.strip() in ("Hostile", "hostile")] == []
