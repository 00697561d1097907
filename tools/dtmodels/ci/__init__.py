"""What the workflows ask of the tools: which models a change touches, whether all went well, what a reader should see."""
