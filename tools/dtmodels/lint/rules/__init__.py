"""One file a rule, named `<id>_<what it is about>.py`; nothing else names them.

The docstring of a member is the rule's documentation: a title, why it exists, `Fix:`, `Bad::` and `Good::`.
A member sets `SEVERITY`, and `HARD = True` when nobody may accept its findings. It finds things with
`check_card(subject)`, called for every card that has all its parts, or with `check_repository(root)`, called once.
A member with neither documents what the reader of cards or the engine finds.
"""
