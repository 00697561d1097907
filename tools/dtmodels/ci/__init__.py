"""What the workflows ask of the tools: what a change touches, whether all went well, what a reader should see."""
