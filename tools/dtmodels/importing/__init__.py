"""Cards of other collections, written as cards of ours: values with their origin, and nothing that is not stated.

`formats/` has one file per format: one that is imported has `draft`, one that is only recognised has `INSTEAD`.
"""
