"""Converts."""

WIDTH = 32
