"""One file a rule, named `<id>_<what it is about>.py`; nothing else names them.

The docstring of a member is the rule's documentation: a title, why it exists, `Fix:`, `Authority:` where it rests on
somebody's word, `Bad::` and `Good::`. A member sets `SEVERITY`, and `HARD = True` when nobody may accept its findings.

It finds things with `check_card(subject)`, called for every card that has all its parts; with `remember(subject)` and
`compare(facts)`, which hold cards against each other; with `check_repository(root)`, called once; with
`check_history(history, reading)`, called with `--since`; or with `check_online(subject, web)`, called with `--online`.
A member with none of them documents what the reader of cards or the engine finds.
"""
