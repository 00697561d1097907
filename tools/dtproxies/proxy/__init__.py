"""Proxy of one module: definition, weights, sampled slider values, and runners."""
