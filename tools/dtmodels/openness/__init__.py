"""Openness of a model, derived from the facts in its card and not from its claims.

`derive` computes the classes with their proofs, `grade` the grade of the collection. `known_data` reads the registry of
datasets, and `non_open_data` lists what keeps a dataset from being open.
"""
