"""What is known of an ONNX graph without torch: normalising, reading, running."""
