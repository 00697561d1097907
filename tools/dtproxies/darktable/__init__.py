"""The real darktable: find it, read its modules' parameters, render with it."""
