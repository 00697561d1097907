"""Renders for proxies: a darktable renderer for a module, and pairs of input and output images."""
