"""Normalise, inspect and run ONNX graphs, without torch."""
