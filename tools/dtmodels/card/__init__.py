"""The model card: data classes, reader, schemas, edits of its source text, and the catalogue of all cards."""
