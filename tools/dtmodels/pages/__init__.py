"""Everything generated for readers: model pages, tables, lists."""
