"""Lint rules: one file each, named `<id>_<subject>.py`, found by file name.

The docstring of a plug-in module is the documentation of its rule. It has a title, the reason, `Fix:`, `Bad::` and
`Good::`, and `Authority:` if the rule has a source. A module sets `SEVERITY`, and `HARD = True` if its findings cannot
be accepted.

A module defines some of these functions, which `lint.engine` calls:

* `check_card(subject)`, for every complete card;
* `remember(subject)` and `compare(facts)`, which collect facts of every card and then compare the cards;
* `check_repository(root)`, once;
* `check_history(history, reading)`, with `--since`;
* `check_online(subject, web)`, with `--online`.

A module without any of them documents a finding of the card reader or the engine.
"""
