"""Proxies for use in Python: loaded by name, called with an image and sliders, searched; see docs/python.md."""
