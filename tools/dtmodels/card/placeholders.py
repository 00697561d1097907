"""Placeholders that `new` and `import` write for facts that are not known; lint reports them."""

TODO = "TODO"
"""Start of a placeholder text. Lint reports placeholders, as an error in a released card."""
PLACEHOLDER_URL = "https://example.org/"
PLACEHOLDER_COMMIT = "0" * 40
