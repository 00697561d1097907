"""Facts about all of darktable's modules, measured by rendering."""
