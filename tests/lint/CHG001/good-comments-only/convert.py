"""Converts the model."""

WIDTH = 32  # channels
