"""The file is small UTF-8 text without hidden characters.

A reviewer approves what the screen shows. Zero-width characters, direction marks and line breaks that only some
readers honour make a file say something else to a program, down to a second key hidden inside a value.

Fix: remove the character, or save the file as UTF-8.

Bad::

    name: "denoise\u200b example"

Good::

    name: denoise example
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
