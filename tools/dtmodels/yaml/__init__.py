"""Strict YAML: every value with its line and column; ambiguous documents are rejected."""
