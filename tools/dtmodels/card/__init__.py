"""The model card: its data, its reader, its schemas, edits of its text, and the catalogue of all cards."""
