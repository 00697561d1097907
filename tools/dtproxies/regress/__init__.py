"""From two images to the sliders that turn one into the other."""
