"""Small texts: plurals, generated sections of a page, suggestions for a mistyped name."""
