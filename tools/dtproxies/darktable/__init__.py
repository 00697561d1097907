"""The real darktable: find it, read the parameters of its modules, and render with it."""
