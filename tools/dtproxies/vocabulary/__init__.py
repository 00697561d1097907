"""The words all other rooms use: modules, sliders and their axes, and how a proxy is trained."""
