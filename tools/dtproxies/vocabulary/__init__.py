"""Types that all other packages share: modules, sliders and their axes, and training recipes."""
