"""From two pictures to the sliders that turn one into the other."""
