"""Measure a proxy against darktable, and write the results where they are stated."""
