"""One proxy: its definition, its weights, its sliders' values, and how it is run."""
