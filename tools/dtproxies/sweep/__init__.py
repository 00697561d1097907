"""Sweep one slider across its range, with darktable and proxy next to each other."""
