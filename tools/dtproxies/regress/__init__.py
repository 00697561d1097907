"""Find the sliders that turn one image into another."""
