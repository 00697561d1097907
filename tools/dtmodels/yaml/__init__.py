"""Strict YAML: every value with its line and column, and nothing that two readers could read differently."""
