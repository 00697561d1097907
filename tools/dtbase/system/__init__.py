"""Failures, atomic files, subprocess calls, plug-in modules, and suggestions for mistyped names."""
