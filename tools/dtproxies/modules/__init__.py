"""What is known of single darktable modules beyond introspection; one file a module, named like it."""
