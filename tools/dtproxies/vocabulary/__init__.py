"""The words all other rooms use: modules and their sliders, how a slider is spread over its range, how a proxy is trained."""
