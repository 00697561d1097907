"""Neural proxies: differentiable networks that imitate darktable's modules, sliders included."""
