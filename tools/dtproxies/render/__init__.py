"""Renders for proxies: darktable opened for a module, and pairs of images before and after it."""
