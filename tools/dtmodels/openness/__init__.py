"""How open a model is, derived from the facts of its card instead of taken from its claims.

`derive` gives the classes with their proofs, `known_data` what is known about datasets whatever a card says, and
`compromises` what keeps a dataset from being open.
"""
