"""Access to the real darktable: finding it, reading the parameters of its modules, and rendering with it."""
