"""Fit the parameters of a proxy to what darktable renders."""
