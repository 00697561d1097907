"""Measurements behind what README, cards and changelog claim; each member prints its own table."""
