"""Cards whose fields try to speak to the runner, to a shell, or as a part of the page."""

from __future__ import annotations

from collections.abc import Callable

import yaml
from markdown_it import MarkdownIt

from tests.workflows.executor import Run
from tests.workflows.sample_repository import SampleRepository, command
from tests.workflows.scenarios.changes import card

MARKUP = (
    "<script>planted()</script><img src=x onerror=planted()></details></summary><!-- <b> [x](javascript:planted()) "
    "![x](https://evil.example/x.png) | a | b | # Planted `planted` @everybody https://evil.example/phish"
)
SHELL = (
    "$(touch pwned) `touch pwned`; touch pwned && ${IFS}touch${IFS}pwned | ' \" \\ "
    "${{ github.token }} %0A::error::planted"
)
COMMANDS = "x ::error file=models/denoise-two/card.yaml,line=1::planted ##[add-mask]a ##[error]planted"
SHORT = "toy <img src=x onerror=planted()> ##[error]planted"
LINES = "::add-mask::e\n::stop-commands::x\r::error::planted\n##[set-env name=PATH]/tmp\n\n# Planted\n\n<b>planted</b>"
LINED = dict.fromkeys(("name", "description", "limitation", "dataset", "provenance", "title", "changes"), LINES)


def speak(house: SampleRepository, **said: str) -> None:
    """Let fields of a card say what they should not."""
    document = yaml.safe_load(card(house, "denoise-one").read_text())
    document |= {"version": "1.1", "changes": {"1.1": said["changes"], "1.0": "First release."}}
    document["name"], document["description"] = said["name"], said["description"]
    document["limitations"][0]["text"] = said["limitation"]
    document["training"]["datasets"][0] |= {"name": said["dataset"], "provenance": said["provenance"]}
    document["publication"]["title"] = said["title"]
    card(house, "denoise-one").write_text(yaml.safe_dump(document, sort_keys=False))


def assert_nobody_obeyed(run: Run) -> None:
    """No command but annotations about cards, no file made by a shell, and a page that is ours."""
    commands = {name for _, step in run.steps() for name in step.commands}
    assert commands <= {"error", "warning", "notice"}, run.story()
    assert not any(one.message.strip().startswith("planted") for one in run.annotations())
    files = {one.file for one in run.annotations() if one.level != "notice"}
    assert files <= {"models/denoise-one/card.yaml", "models/denoise-one/README.md", "README.md"}
    assert not list(run.directory.rglob("pwned"))
    assert_page_is_ours(run.summary())


def test_what_a_card_says_is_text_to_everybody(house: SampleRepository, offer: Callable[..., Run]) -> None:
    """To the runner that reads the log, to the shell, and on the page; the model is built, and its page is shown."""
    speak(
        house, name=SHORT, description=f"Returns {MARKUP}", limitation=f"{SHELL} as it is long enough",
        dataset=COMMANDS, provenance=f"{COMMANDS} {MARKUP}", title=MARKUP, changes=f"{SHELL} {MARKUP}",
    )  # fmt: skip
    command(house.origin.directory, "docs")
    run = offer(fork=True)
    assert run.result("build") == "success", run.story()
    assert "planted" in run.summary() and "planted" in run.log()  # it was shown, as text
    assert_nobody_obeyed(run)


def test_a_card_with_lines_of_commands_is_refused_without_obeying(
    house: SampleRepository, offer: Callable[..., Run]
) -> None:
    speak(house, **LINED)
    run = offer(fork=True)
    assert (run.result("lint"), run.conclusion) == ("failure", "failure")
    assert_nobody_obeyed(run)


def assert_page_is_ours(markdown: str) -> None:
    """Only our own HTML, and no link, image or heading that a card wrote."""
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(markdown)
    inline = [child for token in tokens for child in token.children or []]
    html = [token.content.strip() for token in [*tokens, *inline] if token.type in ("html_block", "html_inline")]
    assert [text for text in html if "planted" in text or "onerror" in text or "<b>" in text] == []
    targets = [
        str(token.attrGet("href") or token.attrGet("src")) for token in inline if token.type in ("link_open", "image")
    ]
    assert [target for target in targets if "evil" in target or "javascript" in target] == []
    headings = [tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open"]
    assert [text for text in headings if text.strip() in ("Planted", "planted")] == []
