"""Proxies chained in darktable's own order of modules."""
