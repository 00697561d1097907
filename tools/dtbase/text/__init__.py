"""Text helpers: plural forms, and generated sections of a page."""
