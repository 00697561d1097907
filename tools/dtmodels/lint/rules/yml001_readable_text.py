r"""The file is small UTF-8 text without invisible characters.

Reviewers approve what they see on the screen. Zero-width characters, direction marks and unusual line breaks make a
program read something else, even a second key hidden inside a value.

Fix: Remove the character, or save the file as UTF-8.

Bad::

    name: "denoise\u200b example"

Good::

    name: denoise example
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
