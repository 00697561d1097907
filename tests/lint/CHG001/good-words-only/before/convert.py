"""Converts."""
WIDTH = 32
